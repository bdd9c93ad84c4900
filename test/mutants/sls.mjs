/** [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/sls/quota-gate.ts',
    tests: ['unit/sls/quota-gate', 'unit/sls/client', 'unit/sls/watch'],
    mutants: [
      ['a refusal for the quota holds nothing back', 'this.#shutMs = this.#backoff.next(hintMs);', ''],
      ['all come back at one moment', 'leftMs + this.#random() * this.#shutMs', 'leftMs'],
      ['what was under way when one was refused counts again', 'startedAt < this.#shutAt || ', ''],
      [
        'a success from before the refusal opens the gate',
        ' || startedAt < this.#shutAt + this.#shutMs) return',
        ') return',
      ],
      ['the pause is not forgotten after success', 'this.#backoff.reset();', ''],
    ],
  },
  {
    file: 'src/sls/http/reply-body.ts',
    tests: ['unit/sls/transport', 'unit/sls/client', 'property/sls/hostile-replies'],
    mutants: [
      ['a body larger than its limit is accepted', 'if (this.#length + chunk.length > this.#limit) return false;', ''],
      ['a chunk overwrites the one before', 'this.#target.set(chunk, this.#length)', 'this.#target.set(chunk, 0)'],
      ['joined chunks lie over each other', 'at += chunk.length;', ''],
    ],
  },
  {
    file: 'src/sls/http/exchange.ts',
    tests: ['unit/sls/transport'],
    mutants: [
      [
        'a length beyond the limit is not refused',
        'if (expected !== undefined && expected > limit) {',
        'if (expected !== undefined && expected < 0) {',
      ],
      [
        'a refusal may be as long as a batch',
        'bodyBuffer === undefined ? MAX_TEXT_BYTES : this.#limits.maxBodyBytes',
        'this.#limits.maxBodyBytes',
      ],
      [
        'a connection that is never made is waited for',
        'this.#cancelTimer = this.#clock.timer(this.#limits.connectTimeoutMs, () => this.#fail(this.#timedOut()), UNREF);',
        '',
      ],
      ['a silent service is waited for', 'this.#watchSilence(this.#limits.responseTimeoutMs);', ''],
      [
        'the whole reply must come within the time for one piece',
        'this.#heardAt = this.#clock.monotonic();\n      if (!body.add',
        'if (!body.add',
      ],
      ['an abort is not heard', "signal.addEventListener('abort', this.#onAbort, { once: true });", ''],
      ['a failed request keeps its socket', 'this.#request?.destroy();', ''],
      [
        'the body of a refusal goes into the buffer for batches',
        'status === 200 ? this.#wanted.bodyBuffer : undefined',
        'this.#wanted.bodyBuffer',
      ],
    ],
  },
  {
    file: 'src/sls/http/direct/reply-head.ts',
    tests: ['unit/sls/direct', 'unit/sls/reply-head', 'property/sls/hostile-replies'],
    mutants: [
      ['a field that stands twice is taken', ' || Object.hasOwn(headers, name)) return', ') return'],
      ['chunks are taken for a body of known length', ' || coding !== undefined', ''],
      ['a status without a body is read with one', 'WITHOUT_BODY.has(status) || ', ''],
      ['a reply that ends the connection is taken to keep it', 'keepAlive: kept === true', 'keepAlive: true'],
      ['control characters in a field are taken', '!VALUE.test(line) || ', ''],
      ['a lone line feed is waited on', ' && !LONE_LF.test(text)', ''],
    ],
  },
  {
    file: 'src/sls/http/direct/request-text.ts',
    tests: ['unit/sls/request-text', 'unit/sls/direct', 'unit/sls/api'],
    mutants: [
      ['a line break in a header is sent', ' || !fields.every(([, value]) => VALUE.test(value))', ''],
      ['a blank in the target is sent', '!TARGET.test(target) || ', ''],
      ['a body is left out', "method !== 'GET' || body.length > 0", "method !== 'GET'"],
      ['another target gets the text made before', 'known?.target === target', 'known !== undefined'],
    ],
  },
  {
    file: 'src/sls/http/direct/same-reply.ts',
    tests: ['unit/sls/same-reply', 'unit/sls/direct-repeat'],
    mutants: [
      ['control characters pass in what may differ', ' || byte < 0x20 || byte === 0x7f', ''],
      ['another reply is taken for the same', '(isFree[i] !== 1 || ', '(false && '],
      [
        'half a reply is taken for all',
        'if (bytes.length < head.length) return undefined;',
        '',
        { survives: 'a byte that is missing reads as 0, which no place of a head takes: the line only saves the loop' },
      ],
      ['DEL passes in what may differ', ' || byte === 0x7f', ''],
    ],
  },
  {
    file: 'src/sls/api/pull-logs.ts',
    tests: ['unit/sls/client', 'unit/sls/api', 'unit/sls/watch', 'property/sls/hostile-replies'],
    mutants: [
      ['a batch without a body is taken for nothing', 'bodyLength === 0 && (logGroups > 0 || rawSize > 0)', 'false'],
      ['a plain body of another length is taken', "encoding === 'none' && bodyLength !== rawSize", 'false'],
      ['a cursor that is none is taken', 'if (!isCursor(nextCursor)) return', 'if (nextCursor === undefined) return'],
      ['the end of a range is not sent', '...end, ...filter', '...filter'],
      ['a query is not sent', '...end, ...filter', '...end'],
      ['data end no watch', 'reply.bodyLength === 0 && header', 'header'],
      [
        'an unknown compression is taken for none',
        "text === 'lz4' || text === 'zstd' ? text : undefined",
        "text === 'lz4' || text === 'zstd' ? text : 'none'",
      ],
      ['a time of 0 is a time', 'cursorTime === 0 ? undefined : cursorTime', 'cursorTime'],
    ],
  },
  {
    file: 'src/sls/errors.ts',
    tests: ['unit/sls/errors', 'unit/sls/client'],
    mutants: [
      ['the status decides before the code', 'if (known !== undefined) return known;', ''],
      [
        'an expired cursor is an invalid request',
        "if (errorCode === 'ParameterInvalid' && /invalid cursor/i.test(errorMessage)) return 'SLS_CURSOR_INVALID';",
        '',
      ],
      [
        'secrets that are echoed reach the log',
        "secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text)",
        'text',
      ],
      ['a message of the service has no limit', 'line.length > 300', 'line.length > 300_000'],
      ['control characters of the service reach the log', ".replace(/[\\p{C}\\s]+/gu, ' ')", ''],
      ['the service may hold us back for a year', 'Math.min(Number(text), MAX_RETRY_AFTER_S)', 'Number(text)'],
      ['Retry-After is ignored', "reply.headers['retry-after'] ?? ''", "''"],
      [
        'a refusal for the quota is one for rights',
        "return /quota|qps|exceed/i.test(errorMessage) ? 'SLS_QUOTA' : 'SLS_UNAUTHORIZED';",
        "return 'SLS_UNAUTHORIZED';",
      ],
      ['a failure of a proxy is permanent', 'return status >= 500\n    ? new', 'return status >= 700\n    ? new'],
      [
        'a code that every object has is known',
        'Object.hasOwn(BY_CODE, errorCode) ? BY_CODE[errorCode] : undefined',
        'BY_CODE[errorCode]',
      ],
    ],
  },
  {
    file: 'src/sls/service.ts',
    tests: ['unit/sls/client', 'unit/sls/watch', 'unit/sls/proxy'],
    mutants: [
      ['a refusal is mended again and again', 'if (mended.has(error.code)) throw error;', ''],
      [
        'a refusal for the clock is not mended',
        "if (code === 'SLS_CLOCK_SKEW') return time.correct(used.skewMs, used.offsetMs);",
        '',
      ],
      [
        'new credentials are not asked for',
        "if (code === 'SLS_UNAUTHORIZED') return deps.credentials.renew(used.credentials);",
        '',
      ],
      ['the quota of one shard holds back all', ' && !isShardQuota(error)', ''],
      ['commits are held back with pulls', "if (call.traffic === 'pull') gate.check(what);", 'gate.check(what);'],
      ['a watch asks while pulls are held back', 'watcher === undefined || gate.isShut', 'watcher === undefined'],
      ['a watch goes on with an old signature', 'clock.monotonic() < until ? next : undefined', 'next'],
    ],
  },
  {
    file: 'src/sls/service-time.ts',
    tests: ['unit/sls/service-time', 'unit/sls/client', 'unit/sls/errors'],
    mutants: [
      ['a date of somebody else is followed', ' || Math.abs(skewMs - usedMs) > ACCEPTED_MS', ''],
      ['every reply is looked at', 'if (now - this.#lookedAt < LOOK_MS) return;', ''],
      [
        'signing again is tried though the clocks agree',
        ' || Math.abs(skewMs - usedMs) < NOTICEABLE_MS) return false',
        ') return false',
      ],
      ['a wrong clock is not told', 'Math.abs(skewMs) >= WORTH_A_WARNING_MS', 'false'],
    ],
  },
  {
    file: 'src/sls/signing/signed-requests.ts',
    tests: ['unit/sls/signed-requests'],
    mutants: [
      ['a signature is used for ever', 'one.at === other.at && ', ''],
      ['new credentials get an old signature', ' && one.credentials === other.credentials', ''],
      ['another query gets an old signature', 'areEqual(one.query, other.query) &&', ''],
      ['a request with a body gets an old signature', 'other.json === undefined &&\n    ', ''],
      ['a query with one more name is the same', 'names.length === Object.keys(other).length && ', ''],
    ],
  },
  {
    file: 'src/sls/signing/sign.ts',
    tests: ['unit/sls/sign'],
    mutants: [
      ['V4 signs without the token', 'securityToken ? ', 'securityToken === "" ? '],
      ['V4 forgets the region', '[day, region, ', '[day, '],
      ['V4 encodes too little', "/[!'()*]/g", '/[!]/g'],
      ['V4 does not sort its query', '.sort(([a], [b]) => (a < b ? -1 : 1))', ''],
      ['V4 does not cover x-acs headers', '|x-acs-.*', ''],
      ['V1 has no MD5 of the body', "headers['content-md5'] =", "headers['x-content-md5'] ="],
    ],
  },
  {
    file: 'src/sls/api/update-checkpoint.ts',
    tests: ['unit/sls/client', 'unit/sls/api'],
    mutants: [
      ['a stale owner moves a checkpoint', "consumer, forceSuccess: 'false' }", "consumer, forceSuccess: 'true' }"],
      [
        'who is not the owner gets an error',
        "if (thrown instanceof ForwarderError && thrown.code === 'SLS_CONSUMER_UNKNOWN') return 'not-owner';",
        '',
      ],
    ],
  },
  {
    file: 'src/sls/api/get-checkpoint.ts',
    tests: ['unit/sls/client', 'unit/sls/api'],
    mutants: [
      ['the checkpoint of another shard is taken', 'rows.find((row) => row.shard === shard)', 'rows[0]'],
      [
        'an empty checkpoint is a cursor',
        "checkpoint: checkpoint === '' ? undefined : checkpoint,",
        'checkpoint: checkpoint as string,',
      ],
      ['a checkpoint that is none is taken', "checkpoint !== '' && !isCursor(checkpoint)", 'false'],
    ],
  },
  {
    file: 'src/sls/client.ts',
    tests: ['unit/sls/client', 'unit/sls/api'],
    mutants: [
      [
        'a group that exists is created again',
        'if (existing !== undefined) return { ...existing, created: false };',
        '',
      ],
      [
        'a group another has made meanwhile is an error',
        'if (another !== undefined) return { ...another, created: false };',
        '',
      ],
      ['each logstore of a project has a quota gate of its own', 'gates.set(project, gate);', ''],
    ],
  },
  {
    file: 'src/sls/api/send-heartbeat.ts',
    tests: ['unit/sls/client', 'unit/sls/api'],
    mutants: [
      ['heartbeats stand in line behind pulls', "traffic: 'heartbeat'", "traffic: 'pull'"],
      ['a reply that is no list of shards is taken', ' || !json.every(isSmallInteger)', ''],
    ],
  },
  {
    file: 'src/sls/http/transport.ts',
    tests: ['unit/sls/transport', 'unit/sls/proxy'],
    mutants: [
      [
        'heartbeats share the sockets of pulls',
        'const sockets = this.#sockets[traffic];',
        'const sockets = this.#sockets.pull;',
      ],
      ['heartbeats of many logstores wait for each other', 'HEARTBEAT_SOCKETS = 32', 'HEARTBEAT_SOCKETS = 4'],
      ['a proxy is gone around', "traffic === 'pull' && dial.via === undefined ?", "traffic === 'pull' ?"],
      ['sockets have no bound', 'const options = { ...KEPT_ALIVE, maxSockets };', 'const options = { ...KEPT_ALIVE };'],
    ],
  },
  {
    file: 'src/sls/http/direct/direct-connection.ts',
    tests: ['unit/sls/direct', 'unit/sls/direct-groups', 'unit/sls/direct-repeat', 'unit/sls/transport'],
    mutants: [
      [
        'a body longer than the limit is read over an own connection',
        'if (bodyLength > limit) {',
        'if (bodyLength < 0) {',
      ],
      ['bytes behind a reply are dropped', '(last && bytes.length > head.size + head.bodyLength)', 'false'],
      [
        'a reply that ends the connection leaves it in use',
        'if (head.keepAlive) this.#answered',
        'if (true) this.#answered',
      ],
      [
        'a silent service is waited for over an own connection',
        'this.#silence.watch();\n    if (this.#connected && tasks',
        'if (this.#connected && tasks',
      ],
      [
        'those behind a lost request hang',
        "for (const task of this.#behind.splice(0)) this.#settle(task, 'dropped');",
        '',
      ],
      [
        'a reused connection that ends is an error',
        "else if (!isReading && this.#proven) this.#end(state.task, 'dropped');",
        '',
      ],
      [
        'an abort is not heard over an own connection',
        "for (const { signal } of tasks) signal?.addEventListener('abort', this.#onAbort, { once: true });",
        '',
      ],
      ['replies come to the wrong requests', 'const task = this.#behind.shift();', 'const task = this.#behind.pop();'],
    ],
  },
  {
    file: 'src/sls/endpoint.ts',
    tests: ['unit/sls/endpoint'],
    mutants: [
      ['credentials in an endpoint are taken', "if (authority.includes('@')) return", "if (authority === '@') return"],
      ['a path in an endpoint is dropped', "if (rest !== '' && rest !== '/') return", "if (rest === '?') return"],
      ['an endpoint that names a project is taken', "if (prefix?.includes('.') === true) {", 'if (prefix === "") {'],
      ['an address is dialled under a name', 'isDialledAsIs(host) ? host : named', 'named'],
      ['the certificate of an address is checked for a name', "isAddress(dialled) ? '' : dialled", 'dialled'],
      ['the region keeps the name of its network', "prefix?.replace(NETWORK_SUFFIX, '')", 'prefix'],
    ],
  },
];
