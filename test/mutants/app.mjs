/** What a person meets: the log, the admin listener, files, options and warnings. [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/telemetry/log-output.ts',
    tests: ['unit/telemetry/log-output'],
    mutants: [
      [
        'a full disk ends the process',
        'this.#lose(bytes, writeFault(thrown));\n      return bytes.length;',
        'throw thrown;',
      ],
      ['a reader that is slow loses lines', 'if (isBusy(thrown)) return undefined;', ''],
      ['the end waits for a reader for ever', 'FLUSH_MS,\n', '1e9,\n'],
      ['lines wait without bound', 'this.#waitingBytes + bytes.length > MAX_WAITING_BYTES', 'bytes.length < 0'],
      ['lines that are lost are not told', 'this.onLost(lines, this.#why);', ''],
    ],
  },
  {
    file: 'src/telemetry/admin.ts',
    tests: ['unit/telemetry/admin', 'load/admin'],
    mutants: [
      ['connections that stay silent keep a probe out', 'oldest.destroy();', 'socket.destroy();\n      return;'],
      ['a slow request is looked at every half minute', 'connectionsCheckingInterval: 500,', ''],
      ['a web page may ask', '!hostAllowed(request.headers.host, deps.listen.host)', 'false'],
    ],
  },
  {
    file: 'src/telemetry/health.ts',
    tests: ['unit/telemetry/health'],
    mutants: [
      ['a receiver that is away is not told', '[...receiverWarnings(one), ...unreadWarnings(one)]', '[]'],
      ['a balancer without a server is not told', ', ...unreadWarnings(one)]', ']'],
      ['what fails for long is not told', '...pipelines.flatMap(failures),', ''],
      ['a shard that the service refuses is restarted', ' || isExplained(shard)) return false', ') return false'],
    ],
  },
  {
    file: 'src/flow/read-file.ts',
    tests: ['unit/flow/read-file'],
    mutants: [
      ['a device is read', "if (!found.isFile()) throw fault('ENOTREG');", ''],
      ['a link is followed', ' | (follow ? 0 : constants.O_NOFOLLOW)', ''],
      ['a file that grows is read without end', "if (length > maxBytes) throw fault('E2BIG');", ''],
    ],
  },
  {
    file: 'src/flow/stop-requests.ts',
    tests: ['unit/flow/stop-requests'],
    mutants: [
      ['the echo of a signal is a second one', 'if (now - this.#signalledAt < ONE_WISH_MS) return;', ''],
      ['a second signal does not hurry', 'if (this.#cause !== undefined) this.#hard.abort();', ''],
    ],
  },
  {
    file: 'src/config/warnings.ts',
    tests: ['unit/config/warnings'],
    mutants: [
      ['a start in the future is silent', '...startsInFuture(settings, now),', ''],
      ['an unknown region is silent', '...unknownRegions(settings),', ''],
    ],
  },
  {
    file: 'src/cli/usage.ts',
    tests: ['unit/cli/cli'],
    mutants: [
      ['the last of two options wins in silence', 'if (twice !== undefined) throw', 'if (twice === HINT) throw'],
    ],
  },
];
