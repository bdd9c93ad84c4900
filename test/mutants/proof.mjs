/** When a batch counts as delivered, and what is told of events. [what breaks, text in the source, what stands there instead] */
export default [
  {
    file: 'src/delivery/span-ledger.ts',
    tests: ['model/delivery/span-ledger', 'unit/delivery/horizons', 'unit/delivery/outbox'],
    mutants: [
      [
        'trouble no longer delays settling',
        'now - Math.max(entry.ackedAt, troubledAt) >= this.#rule.proofMs',
        'now - entry.ackedAt >= this.#rule.proofMs',
      ],
      [
        'trouble no longer delays the memory horizon',
        'now - Math.max(entry.ackedAt, troubledAt) >= needed',
        'now - entry.ackedAt >= needed',
      ],
      [
        'bytes settle one too early',
        'this.#ackedOffset - entry.end >= proofBytes',
        'this.#ackedOffset - entry.end >= proofBytes - 1',
      ],
      [
        'bytes arrive one too early',
        'this.#ackedOffset - entry.end >= holdBytes',
        'this.#ackedOffset - entry.end >= holdBytes - 1',
      ],
      [
        'a span is acked before its last byte',
        'entry.end > this.#ackedOffset) return;',
        'entry.end > this.#ackedOffset + 1) return;',
      ],
      [
        'a rewind keeps what was acked',
        'this.#arrived = this.#acked = this.#written = this.#head;',
        'this.#written = this.#head;',
      ],
      ['a rewind keeps the offset', 'this.#ackedOffset = this.#writtenOffset = 0;', ''],
      ['a span that is acked in part began with the connection', 'entry.start = this.#writtenOffset;', ''],
      [
        'written is enough for settled',
        "this.#rule.guarantee === 'written' ? this.#written : this.#acked",
        'this.#written',
      ],
    ],
  },
  {
    file: 'src/delivery/probation.ts',
    tests: ['unit/delivery/probation', 'unit/delivery/horizons'],
    mutants: [
      ['the next connection must live no longer', '2 * ageMs', '0'],
      ['a receiver that answers no end is asked again', 'this.#silent.add(text);', ''],
      ['probation counts without an ack', 'if (acked > 0) this.#firstAckAt ??= now;', 'this.#firstAckAt ??= now;'],
    ],
  },
  {
    file: 'src/delivery/outbox.ts',
    tests: ['unit/delivery/outbox', 'unit/delivery/horizons', 'unit/delivery/delivery', 'model/delivery/connection'],
    mutants: [
      ['what was made again keeps its room', 'if (span.isRemade) this.#giveBack(span);', ''],
      ['the fence is not asked', 'span.claim.over || !span.claim.fence()', 'span.claim.over'],
      [
        'time settles on a lost connection',
        'this.#ledger.settleLost(isTrusted)',
        'this.#ledger.settle(now, 0, isTrusted)',
      ],
      [
        'what waits counts as read when the receiver has read all that was written',
        'this.#ledger.settleWritten(now, this.#seen(now))',
        '(this.#ledger.acked(Number.MAX_SAFE_INTEGER, now), this.#ledger.settleWritten(now))',
        { tests: ['unit/delivery/outbox'] },
      ],
      [
        'what was answered is sent again with the rest of its batch',
        'if (this.#isAnswered) this.#noteAnswered();',
        '',
        { tests: ['unit/delivery/relp'] },
      ],
      [
        'one event too many counts as answered',
        '(ends[span.answered] ?? Infinity) <= to',
        '(ends[span.answered - 1] ?? 0) < to',
        {
          tests: ['unit/delivery/relp', 'model/delivery/relp'],
          survives: 'RELP answers whole events, so what is answered ends where one ends',
        },
      ],
      ['what is written again is not counted', 'resent(this.#totals, Math.max', 'resent(this.#totals, 0 * Math.max'],
      ['what never was on its way counts as sent again', 'Math.min(begun.sent, span.sent)', 'begun.sent'],
      ['a rewind keeps spans of lost leases', 'this.#drop(({ claim }) => claim.over);', ''],
    ],
  },
  {
    file: 'src/shard/event-teller.ts',
    tests: ['unit/shard/event-teller'],
    mutants: [
      ['each dropped event has a line', 'if (now - unsaid.saidAt < REPEAT_MS) return;', ''],
      ['dropped events that were not told are forgotten', 'unsaid.events += events;', 'unsaid.events = events;'],
    ],
  },
];
