import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Guarantee } from '../../../src/delivery/delivery-settings.js';
import { SpanLedger, type SettleRule } from '../../../src/delivery/span-ledger.js';

interface Span {
  readonly id: number;
  readonly route: number;
}
interface Known extends Span {
  start?: number;
  end?: number;
  writtenAt?: number;
  ackedAt?: number;
  arrived?: boolean;
}

/** Says the same as the ledger, slowly: looks at every span afresh each time. */
class Model {
  spans: Known[] = [];
  offset = 0;
  readonly rule: SettleRule;

  constructor(rule: SettleRule) {
    this.rule = rule;
  }

  get next(): Known | undefined {
    return this.spans.find(({ end }) => end === undefined);
  }

  acked(offset: number, now: number): void {
    this.offset = Math.max(this.offset, offset);
    for (const span of this.spans) if (span.end !== undefined && span.end <= this.offset) span.ackedAt ??= now;
  }

  /** @param written offset of what is written so far. */
  partlyAcked(written: number): { id: number; bytes: number } | undefined {
    const span = this.spans.find(({ ackedAt }) => ackedAt === undefined);
    const bytes = this.offset - (span?.start ?? written);
    return span === undefined || bytes <= 0 ? undefined : { id: span.id, bytes };
  }

  hasArrived({ end, writtenAt, ackedAt }: Known, now: number, troubledAt: number): boolean {
    if (end === undefined || writtenAt === undefined || ackedAt === undefined) return false;
    if (this.offset >= end + this.rule.holdBytes) return true;
    const slow = 2 * (ackedAt - writtenAt);
    const [least, most] = [this.rule.holdMs, 10 * this.rule.holdMs];
    return now >= Math.max(ackedAt, troubledAt) + (slow < least ? least : slow > most ? most : slow);
  }

  isSettled({ end, ackedAt }: Known, now: number, troubledAt: number, isTrusted: boolean): boolean {
    if (this.rule.guarantee === 'written') return end !== undefined;
    if (end === undefined || ackedAt === undefined) return false;
    if (this.rule.guarantee === 'acked') return true;
    if (!isTrusted) return false;
    return this.offset >= end + this.rule.proofBytes || now >= Math.max(ackedAt, troubledAt) + this.rule.proofMs;
  }

  arrive(now: number, troubledAt: number): number[] {
    const told: number[] = [];
    for (const span of this.spans) {
      if (span.arrived === true) continue;
      if (!this.hasArrived(span, now, troubledAt)) break;
      span.arrived = true;
      told.push(span.id);
    }
    return told;
  }

  takeWhile(condition: (span: Known) => boolean): number[] {
    const first = this.spans.findIndex((span) => !condition(span));
    return this.spans.splice(0, first < 0 ? this.spans.length : first).map(({ id }) => id);
  }
}

const command = fc.oneof(
  fc.record({ kind: fc.constant('push' as const), route: fc.nat(2) }),
  fc.record({ kind: fc.constant('write' as const), bytes: fc.nat(50) }),
  fc.record({ kind: fc.constant('ack' as const), place: fc.nat(), by: fc.constantFrom(-1, 0, 1) }),
  fc.record({ kind: fc.constant('arrive' as const), passes: fc.nat(60), troubled: fc.boolean() }),
  fc.record({
    kind: fc.constant('settle' as const),
    passes: fc.nat(60),
    troubled: fc.boolean(),
    trusted: fc.boolean(),
  }),
  fc.record({ kind: fc.constant('fin' as const) }),
  fc.record({ kind: fc.constant('lose' as const), trusted: fc.boolean() }),
  fc.record({ kind: fc.constant('replace' as const), place: fc.nat(), by: fc.nat(3) }),
  fc.record({ kind: fc.constant('rewind' as const) }),
  fc.record({ kind: fc.constant('drop' as const), route: fc.nat(2) }),
);
const guarantee = fc.constantFrom<Guarantee>('written', 'acked', 'settled');
const rule = fc.record({
  guarantee,
  holdMs: fc.nat(50),
  holdBytes: fc.nat(120),
  proofMs: fc.nat(80),
  proofBytes: fc.nat(200),
});

test('under random use the ledger says what the model says, and no span is lost, doubled or overtaken', () => {
  fc.assert(
    fc.property(rule, fc.array(command, { maxLength: 80, size: 'max' }), (rule, commands) => {
      const ledger = new SpanLedger<Span>(rule);
      const model = new Model(rule);
      const left: number[] = [];
      let [id, now, offset, troubledAt] = [0, 0, 0, 0];
      const ids = (spans: readonly Span[]): number[] => spans.map((span) => span.id);
      const leaves = (actual: number[], expected: number[]): void => {
        assert.deepEqual(actual, expected);
        left.push(...actual);
      };
      for (const step of commands) {
        now += 7;
        if (step.kind === 'push') {
          const span = { id: id++, route: step.route };
          ledger.push(span);
          model.spans.push({ ...span });
        } else if (step.kind === 'write') {
          const next = model.next;
          if (next === undefined) continue;
          Object.assign(next, { start: offset, end: offset + step.bytes, writtenAt: now });
          offset += step.bytes;
          ledger.written(offset, now);
        } else if (step.kind === 'ack') {
          // What matters happens at the ends of spans, a byte before and a byte behind.
          const ends = model.spans.flatMap(({ end }) => end ?? []);
          const at = (ends[step.place % Math.max(1, ends.length)] ?? offset) + step.by;
          model.acked(at, now);
          ledger.acked(at, now);
        } else if (step.kind === 'arrive') {
          now += step.passes;
          if (step.troubled) troubledAt = now - 5;
          const told: number[] = [];
          ledger.arrive(now, troubledAt, (span) => told.push(span.id));
          assert.deepEqual(told, model.arrive(now, troubledAt));
        } else if (step.kind === 'replace') {
          const waiting = model.spans.filter(({ end }) => end === undefined);
          assert.deepEqual(ids([...ledger.waiting()]), ids(waiting));
          const old = waiting[step.place % Math.max(1, waiting.length)];
          if (old === undefined) continue;
          const others = Array.from({ length: step.by }, () => ({ id: id++, route: old.route }));
          const real = [...ledger.waiting()].find((span) => span.id === old.id);
          assert.ok(real);
          ledger.replace(real, others);
          model.spans.splice(model.spans.indexOf(old), 1, ...others.map((other) => ({ ...other })));
        } else if (step.kind === 'settle') {
          now += step.passes;
          if (step.troubled) troubledAt = now - 5;
          leaves(
            ids(ledger.settle(now, troubledAt, step.trusted)),
            model.takeWhile((span) => model.isSettled(span, now, troubledAt, step.trusted)),
          );
        } else if (step.kind === 'fin') {
          const field = rule.guarantee === 'written' ? 'end' : 'ackedAt';
          model.acked(offset, now);
          leaves(
            ids(ledger.settleWritten(now)),
            model.takeWhile((span) => span[field] !== undefined),
          );
        } else if (step.kind === 'lose') {
          leaves(
            ids(ledger.settleLost(step.trusted)),
            model.takeWhile((span) => model.isSettled(span, now, Infinity, step.trusted)),
          );
        } else if (step.kind === 'rewind') {
          ledger.rewind();
          offset = model.offset = 0;
          model.spans = model.spans.map(({ id, route }) => ({ id, route }));
        } else {
          const dropped = model.spans.filter(({ route }) => route === step.route);
          model.spans = model.spans.filter(({ route }) => route !== step.route);
          leaves(ids(ledger.drop(({ route }) => route === step.route)), ids(dropped));
        }
        assert.equal(ledger.size, model.spans.length);
        assert.equal(ledger.next?.id, model.next?.id);
        assert.equal(
          ledger.allAcked,
          model.spans.every(({ ackedAt }) => ackedAt !== undefined),
        );
        const partly = ledger.partlyAcked;
        assert.deepEqual(partly && { id: partly.span.id, bytes: partly.bytes }, model.partlyAcked(offset));
        assert.equal(new Set(left).size, left.length);
      }
    }),
    { numRuns: 500 },
  );
});
