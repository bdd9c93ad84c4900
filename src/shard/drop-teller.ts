import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';

const REPEAT_MS = 30_000;

/** Says that events are left out because of their size: at once, and then how many more there were. */
export class DropTeller {
  readonly #clock: Clock;
  readonly #log: Log;
  #saidAt = -Infinity;
  #unsaid = 0;

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  dropped(shard: number, events: number): void {
    if (events === 0) return;
    this.#unsaid += events;
    const now = this.#clock.monotonic();
    if (now - this.#saidAt < REPEAT_MS) return;
    const what = 'EVENTS LEFT OUT: they are larger than maxEventBytes (oversize: drop); deadLetter would keep them';
    this.#log.warn({ shard, events: this.#unsaid }, what);
    this.#saidAt = now;
    this.#unsaid = 0;
  }
}
