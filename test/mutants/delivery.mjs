/** [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/model/snapshot.ts',
    tests: ['unit/telemetry/health', 'unit/delivery/delivery'],
    mutants: [
      ['one blocked connection blocks its receiver', 'return connections.every(', 'return connections.some('],
      ['what waits for proof blocks nothing', "phase !== 'connected' || unprovenEvents > 0", "phase !== 'connected'"],
      ['a connection that is down blocks nothing', "phase !== 'connected' || unprovenEvents > 0", 'unprovenEvents > 0'],
    ],
  },
  {
    file: 'src/delivery/end-proof.ts',
    tests: ['model/delivery/proof'],
    mutants: [
      [
        'an end that came while nobody watched is an answer',
        '// An end that has come already is no answer to ours.\n    await heard();',
        '',
      ],
    ],
  },
  {
    file: 'src/delivery/failures.ts',
    tests: [
      'unit/delivery/connection',
      'unit/delivery/delivery',
      'unit/delivery/receivers',
      'model/delivery/connection',
    ],
    mutants: [
      ['the back-off is never proven', 'this.#attempts.proven();', ''],
      [
        'errors of connections are not counted',
        'totals.errors[error.code] = (totals.errors[error.code] ?? 0) + 1;',
        '',
      ],
    ],
  },
  {
    file: 'src/delivery/connection.ts',
    tests: [
      'unit/delivery/connection',
      'unit/delivery/delivery',
      'unit/delivery/receivers',
      'model/delivery/connection',
    ],
    mutants: [
      ['the verdict of an old link counts', 'if (link !== this.#link) return;', ''],
      [
        'a stop gives up what waits on the next connection',
        ' && !this.#next.isThere) this.#endProof',
        ') this.#endProof',
      ],
      ['a blind connection never ends', '(link.kernel?.blind === true && this.#outbox.allWritten)', 'false'],
      [
        'batches are taken after the end',
        'if (this.#stop.soft.aborted || claim.over) return Promise.reject(abandoned());',
        '',
      ],
      [
        'the end waits for a receiver that is not there',
        'if (this.#done && this.#link === undefined) this.#stop.stopHard();',
        '',
      ],
      [
        'hard close leaves the successor open',
        'this.#next.kill();',
        '',
        { survives: 'the end of the loop closes it too, a moment later' },
      ],
      [
        'a connection is replaced before what it wrote is acked',
        'this.#next.isThere && this.#outbox.quiet',
        'this.#next.isThere',
      ],
      [
        'the old connection writes on while the new one waits',
        '!this.#next.isThere && this.#hasRoom(link)',
        'this.#hasRoom(link)',
      ],
      ['there is no pause between dials', 'await sleep(this.#deps.clock, pauseMs, this.#stop.hard);', ''],
    ],
  },
  {
    file: 'src/delivery/links/next-link.ts',
    tests: ['unit/delivery/next-link'],
    mutants: [
      [
        'a closed successor is taken',
        'if (next?.link.open !== true) return undefined;',
        'if (next === undefined) return undefined;',
      ],
      ['a successor found while stopping stays open', 'found.link.kill(abandoned());\n      return;', 'return;'],
    ],
  },
  {
    file: 'src/delivery/lanes.ts',
    tests: ['unit/delivery/rate-ahead'],
    mutants: [
      ['weights do not count at a rate', 'route.share.weight / weights', '1 / counts.size'],
      ['a pipeline with more shards gets more of a rate', ' / (counts.get(route.share) ?? 1)', ''],
      ['who has sent nothing lately does not count when it asks', 'this.#active().add(route)', 'this.#active()'],
    ],
  },
  {
    file: 'src/delivery/slow-receiver.ts',
    tests: [
      'unit/delivery/slow-receiver',
      'unit/delivery/delivery',
      'unit/delivery/receivers',
      'model/delivery/connection',
    ],
    mutants: [
      [
        'a receiver that has stopped to answer is kept',
        "link.kill(stalled(endpoint, 'the receiver has stopped to answer'));",
        ';',
      ],
      ['a slow receiver without another is given up', "state === 'stuck' && this.#hasOthers", "state === 'stuck'"],
    ],
  },
  {
    file: 'src/delivery/probation.ts',
    tests: ['unit/delivery/probation'],
    mutants: [
      [
        'a young connection is trusted',
        'if (acked >= this.#proofBytes || neededMs === 0) return true;',
        'return true;',
      ],
      ['an early end is forgotten', 'this.#doubtful.add(text);', ''],
    ],
  },
  {
    file: 'src/delivery/outbox.ts',
    tests: ['unit/delivery/horizons'],
    mutants: [['what was given back is not made again', 'span.held = REFERENCE;\n  }', '}']],
  },
  {
    file: 'src/delivery/links/stream-link.ts',
    tests: ['unit/delivery/stream-link', 'unit/delivery/delivery', 'model/delivery/connection', 'unit/delivery/tls'],
    mutants: [
      ['closing without RST', 'if (!this.#raw.destroyed) this.#raw.resetAndDestroy();', 'this.#raw.destroySoon();'],
      [
        'what speaks another protocol is not heard',
        'if (mistaken !== undefined) this.kill(mistaken);\n    else ',
        '',
        { tests: ['unit/delivery/mix-up'] },
      ],
      [
        'more than the replay window is on its way',
        'this.flushed - this.acked + sliceBytes <= maxUnackedBytes',
        'this.flushed - this.acked <= 10 * maxUnackedBytes',
      ],
      [
        'an end nobody asked for is an answer to ours',
        "if (this.#state.is !== 'ending') {",
        "if (this.#state.is === 'lost') {",
      ],
      ['a write is never done when the link is lost', 'this.#failWrite?.();', ''],
      ['what a receiver says is not read', ".on('data', this.#heard)", ''],
      [
        'a link that is over still listens',
        "this.#stream.off('data', this.#heard).off('end', this.#peerEnded).off('error', this.#failed);",
        '',
      ],
    ],
  },
  {
    file: 'src/delivery/kernel/stream-view.ts',
    tests: ['unit/delivery/stream-link', 'unit/delivery/delivery', 'model/delivery/connection'],
    mutants: [
      [
        'an older look takes back what is acked',
        'Math.max(this.#acked, flushed - row.unackedBytes)',
        'flushed - row.unackedBytes',
      ],
      [
        'flushed is sampled after the look',
        'this.#look(now, flushed, row);',
        'this.#look(now, this.#writer.flushed, row);',
      ],
      [
        'one look that does not find a socket makes its connection blind',
        'const BLIND_LOOKS = 2;',
        'const BLIND_LOOKS = 1;',
      ],
      ['looks that did not find a socket add up for ever', 'this.#missed = 0;\n    this.#acked', 'this.#acked'],
      ['trouble is not noticed', 'if (row?.probing === true || this.#watch.movedAt < now) this.#troubledAt = now;', ''],
      ['a shut window is no trouble', 'row?.probing === true || ', ''],
      [
        'a send buffer that was raised is not noticed',
        'if (row.unackedBytes > this.#sendBufferBytes) this.#sendBufferBytes = 2 * row.unackedBytes;',
        '',
      ],
      [
        'everything counts as acked where nothing is told',
        'if (now - this.#blindMark.at < this.#blindAckMs) return;',
        '',
      ],
      [
        'nothing counts as acked where nothing is told',
        'this.#acked = Math.max(this.#acked, this.#blindMark.flushed);',
        '',
      ],
      [
        'what a send buffer cannot hold is not known to be acked',
        'Math.max(this.#acked, this.#writer.flushed - this.#sendBufferBytes)',
        'this.#acked',
      ],
      ['an idle connection is blamed for its rest', 'this.#watch.rest(now);', ''],
    ],
  },
  {
    file: 'src/delivery/kernel/stall-watch.ts',
    tests: ['unit/delivery/stall-watch'],
    mutants: [
      ['what our own kernel takes counts as life', 'flushed - (row?.unackedBytes ?? 0)', 'flushed'],
      ['one unanswered probe is a dead receiver', 'row.probes <= 1', 'row.probes <= 0'],
      ['a retransmission is an answer', 'row?.retransmits === 0 && ', 'row !== undefined && '],
      ['a dead receiver is never given up', "if (now - this.#aliveAt >= stallTimeoutMs) return 'silent';", ''],
      ['a shut window is never too long', "if (stuck) return 'stuck';", ''],
      [
        'where nothing is told a stall is none',
        "if (row === undefined) return stuck ? 'silent' : 'fine';",
        "if (row === undefined) return 'fine';",
      ],
      ['bytes that move change nothing', 'if (mark !== this.#lastMark) this.rest(now);', ''],
      ['the kind of a stall is not shown', 'this.#stall = row && stallOf(row);', ''],
    ],
  },
  {
    file: 'src/delivery/attempts.ts',
    tests: ['unit/delivery/attempts', 'unit/delivery/delivery'],
    mutants: [
      ['the next receiver waits as the same one would', 'this.#failures < this.#endpoints.length ? 0 : ', ''],
      ['there is never a pause', ' ? 0 : this.#backoff.next()', ' ? 0 : 0'],
      ['it is always the same receiver', '(this.#index + 1) % this.#endpoints.length', 'this.#index'],
      [
        'a receiver that has worked is taken for another kind of port',
        'this.#good.add(this.#index);',
        '',
        { tests: ['unit/delivery/mix-up'] },
      ],
      ['the pauses are not reset', 'this.#backoff.reset();', ''],
    ],
  },
  {
    file: 'src/delivery/successor.ts',
    tests: ['unit/delivery/successor'],
    mutants: [
      ['one probe is proof', 'successes >= this.#deps.failback.probes', 'successes >= 1'],
      [
        'a probe that fails does not count',
        'link === undefined ? 0 : (this.#successes[index] ?? 0) + 1',
        'link === undefined ? (this.#successes[index] ?? 0) : (this.#successes[index] ?? 0) + 1',
      ],
      ['a probe is left open', 'this.#deps.retire(link);', ''],
      ['a receiver that is preferred less is gone to', 'this.#endpoints.slice(0, this.#index)', 'this.#endpoints'],
      [
        'a name server that is away moves the connection',
        'return false;\n    }\n  }\n\n  async #try',
        'return true;\n    }\n  }\n\n  async #try',
      ],
      ['a connection is never too old', 'this.#now >= this.#rebindAt || ', ''],
      ['a connection never carries enough', 'this.#link.flushed - this.#firstByte >= afterBytes', 'false'],
      ['bytes of the handshake count', 'this.#link.flushed - this.#firstByte >=', 'this.#link.flushed >='],
      ['the time to a rebind is not spread', '(1 - JITTER + 2 * JITTER * random())', '1'],
      [
        'what cannot be made anew is tried at every look',
        'this.#retryAt = this.#now + this.#deps.failback.intervalMs;',
        '',
      ],
      ['probes come at every look', 'this.#probeAt = this.#now + this.#deps.failback.intervalMs;\n    for', 'for'],
    ],
  },
  {
    file: 'src/delivery/pace.ts',
    tests: ['unit/delivery/pace', 'unit/delivery/paced-delivery'],
    mutants: [
      [
        'a slice of a whole bucket',
        'Math.floor(this.#burst(Math.min(eps, catchUpEps)) / 2)',
        'Math.floor(this.#burst(Math.min(eps, catchUpEps)))',
      ],
      ['who has no shard sends all the same', 'if (this.#part === 0) return Infinity;', ''],
      [
        'events are not divided',
        'this.#eps * this.#part, this.#burst(this.#eps), now',
        'this.#eps, this.#burst(this.#eps), now',
      ],
      ['bytes are not divided', 'const bytes = bytesPerSecond * this.#part;', 'const bytes = bytesPerSecond;'],
      ['a burst is not divided', 'eps * BURST_SECONDS) * this.#part', 'eps * BURST_SECONDS)'],
      [
        'the part is never asked for again',
        "share === 'group' ? part() : 1",
        "share === 'group' ? this.#part || part() : 1",
      ],
      ['bytes are not limited', 'this.#bytes?.waitMs(bytes, now) ?? 0', '0'],
      ['events are not limited', 'this.#events?.waitMs(events, now) ?? 0', '0'],
      ['who comes later overtakes', 'this.#queue.push(ticket);', 'this.#queue.unshift(ticket);'],
      ['who gives up stays in line', 'this.#queue.splice(at, 1);', ''],
      ['nobody moves up when the first gives up', 'if (at === 0) this.#serve();', ''],
      ['catching up is not faster', 'catchUpEps !== undefined && isBehind() ? catchUpEps : eps', 'eps'],
      ['what goes out is not counted', 'this.#meter.add(ticket.events, now);', ''],
    ],
  },
  {
    file: 'src/delivery/links/slices.ts',
    tests: ['unit/delivery/slices'],
    mutants: [
      ['a slice is larger than it may be', '- start <= maxBytes', '- start <= maxBytes + 1'],
      [
        'a slice has an event too many',
        'Math.min(ends.length, from + maxEvents) + 1',
        'Math.min(ends.length, from + maxEvents + 1) + 1',
      ],
      ['a frame larger than a slice is never sent', '[from + 1, Math', '[from, Math'],
    ],
  },
  {
    file: 'src/delivery/links/paced-write.ts',
    tests: ['unit/delivery/paced-delivery', 'unit/delivery/delivery', 'unit/delivery/relp'],
    mutants: [
      ['writing does not wait for room', 'while (link.open && !hasRoom()) await wakeup.wait();', ''],
      ['the window of a RELP session is no limit', 'Math.min(link.sliceEvents, pace.sliceEvents)', 'pace.sliceEvents'],
      ['a lost link is written to', 'if (!link.open) return false;', ''],
    ],
  },
  {
    file: 'src/delivery/refusals.ts',
    tests: ['unit/delivery/relp'],
    mutants: [
      ['an event is put aside at its first refusal', 'if (times < limit) return lost;', ''],
      ['refusals of another event count', 'counts.get(index) ?? 0', 'counts.get(0) ?? 0'],
      ['an event that is refused is never put aside', 'counts.set(index, times);', ''],
    ],
  },
  {
    file: 'src/delivery/links/relp-view.ts',
    tests: ['unit/delivery/relp'],
    mutants: [['a receiver that stops to answer is kept', "return waited ? 'silent' : state;", 'return state;']],
  },
  {
    file: 'src/delivery/links/relp-link.ts',
    tests: ['unit/delivery/relp', 'model/delivery/relp'],
    mutants: [
      ['the RELP window is ignored', ' && this.#commands.hasRoom', ''],
      ['a hang-up with many messages unanswered blames the first', ' || this.#commands.outstanding !== 1 || ', ' || '],
      ['one hang-up at a message is enough', 'const HANG_UPS = 3;', 'const HANG_UPS = 1;'],
      ['a message at which the session always ends is never found', 'this.#refusal ?? this.#suspect', 'this.#refusal'],
      ['an answer to another command counts', ' || txnr !== this.#commands.nextAnswer', ''],
      ['a refusal counts as an answer', '} else if (!isOk(bytes, frame)) {', '} else if (bytes.length < 0) {'],
      [
        'what is written counts as answered',
        'return Math.min(this.#commands.answeredBytes, this.#flushed);',
        'return this.#flushed;',
      ],
      [
        'a receiver that ends the session is not heard',
        "if (command === 'serverclose') this.#fail",
        "if (command === 'close') this.#fail",
      ],
      [
        'a session that is not opened is waited for',
        "if (limit.signal.aborted) giveUp();\n    limit.signal.addEventListener('abort', giveUp);",
        '',
      ],
      [
        'a session is not closed',
        "void this.#inner.write(Buffer.from(`${this.#commands.send()} close 0\\n`, 'latin1'));",
        '',
      ],
      ['half an answer is forgotten', 'this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk])', 'chunk'],
      [
        'the event that is refused is not known',
        'if (frame !== undefined) this.#refusal = { frame, said: reason, limit: REFUSALS, error };',
        '',
      ],
      ['control characters of a receiver reach the log', "?.replace(/[^ -~]/g, '?')", ''],
    ],
  },
  {
    file: 'src/delivery/tls/certificate-names.ts',
    tests: ['unit/delivery/tls'],
    mutants: [
      [
        'a common name is a name',
        "const subject = { ...certificate.subject, CN: '' };",
        'const { subject } = certificate;',
      ],
      [
        'a certificate without names is for everybody',
        'if (names.length === 0) {',
        'if (names.length === 0) return undefined;\n  if (names.length < 0) {',
      ],
    ],
  },
  {
    file: 'src/delivery/tls/tls-options.ts',
    tests: ['unit/delivery/tls', 'unit/delivery/certificates'],
    mutants: [
      [
        'Node decides what a name is',
        'checkServerIdentity: (host, certificate) => checkName(endpoint, host, certificate),',
        '',
      ],
    ],
  },
  {
    file: 'src/delivery/totals.ts',
    tests: ['unit/delivery/mix-up', 'unit/delivery/delivery'],
    mutants: [
      [
        'what was never delivered is a duplicate',
        'if (totals.settledEvents > 0) totals.resentEvents += events;\n  else totals.unprovenResends += events;',
        'totals.resentEvents += events;',
      ],
      [
        'what was sent again before the first settled is forgotten',
        'totals.resentEvents += totals.unprovenResends;',
        '',
      ],
    ],
  },
  {
    file: 'src/delivery/links/relp-commands.ts',
    tests: ['unit/delivery/relp', 'model/delivery/relp'],
    mutants: [
      ['the ends of a batch are read when its memory is gone', 'ends: ends.slice()', 'ends'],
      ['a session begins with many commands at a time', '#window = 1;', '#window = WINDOW;'],
      ['a session stays at one command at a time', 'Math.min(WINDOW, this.#window + count)', '1'],
      [
        'another message than the oldest without an answer is blamed',
        'this.#answers + 1 - first',
        'this.#answers + 2 - first',
      ],
    ],
  },
  {
    file: 'src/delivery/links/relp-frames.ts',
    tests: ['unit/delivery/relp-frames', 'unit/delivery/relp'],
    mutants: [
      ['numbers go beyond the last', 'txnr === LAST_TXNR ? 1 : txnr + 1', 'txnr + 1'],
      ['after the last number comes 0', 'digits[MAX_DIGITS - 1] = ZERO + 1;', ''],
      ['an answer may be as long as it likes', 'length > MAX_DATA || ', ''],
      [
        'a frame without its end is whole',
        "bytes[to] === LF ? { txnr, command, from, to, next: to + 1 } : 'garbage'",
        '{ txnr, command, from, to, next: to + 1 }',
      ],
      ['answers are skipped whatever their numbers', 'value !== expected || ', ''],
      ['more answers than commands are skipped', 'answered.count < most', 'answered.count < Infinity'],
      [
        'a frame is read before its last byte is here',
        "if (to >= bytes.length) return 'incomplete';",
        "if (to > bytes.length) return 'incomplete';",
      ],
      ['500 is 200', 'bytes[from] === 0x32 && ', ''],
    ],
  },
  {
    file: 'src/delivery/kernel/kernel-sockets.ts',
    tests: ['unit/delivery/kernel-sockets'],
    mutants: [
      ['a table that tells nothing says that all is acked', "if (congestionWindow === '0') return undefined;", ''],
      ['a shut window is not seen', "probing: timer === '04'", 'probing: false'],
      ['bytes are read as decimal', 'parseInt(unacked, 16)', 'parseInt(unacked, 10)'],
      [
        'the end of a long table is not read',
        'if (bytesRead === 0) return',
        'if (bytesRead >= 0 && length > 0) return',
      ],
      [
        'a table that cannot be read is an error',
        'return new Uint8Array();\n    }\n  }',
        "throw new Error('no table');\n    }\n  }",
      ],
      ['a send buffer is no larger than its setting', 'largest + SLACK', 'largest'],
      ['an address is read in the wrong order', "if (endianness() === 'LE') bytes.swap32();", ''],
    ],
  },
  {
    file: 'src/delivery/kernel/pulse.ts',
    tests: ['unit/delivery/pulse', 'unit/delivery/delivery'],
    mutants: [
      ['the pulse stops after one beat', 'if (more.length > 0) this.wake();', ''],
      ['nobody is told that the kernel tells nothing', 'if (isBlind && !this.#isBlind) this.#onBlind();', ''],
      ['each look that finds nothing is told', 'if (isBlind && !this.#isBlind)', 'if (isBlind)'],
      ['sockets that are closed make the kernel blind', 'questions.filter(({ isOpen }) => isOpen())', 'questions'],
      [
        'two sockets, each missing once, make the kernel blind',
        'this.#missing?.has(needle) === true',
        'this.#missing !== undefined',
      ],
      ['one look that finds nothing is told', 'this.#missing?.has(needle) === true', 'needle.length > 0'],
      ['members get the answers of others', 'answer(rows[index])', 'answer(rows[0])'],
      ['a look is asked for by nobody', 'if (questions.length === 0) return;', ''],
    ],
  },
  {
    file: 'src/delivery/links/udp-link.ts',
    tests: ['unit/delivery/udp'],
    mutants: [
      ['a slice counts before all of it went', 'if (left > 0 || !this.open) return;', 'if (!this.open) return;'],
      ['a datagram holds what came before, too', 'from = end - start;', ''],
      [
        'an unreachable port is not noticed',
        "this.#socket.on('error', this.#failed);",
        "socket.on('error', () => undefined);",
        {
          survives: 'the callback of the next send tells it too; only a socket that sends no more would not hear of it',
        },
      ],
    ],
  },
  {
    file: 'src/delivery/lanes.ts',
    tests: ['unit/delivery/rate-ahead'],
    mutants: [
      ['who sent long ago shares the rate', 'this.#recent = new Set();\n      this.#turnAt', 'this.#turnAt'],
      ['who sends now does not share the rate', 'this.#lanes.noteSent(this);', ''],
    ],
  },
  {
    file: 'src/delivery/outbox.ts',
    tests: ['unit/delivery/rate-ahead'],
    mutants: [
      [
        'what is written waits for ever',
        'if (span.isUnwritten) this.#noteWritten(span);\n    if (span.claim.over)',
        'if (span.claim.over)',
      ],
      ['what was written before waits again', 'span.isUnwritten = false;', ''],
      ['nobody is told that a batch is written', 'span.claim.onWritten?.();', ''],
    ],
  },
];
