import type { Clock } from '../flow/clock.js';
import type { FrameBatch } from '../model/batch.js';
import type { Log } from '../model/log.js';

const REPEAT_MS = 30_000;

/** What happens to single events without stopping anything, by its count in a batch. */
const WORDS = {
  dropped: 'EVENTS LEFT OUT: they are larger than maxEventBytes (oversize: drop); deadLetter would keep them',
  truncated: 'events cut: they are larger than maxEventBytes; trimFirst, oversize: split or deadLetter would keep more',
  empty:
    'EVENTS LEFT OUT: nothing is left of them, and a message of no bytes is not sent; check header, value and shape',
  bare: 'events show nothing of their log: none of the fields they are made of has a value; check fields, others, value and shape',
  untimed: "events have the time of the log: their eventTime is missing or can't be read; check its field and format",
} as const;
type Kind = keyof typeof WORDS;
const KINDS = Object.keys(WORDS) as Kind[];

interface Unsaid {
  events: number;
  /** Monotonic, of the last line. */
  saidAt: number;
}

/** Says for a whole pipeline what happens to single events: a line when it begins, then sums, at most one in 30 seconds for each kind. */
export class EventTeller {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #unsaid = new Map<Kind, Unsaid>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param batch of any shard of the pipeline. */
  settled(batch: Pick<FrameBatch, 'shard' | Kind>): void {
    for (const kind of KINDS) if (batch[kind] > 0) this.#add(kind, batch[kind], batch.shard);
  }

  /** The pipeline ends: what no line has said yet. */
  end(): void {
    for (const [kind, { events }] of this.#unsaid) if (events > 0) this.#log.warn({ events }, WORDS[kind]);
    this.#unsaid.clear();
  }

  #add(kind: Kind, events: number, shard: number): void {
    const unsaid = this.#unsaid.get(kind) ?? { events: 0, saidAt: -Infinity };
    this.#unsaid.set(kind, unsaid);
    unsaid.events += events;
    const now = this.#clock.monotonic();
    if (now - unsaid.saidAt < REPEAT_MS) return;
    this.#log.warn({ shard, events: unsaid.events }, WORDS[kind]);
    unsaid.saidAt = now;
    unsaid.events = 0;
  }
}
