/** [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/group/heartbeat.ts',
    tests: ['unit/group/heartbeat', 'unit/group/pipeline'],
    mutants: [
      ['lease counted from the answer', 'lease.renew(sent);', 'lease.renew(lease.moment());'],
      ['a heartbeat renews no lease', 'lease.renew(sent);', ''],
      [
        'an expired lease is not noticed before a heartbeat',
        'if (!lease.held()) onLost();\n    const sent = ',
        'const sent = ',
      ],
      [
        'a lease that runs out while heartbeats fail is kept',
        'if (!lease.held()) onLost();\n    return pauseMs',
        'return pauseMs',
      ],
      ['a consumer the service has forgotten keeps its lease', 'if (forgotten) lease.lose();', ''],
      [
        'a consumer the service has forgotten waits before it registers again',
        'const pauseMs = forgotten && lease.held() ? 0 :',
        'const pauseMs = forgotten && lease.held() ? intervalMs :',
      ],
      ['a service that never takes us back is asked without a pause', 'forgotten && lease.held() ? 0', 'forgotten ? 0'],
      [
        'a failed heartbeat is tried again only at the interval',
        'Math.min(intervalMs, this.#backoff.next(error.retryAfterMs))',
        'intervalMs',
      ],
      [
        'a hint of the service makes heartbeats rarer than the interval',
        'Math.min(intervalMs, this.#backoff.next(error.retryAfterMs))',
        'this.#backoff.next(error.retryAfterMs)',
      ],
      [
        'a hanging heartbeat may take the whole lease',
        'Math.max(intervalMs, lease.remainingMs / 3)',
        'lease.remainingMs',
      ],
      ['a poke is not heard', 'this.#wake.abort();', ''],
      ['assignments are dropped', 'this.#deps.onAssigned(assigned);', ''],
      ['errors of heartbeats are not counted', 'onError(error.code);', ''],
      ['accepted heartbeats are not counted', 'this.#accepted += 1;', ''],
      ['the back-off is not reset by success', 'this.#backoff.reset();', ''],
    ],
  },
  {
    file: 'src/group/lease.ts',
    tests: ['unit/group/lease', 'unit/group/heartbeat', 'unit/group/pipeline'],
    mutants: [
      ['a lease is held for ever', 'return this.remainingMs > 0;', 'return this.#expires !== NEVER;'],
      ['a lease lost stays held', 'lose(): void {\n    this.#expires = NEVER;', 'lose(): void {'],
      ['a lease lasts twice as long', '#durationMs = durationMs;', '#durationMs = 2 * durationMs;'],
      ['the wall clock ends no lease', 'wall: sent.wall + this.#durationMs', 'wall: Infinity'],
    ],
  },
  {
    file: 'src/group/assignment.ts',
    tests: ['unit/group/assignment', 'unit/group/pipeline'],
    mutants: [
      ['shards held are acquired again', '[...wanted].filter((shard) => !held.has(shard))', '[...wanted]'],
      ['shards taken away are kept', '[...held].filter((shard) => !wanted.has(shard))', '[]'],
      [
        'a shard that stands twice in a reply is opened twice',
        '[...wanted].filter((shard) => !held.has(shard))',
        'assigned.filter((shard) => !held.has(shard))',
      ],
    ],
  },
  {
    file: 'src/group/group-member.ts',
    tests: ['unit/group/group-member', 'unit/group/pipeline', 'unit/group/stalled-shards', 'model/group'],
    mutants: [
      ['a lost shard is still listed', "this.runs.filter((run) => run.reason !== 'leaseLost')", 'this.runs'],
      [
        'a draining shard is listed no more',
        "this.runs.filter((run) => run.reason !== 'leaseLost')",
        'this.runs.filter((run) => run.reason === undefined)',
      ],
      ['no last heartbeat without the released shards', 'await this.heartbeat.beat(last.signal);', ''],
      [
        'the last heartbeat may hang for ever',
        'await this.heartbeat.beat(last.signal);',
        'await this.heartbeat.beat(new AbortController().signal);',
      ],
      ['no poke after a hand-over', "if (reason === 'unassigned' || reason === 'shardEnd') this.heartbeat.poke();", ''],
      [
        'no poke after a stalled shard was given up',
        "this.#deps.onReleased(run, 'stalled');\n    this.heartbeat.poke();",
        "this.#deps.onReleased(run, 'stalled');",
      ],
      [
        'heartbeats end before the last commit',
        'await Promise.all([...this.#runs.values()].map(({ done }) => done));\n    this.#ended.abort();',
        'this.#ended.abort();\n    await Promise.all([...this.#runs.values()].map(({ done }) => done));',
      ],
      ['shards are acquired while stopping', 'if (this.#stopping) return;', ''],
      ['a shard read to its end is opened again', "if (reason === 'shardEnd') this.#over.add(run.shard);", ''],
      ['a shard that ended once is never opened again', 'if (!shards.includes(shard)) this.#over.delete(shard);', ';'],
      ['a lost lease keeps the memory of ended shards', 'this.#over.clear();', ''],
      ['a lost lease releases nothing', "this.#releaseAll('leaseLost');", ''],
      ['a shard taken away is not released', "this.#runs.get(shard)?.run.release('unassigned');", ''],
      [
        'a shard that fails is not told',
        "if (run.reason !== 'stalled') this.#deps.onFailed(asForwarderError(thrown));",
        '',
      ],
      [
        'a stalled shard is still listed',
        "run.release('stalled');\n    this.#runs.delete(run.shard);",
        "run.release('stalled');",
      ],
      [
        'a stalled shard that fails ends the process',
        "if (run.reason !== 'stalled') this.#deps.onFailed",
        'this.#deps.onFailed',
      ],
      ['hurry reaches no shard', 'for (const { run } of this.#runs.values()) run.hurry();', ''],
      ['hand-over is not waited for', 'await Promise.all(this.runs.map((run) => run.handedOver));', ''],
      ['a consumer without a shard is not told why', 'if (this.#emptyReplies === EMPTY_REPLIES) this.#sayEmpty();', ''],
    ],
  },
  {
    file: 'src/group/pipeline.ts',
    tests: ['unit/group/pipeline', 'unit/group/stalled-shards', 'unit/group/lag'],
    mutants: [
      [
        'the lease lasts as the config says, not as the group does',
        'this.#join(timeoutSeconds * 1000)',
        'this.#join(settings.group.timeoutSeconds * 1000)',
      ],
      [
        'a short lease has room for one heartbeat only',
        'Math.min(settings.heartbeatIntervalMs, leaseMs / 3)',
        'settings.heartbeatIntervalMs',
      ],
      [
        'other settings of the group are not told',
        'if (timeoutSeconds !== settings.group.timeoutSeconds || inOrder !== settings.group.inOrder) {',
        'if (timeoutSeconds !== timeoutSeconds) {',
      ],
      ['a shard known to be closed is read for ever', 'if (this.#watch.isClosed(shard)) consumer.close();', ''],
      [
        'a shard closed while it is read is read for ever',
        'this.#member?.runs.find((run) => run.shard === shard)?.close();',
        '',
      ],
      ['a bounded run does not learn what ended', "if (reason === 'shardEnd') this.#completion?.ended(run.shard);", ''],
      [
        'a failed start of class fatal is not told',
        "if (error.class === 'fatal') this.#deps.onStartFailed(error);\n    else ",
        '',
      ],
      [
        'checkpoints are refreshed for ever though the list of shards is there',
        'endIsTold: () => this.#watch.known !== undefined,',
        'endIsTold: () => false,',
      ],
      ['stalled shards are looked for no more', 'this.#progress.start();', ''],
      ['collisions are looked for no more', 'this.#collisions.start();', ''],
      [
        'collisions are not counted',
        'onCollision: () => this.#totals.countCollision(),',
        'onCollision: () => undefined,',
      ],
    ],
  },
  {
    file: 'src/group/collision-watch.ts',
    tests: ['unit/group/pipeline'],
    mutants: [
      [
        'stored taken after the await',
        'if (after !== stored || found === undefined || found === stored) return;',
        'if (found === undefined || found === after) return;',
      ],
      ['a commit of our own in between is taken for another process', 'if (after !== stored || found', 'if (found'],
      ['our own checkpoint is taken for another process', ' || found === stored) return', ') return'],
      ['only the first shard is looked at', 'this.#turn++ %', 'this.#turn %'],
    ],
  },
  {
    file: 'src/group/shard-watch.ts',
    tests: ['unit/group/pipeline', 'unit/shard/shard-consumer'],
    mutants: [
      ['open shards are taken for closed', 'if (!readOnly) continue;', ''],
      ['a closed shard is not remembered', 'this.#closed.add(shard);', ''],
      ['an old list still counts when it cannot be read', 'this.#known = undefined;\n    onError', 'onError'],
      ['a list that cannot be read is told every time', 'if (this.#failure === code) return;', ''],
    ],
  },
  {
    file: 'src/group/progress-watch.ts',
    tests: ['unit/group/stalled-shards'],
    mutants: [
      [
        'a shard that waits for its receiver is given up',
        'silentMs < maxStallMs * patience || (run.progress.waitsForReceiver && receiverIsBusy())',
        'silentMs < maxStallMs * patience',
      ],
      ['a shard that says why is given up', 'silentMs < maxStallMs * patience || (', '('],
      [
        'a busy receiver explains every stall',
        '(run.progress.waitsForReceiver && receiverIsBusy())',
        'receiverIsBusy()',
      ],
      ['a shard is begun anew again and again at the same pace', 'Math.min(MOST_PATIENCE, patience * 2)', '1'],
      ['a stalled shard is not begun anew', 'begin(run);', ''],
      ['patience is kept when the shard moves again', 'this.#patience.delete(shard);', ''],
      ['the watch looks once', 'this.#look();\n      this.start();', 'this.#look();'],
    ],
  },
  {
    file: 'src/group/release-reason.ts',
    tests: ['unit/shard/shard-consumer', 'unit/group/pipeline', 'model/group'],
    mutants: [
      ['a weaker reason replaces a stronger one', 'RANK[next] > RANK[current]', 'true'],
      ['a shard being drained cannot lose its lease', 'leaseLost: 4', 'leaseLost: 0'],
    ],
  },
  {
    file: 'src/group/retention-watch.ts',
    tests: ['unit/group/lag'],
    mutants: [
      ['logs about to be deleted are not told', 'if (left >= Math.min(DAY_S, retention / 4)) {', 'if (left >= 0) {'],
      [
        'the warning comes at every look',
        'if (this.#saidAt !== undefined && now - this.#saidAt < REPEAT_MS) return;',
        '',
      ],
      ['the retention is read once only', 'this.#readAt >= READ_MS', 'this.#readAt >= Infinity'],
    ],
  },
  {
    file: 'src/group/lag-watch.ts',
    tests: ['unit/group/lag'],
    mutants: [
      ['a thousand shards are asked in one turn', 'due.slice(0, MOST_A_TURN)', 'due'],
      ['shards that need not be asked are', '.filter(({ lag }) => lag.isDue)', ''],
    ],
  },
];
