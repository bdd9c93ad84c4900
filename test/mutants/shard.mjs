/** [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/shard/committer.ts',
    tests: [
      'unit/shard/committer',
      'unit/shard/shard-consumer',
      'unit/shard/troubles',
      'unit/group/pipeline',
      'model/group',
    ],
    mutants: [
      [
        'what can not be committed is sent for ever',
        'if (!this.holdsBack || signal.aborted) return Promise.resolve();',
        'return Promise.resolve();',
      ],
      ['a stored checkpoint does not let the shard go on', 'this.#failingSince = undefined;\n    this.#wake();', ''],
      ['the start position is not committed at once', 'if (this.#stored === undefined) await this.commit(signal);', ''],
      [
        'the end of a closed shard is not written again',
        'forget(): void {\n    this.#stored = undefined;',
        'forget(): void {',
      ],
      ['commits go on without a lease', 'if (!mayCommit()) return false;', ''],
      ['a shard of another goes on', 'onNotOwner();\n        return false;', 'return false;'],
      [
        'an unchanged checkpoint is written at every interval',
        '(this.upToDate && !refreshDue)',
        '(this.upToDate && false)',
      ],
      ['an unchanged checkpoint is never written again', 'clock.monotonic() >= refreshAt && mayRefresh()', 'false'],
      ['a checkpoint is written again though nothing asks for it', ' && mayRefresh();', ';'],
      [
        'the watermark is read after the commit',
        'this.#stored = cursor;\n    this.#storedAt',
        'this.#stored = watermark();\n    this.#storedAt',
      ],
      ['a shard that is gone is committed for ever', "if (error.code === 'SLS_SHARD_GONE') this.#stored = cursor;", ''],
      ['a failed commit counts as stored', 'if (!signal.aborted) onError(error);', 'this.#stored = cursor;'],
      ['failed commits are not told', 'if (!signal.aborted) onError(error);', ''],
      [
        'the last commit is tried once',
        'while (!hard.aborted && !this.upToDate && !(await this.commit(hard)))',
        'if (!hard.aborted && !this.upToDate && !(await this.commit(hard)))',
      ],
      ['a hard stop leaves no time for the last commit', 'await this.commit(last.signal);', ''],
      [
        'the last commit may hang for ever',
        'await this.commit(last.signal);',
        'await this.commit(new AbortController().signal);',
      ],
    ],
  },
  {
    file: 'src/shard/shard-consumer.ts',
    tests: [
      'unit/shard/shard-consumer',
      'unit/group/pipeline',
      'unit/shard/dead-letters',
      'unit/shard/troubles',
      'model/group',
    ],
    mutants: [
      ['a shard acts though its lease has run out', 'if (this.#deps.lease.held()) return true;', 'return true;'],
      [
        'a shard acts after its lease was lost',
        "if (this.#reason === 'leaseLost' || this.#reason === 'stalled') return false;",
        '',
      ],
      ['a weaker reason changes the one there is', 'if (!outranks(reason, this.#reason)) return;', ''],
      [
        'a shard taken away may drain for ever',
        "if (reason === 'unassigned')\n      limitDrain(this.#deps, { isOver: () => this.#phase === 'released', hurry: () => this.hurry() });",
        '',
      ],
      [
        'a lost lease does not abandon what is in flight',
        "if (reason === 'leaseLost' || reason === 'stalled') this.hurry();",
        '',
      ],
      ['a shard ends before its window is empty', 'await this.#window.whenEmpty(this.#stop.hard);', ''],
      ['the last commit is left out', 'await committer.finish(this.#stop.hard);', ''],
      ['a closed shard ends without a write', 'if (puller.ended) committer.forget();', ''],
      ['the window has no limit', 'await this.#window.whenRoom(soft);', ''],
      [
        'the reservation of a reply without a body is kept',
        'reservation.release();\n      this.stats.settledGroups',
        'this.stats.settledGroups',
      ],
      ['a reply without a body holds the watermark up', 'entry.settle();\n      return;', 'return;'],
      ['a shard that is gone ends its pipeline', 'const ending = ENDINGS[code];', 'const ending = undefined;'],
      [
        'commits are said to work by a pull',
        "this.#troubles.succeeded('pull');",
        "this.#troubles.succeeded('commit');",
      ],
      ['a cursor refused again is tried at once', 'this.#expiries++ === 0 ? 0 : settings.retry.maxMs', '0'],
      [
        'an expired cursor is skipped though the policy says fail',
        " || policy === 'fail') return error;",
        ') return error;',
      ],
      [
        'nobody is told of a range that expired',
        'await this.#skip(puller.jump(cursor), cursor);',
        'puller.jump(cursor);',
      ],
      ['the route of a released shard stays open', 'this.#route.close();', ''],
      ['a shard closed before it is read is read for ever', 'if (this.#closed) puller.endHere();', ''],
      [
        'a hard stop does not abandon the route',
        'this.#stop.stopHard();\n    this.#route.abandon();',
        'this.#stop.stopHard();',
      ],
      [
        'a commit refused to us does not release the shard',
        "onNotOwner: () => this.release('leaseLost'),",
        'onNotOwner: () => undefined,',
      ],
      [
        'all is handed over only when all is settled',
        'await delivering;\n    this.#endHandOver();',
        'await delivering;',
      ],
    ],
  },
  {
    file: 'src/shard/puller.ts',
    tests: ['unit/shard/puller', 'unit/shard/shard-consumer', 'unit/group/pipeline', 'model/group'],
    mutants: [
      [
        'a reply that grows while it comes does not count',
        'if (bytes > reservation.bytes) reservation.correct(bytes);',
        '',
      ],
      ['the reservation is never corrected', 'reservation.correct(Math.max(reply.rawSize, reply.bodyLength));', ''],
      [
        'a reservation is kept after a failed pull',
        '} catch (thrown) {\n      reservation.release();',
        '} catch (thrown) {',
      ],
      [
        'a reservation is kept after an aborted pull',
        'pulled?.reservation.release();\n        return undefined;',
        'return undefined;',
      ],
      ['the reservation of an empty reply is kept', 'pulled.reservation.release();\n    }', '}'],
      ['minPullInterval is ignored', 'Math.max(next, startedAt + settings.minPullIntervalMs)', 'next'],
      ['an idle shard is asked without a pause', 'next = this.#idle.next(now);', 'next = now;'],
      [
        'a busy shard waits after each reply',
        'if (!hasMore) next += settings.idlePollMs / 4;',
        'next += settings.idlePollMs;',
      ],
      ['reading runs over the end', 'endCursor: this.end,', 'endCursor: undefined,'],
      ['the tip of a shard is not noticed', "this.#step({ to: 'foundEmpty', at: now });", ''],
      ['an idle shard is never watched', 'repliesWithout(ahead) >= IDLE_REPLIES && ', 'false && '],
      [
        'a closed shard is watched',
        " && end.is === 'open') await this.#watch();",
        ') await this.#watch();',
        {
          survives: 'the first empty reply after the end is known ends the shard, and a watch that runs ends by itself',
        },
      ],
      ['data do not end the slow pace of an idle shard', 'this.#idle.woke(now);', ''],
      ['nothing is learnt about the size of log groups', 'this.#sizer.learn(asked, logGroups, bytes);', ''],
    ],
  },
  {
    file: 'src/shard/reading-state.ts',
    tests: ['unit/shard/reading-state'],
    mutants: [
      ['the cursor does not move', 'return { cursor: step.nextCursor,', 'return { cursor: reading.cursor,'],
      ['reading does not end at its end', "end.is === 'known' && end.cursor === cursor ?", 'false ?'],
      [
        'an empty reply does not end a bounded shard',
        "end.is === 'known' ? { is: 'reached'",
        "false ? { is: 'reached'",
      ],
      ['an end asked for before is forgotten', "return end.is === 'open' ?", 'return true ?'],
      [
        'a watch counts as a reply',
        'repliesInARow: repliesWithout(ahead) } };',
        'repliesInARow: repliesWithout(ahead) + 1 } };',
      ],
      ['what failed goes behind others again', '{ ...ahead, repliesInARow: 0 }', 'ahead'],
      ['a failure hides the tip', "ahead.is === 'nothing' ? { ...ahead, repliesInARow: 0 } : ", ''],
    ],
  },
  {
    file: 'src/shard/deliverer.ts',
    tests: ['unit/shard/shard-consumer', 'unit/shard/dead-letters', 'unit/group/pipeline', 'model/group'],
    mutants: [
      [
        'a batch is sent without a lease',
        'parts !== undefined && this.#deps.maySend()',
        'parts !== undefined',
        { survives: 'the connection asks for the lease again before it writes: "a batch is written without a lease"' },
      ],
      ['frames are never given back', 'for (const part of parts) this.#deps.formatter.recycle(part);', ''],
    ],
  },
  {
    file: 'src/shard/mend.ts',
    tests: ['unit/shard/dead-letters', 'unit/shard/shard-consumer'],
    mutants: [
      ['a batch pulled again runs into the next one', '{ endCursor: ref.nextCursor }', '{ endCursor: undefined }'],
      ['what cannot be decoded is given up at once', 'pulls >= LEAST_PULLS && ', ''],
      ['what cannot be decoded is never given up', 'const last = pulls', 'const last = false && pulls'],
      [
        'a batch that expired meanwhile is pulled for ever',
        "      if (isExpired(error, deps)) return [deps.gaps.tell(ref, 'retention')];\n    }\n  }",
        '    }\n  }',
      ],
      ['frames made before a failure are not given back', "if (!('range' in part)) deps.formatter.recycle(part);", ';'],
      [
        'a range that has vanished is pulled for ever',
        'if (reply.nextCursor === cursor) {',
        'if (reply.nextCursor === undefined) {',
      ],
      [
        'a range that has vanished is passed over in silence',
        'parts.push({ range: { ...ref, cursor }, letter: undefined });',
        '',
      ],
      ['mending goes on after a hard stop', 'if (signal.aborted) return undefined;', ''],
      [
        'all of a range becomes a dead letter, not the group that is broken',
        'deadLetters === undefined ? MAX_COUNT : 1',
        'MAX_COUNT',
      ],
      [
        'a dead letter is empty',
        'new Uint8Array(reply.body.slice(0, reply.bodyLength))',
        'new Uint8Array(reply.body, 0, reply.bodyLength)',
      ],
    ],
  },
  {
    file: 'src/shard/keep-rejected.ts',
    tests: ['unit/shard/dead-letters', 'unit/shard/put-aside'],
    mutants: [
      [
        'an event too large vanishes',
        'if (rejected.length === 0 || deadLetters === undefined) return undefined;',
        'return undefined;',
      ],
      [
        'the receiver is not told of events put aside',
        "name === undefined ? undefined : gaps.tell(batch, 'oversize', name, rejected.length)",
        'undefined',
      ],
    ],
  },
  {
    file: 'src/shard/put-aside.ts',
    tests: ['unit/shard/put-aside'],
    mutants: [
      [
        'a gap event that is refused is put aside again and again',
        'if (before.has(index)) {',
        'if (before.size < 0) {',
      ],
      ['a refused gap event stays in the batch', 'return withFrame(frames, index, undefined);', 'return frames;'],
      ['earlier gap events are forgotten', 'new Set([...before, index])', 'new Set([index])'],
    ],
  },
  {
    file: 'src/shard/troubles.ts',
    tests: ['unit/group/group-gone'],
    mutants: [
      [
        'every shard says that the group is gone',
        "if (error.code === 'SLS_NOT_FOUND') void this.#tellIfOurs(tell);\n    else tell();",
        'tell();',
      ],
      ['what is not found is never told', 'if (await this.#deps.isStillOurs()) tell();', ''],
    ],
  },
  {
    file: 'src/shard/committer-of.ts',
    tests: ['unit/shard/shard-consumer'],
    mutants: [
      ['the watermark is where the first batch ends', 'line.window.watermark?.cursor', 'line.window.first?.cursor'],
    ],
  },
  {
    file: 'src/shard/watermark-watch.ts',
    tests: ['unit/shard/watermark-watch'],
    mutants: [
      ['a watermark that moves is said to stand', 'this.#seen?.watermark !== seen.watermark || ', ''],
      [
        'what waits for proof is put down to its connection',
        "wait.stage === 'acked' || wait.stage === 'arrived'",
        'false',
      ],
      ['a checkpoint that is not stored is put down to a batch', 'if (!isStored)', 'if (false)'],
    ],
  },
  {
    file: 'src/shard/quota-pace.ts',
    tests: ['unit/shard/quota-pace'],
    mutants: [
      ['a pace that is learnt holds nothing back', 'return this.#left >= 0 ? now', 'return now > 0 ? now'],
      ['what is given costs nothing', 'this.#left -= cost;', ''],
      ['a refusal does not close the pace', '(1 - this.#closedBy * left ** 3)', '(1 + Math.max(0, -left))'],
      ['the pace never opens again', '(1 - this.#closedBy * left ** 3)', '(1 - this.#closedBy)'],
      ['refusals in a row close it each time', 'if (this.#refusals === 0) this.#close(now);', 'this.#close(now);'],
      ['a pace far off is closed a little only', '? CLOSES_MUCH : CLOSES', '? CLOSES : CLOSES'],
      [
        'a pause of our own is caught up without bound',
        'Math.min(rate * CATCH_UP_MS, this.#left',
        'Math.max(-1e15, this.#left',
      ],
    ],
  },
  {
    file: 'src/errors/quota.ts',
    tests: ['unit/shard/quota-pace'],
    mutants: [
      ['a shard over its quota is not paced', "code === 'SLS_QUOTA' && /^Shard/i", "code !== 'SLS_QUOTA' && /^Shard/i"],
    ],
  },
  {
    file: 'src/shard/position.ts',
    tests: ['unit/shard/shard-consumer', 'unit/group/group-gone'],
    mutants: [
      [
        'the start position wins over the checkpoint',
        'checkpoint ?? (await positions.startOf(shard, signal))',
        '(await positions.startOf(shard, signal))',
      ],
      [
        'the policies for expired cursors are swapped',
        "policy === 'oldest' ? 'begin' : 'end'",
        "policy === 'oldest' ? 'end' : 'begin'",
      ],
    ],
  },
  {
    file: 'src/shard/progress.ts',
    tests: ['unit/shard/progress', 'unit/group/stalled-shards', 'unit/shard/shard-consumer'],
    mutants: [
      [
        'a batch that never settles hides behind the tip',
        'this.#window.size === 0 ? this.#reading()?.tipAt : undefined',
        'this.#reading()?.tipAt',
      ],
      [
        'a failure that is told counts as silence',
        'Math.min(this.stalledMs, this.#clock.monotonic() - this.#reportedAt)',
        'this.stalledMs',
      ],
      ['a shard that waits for memory says nothing', ' || this.waitsForRoom', ''],
    ],
  },
  {
    file: 'src/shard/idle-pace.ts',
    tests: ['unit/shard/idle-pace'],
    mutants: [
      [
        'an idle shard is asked ever more slowly',
        'Math.min(this.#pauseMs * GROWTH, idlePollMaxMs)',
        'this.#pauseMs * GROWTH',
      ],
      ['the pause of an idle shard does not grow', 'now - this.#dataAt > LATELY_MS', 'false'],
      [
        'shards do not ask at common beats',
        'Math.floor((now + this.#pauseMs) / idlePollMs) * idlePollMs',
        'now + this.#pauseMs',
      ],
      ['data do not shorten the pause', 'this.#pauseMs = this.#settings.idlePollMs;', ''],
    ],
  },
  {
    file: 'src/shard/pull-sizer.ts',
    tests: ['unit/shard/shard-consumer', 'unit/shard/pull-sizer'],
    mutants: [
      ['the first pull asks for all', 'Math.min(FIRST_BYTES, maxBytes)', 'maxBytes'],
      ['pulls do not grow', 'this.#wantBytes * GROWTH', 'this.#wantBytes'],
      [
        'pulls grow beyond the largest',
        'Math.min(this.#maxBytes, this.#wantBytes * GROWTH)',
        'this.#wantBytes * GROWTH',
      ],
      [
        'a short reply does not make the next smaller',
        ': Math.min(this.#maxBytes, Math.max(FIRST_BYTES, rawBytes * 2))',
        ': this.#wantBytes',
      ],
      [
        'more log groups than the service gives',
        'Math.min(most, this.#mostGroups, Math.floor',
        'Math.min(Infinity, Math.floor',
      ],
    ],
  },
  {
    file: 'src/shard/lag.ts',
    tests: ['unit/group/lag'],
    mutants: [
      ['an idle shard is asked for its end', '!this.#isAtTip && now', 'now'],
      ['a shard at its tip has log groups left', 'if (this.#isAtTip) return 0;', ''],
      ['a lag below zero', 'Math.max(0, delivered.length', 'Math.max(-Infinity, delivered.length'],
      [
        'the end found at the watermark proves nothing',
        'if (this.#end === from) this.#metAt = askedAt;\n    else if',
        'if',
      ],
    ],
  },
  {
    file: 'src/shard/headroom.ts',
    tests: ['unit/shard/headroom'],
    mutants: [
      ['a shard is pulled far ahead of the rate', 'unwritten() >= BATCHES', 'unwritten() > 1000'],
      ['without a rate a shard waits for what is written', 'pullEvents() !== undefined && ', ''],
      [
        'a pull brings more than the rate lets through',
        'Math.max(1, Math.floor(events / this.#eventsPerGroup))',
        'Infinity',
      ],
      ['the first pull at a rate is large', '=== undefined ? 1 :', '=== undefined ? 1000 :'],
    ],
  },
];
