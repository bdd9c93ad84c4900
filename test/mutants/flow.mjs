/** [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/flow/byte-budget.ts',
    tests: ['unit/flow/byte-budget'],
    mutants: [
      [
        'more than the limit is let in',
        'this.#reserved + bytes <= this.limitBytes',
        'this.#reserved <= this.limitBytes',
      ],
      ['a source that answers nothing holds everything', 'this.limitBytes / this.#asking.size', 'this.limitBytes'],
      ['what is answered counts as asked', 'this.#answered();\n    this.#hold(bytes);', 'this.#hold(bytes);'],
      ['what failed counts as asked', 'this.#answered();\n    this.#hold(0);', 'this.#hold(0);'],
      ['what is larger than the budget waits for ever', 'this.#reserved === 0 || ', ''],
      ['a correction does not reach the budget', 'this.#hold(bytes);\n  }\n\n  giveBack', '}\n\n  giveBack'],
      ['a correction after the end counts', 'if (!this.#open) return;\n    this.#share', 'this.#share'],
      ['a second release counts', 'if (!this.#open) return;\n    this.#open = false;', 'this.#open = false;'],
      ['a release lets nobody in', 'if (isOver) this.#open -= 1;\n    this.#admit();', 'if (isOver) this.#open -= 1;'],
      ['any number of batches waits for proof', 'if (this.#open >= this.#limitCount) return false;', ''],
      ['weights do not count', 'share.served += bytes / share.weight;', 'share.served += bytes;'],
      [
        'who comes back after a pause has a claim to all of it',
        'if (share.waiters.length === 0) share.served = Math.max(share.served, this.#turn);',
        '',
      ],
      [
        'who comes later overtakes those that wait',
        'if (isFirst && this.#mayAsk(share, bytes) && this.#fits(bytes))',
        'if (this.#mayAsk(share, bytes) && this.#fits(bytes))',
      ],
      ['who gives up still stands in line', 'share.waiters.splice(share.waiters.indexOf(waiter), 1);', ''],
      ['nobody moves up when the first gives up', 'resolve(undefined);\n        this.#admit();', 'resolve(undefined);'],
      ['those that were let in most come first', 'share.served < first.served', 'share.served > first.served'],
      [
        'an aborted request is let in',
        'if (signal.aborted) return Promise.resolve(undefined);\n    if (share',
        'if (share',
      ],
      [
        'a correction does not count for the share',
        'this.#share.served += (bytes - this.#bytes) / this.#share.weight;',
        '',
      ],
    ],
  },
  {
    file: 'src/flow/token-bucket.ts',
    tests: ['unit/flow/token-bucket', 'unit/delivery/pace'],
    mutants: [
      ['a bucket fills beyond its burst', 'Math.min(this.#burst, this.#tokens + ', '(this.#tokens + '],
      ['a bucket starts empty', 'this.#tokens = burst;', 'this.#tokens = 0;'],
      [
        'what is larger than the bucket waits for ever',
        'Math.min(count, this.#burst) - this.#tokens',
        'count - this.#tokens',
      ],
      ['taking costs nothing', 'this.#tokens -= count;', ''],
      ['time counts twice', 'this.#at = now;\n  }\n}', '}\n}'],
      ['a new rate counts for the time before', 'this.#fill(now);\n    this.#perSecond', 'this.#perSecond'],
    ],
  },
  {
    file: 'src/flow/backoff.ts',
    tests: ['unit/flow/retry'],
    mutants: [
      ['the pause does not grow', '2 ** Math.min(this.#attempt, 30)', '1'],
      ['the pause has no upper bound', 'Math.min(maxMs, initialMs', 'Math.max(0, initialMs'],
      ['a hint of the service is ignored', 'Math.max(hintMs, ceiling / 10, ', 'Math.max(ceiling / 10, '],
      ['there is no least pause', 'ceiling / 10, ', ''],
      ['there is no jitter', 'this.#random() * ceiling', 'ceiling'],
      ['a reset does nothing', 'reset(): void {\n    this.#attempt = 0;', 'reset(): void {'],
    ],
  },
  {
    file: 'src/flow/retry.ts',
    tests: ['unit/flow/retry'],
    mutants: [
      ['permanent failures are tried again', 'if (isFinal(error)) throw error;', ''],
      [
        'fatal failures are tried again at once',
        "error.class === 'retry' ? backoff.next(error.retryAfterMs) : settings.backoff.maxMs",
        'backoff.next(error.retryAfterMs)',
      ],
      ['failures are not told', 'onError(error, pauseMs);', ''],
      ['there is no pause', 'await sleep(clock, pauseMs, signal);', ''],
      ['a failure after the end is told', 'if (isAborted(signal)) return undefined;', ''],
    ],
  },
  {
    file: 'src/flow/clock.ts',
    tests: ['unit/flow/clock', 'unit/flow/deadline'],
    mutants: [
      [
        'a sleep does not end with its signal',
        "signal?.addEventListener('abort', done, { once: true });\n  });\n}\n\n/**",
        '});\n}\n\n/**',
      ],
      ['a deadline does not follow its parent', "else parent?.addEventListener('abort', abort, { once: true });", ''],
      [
        'a deadline never comes',
        'const cancel = clock.timer(ms, abort, { unref: true });',
        'const cancel = (): void => undefined;',
      ],
      ['a deadline under an aborted parent is open', 'if (parent?.aborted === true) abort();\n  else ', ''],
      ['a delay below zero reaches Node', 'Math.min(Math.max(ms, 0), LONGEST_MS)', 'Math.min(ms, LONGEST_MS)'],
      ['a delay of a month is none', 'Math.min(Math.max(ms, 0), LONGEST_MS)', 'Math.max(ms, 0)'],
    ],
  },
  {
    file: 'src/flow/in-flight-window.ts',
    tests: ['unit/flow/in-flight-window', 'unit/shard/shard-consumer'],
    mutants: [
      [
        'the watermark passes what is not settled',
        'for (let first = this.#entries[0]; first?.isSettled === true; first = this.#entries[0]) {',
        'for (let first = this.#entries[0]; first !== undefined && this.#entries.some((one) => one.isSettled); first = this.#entries[0]) {',
      ],
      ['the watermark does not move', 'this.#watermark = first.position;', ''],
      ['one batch more than the window holds', 'this.#heldCount < this.#capacity', 'this.#heldCount <= this.#capacity'],
      ['who waits for the window does not hear the stop', "signal.addEventListener('abort', wake);", ''],
      ['who waits for the window is not woken', 'for (const wake of [...this.#wakers]) wake();', ''],
    ],
  },
  {
    file: 'src/flow/error-reporter.ts',
    tests: ['unit/flow/error-reporter'],
    mutants: [
      ['an equal failure is told each time', 'error.code === this.#code && ', 'false && '],
      ['failures that last are never told again', ' < REPEAT_MS', ' < Infinity'],
      [
        'the end of failures is not told',
        "this.#log.info({ ...fields, was: this.#code, ...repeated }, 'works again');",
        '',
      ],
      ['success without failures is told', 'if (this.#code === undefined) return;', ''],
      ['folded failures are not counted', 'this.#folded += 1;', ''],
    ],
  },
  {
    file: 'src/flow/turns.ts',
    tests: ['unit/flow/turns'],
    mutants: [
      ['all jobs run at once', 'if (this.#free > 0) this.#free -= 1;', 'if (this.#free > 0) this.#free -= 0;'],
      [
        'a failed job keeps its turn',
        'try {\n      return await job();\n    } finally {',
        '{\n      const result = await job();\n      void Promise.resolve().then(() => undefined);\n      this.#waiting.length += 0;\n      if (result === undefined) return result;',
      ],
      ['jobs that wait are never begun', 'else next();', ''],
    ],
  },
  {
    file: 'src/flow/beats.ts',
    tests: ['unit/flow/beats'],
    mutants: [
      ['each thing has a timer of its own', 'if (known !== undefined) {', 'if (known === null) {'],
      ['a time without anything left keeps its timer', 'cancel();', ''],
      ['a time that has come stays', 'this.#beats.delete(at);\n      this.#due', 'this.#due'],
    ],
  },
  {
    file: 'src/flow/fifo.ts',
    tests: ['unit/shard/shard-consumer'],
    mutants: [
      ['the last come first', 'return this.#items.shift();', 'return this.#items.pop();'],
      ['a reader that waits is not woken', 'this.#items.push(item);\n    this.#wake?.();', 'this.#items.push(item);'],
    ],
  },
];
