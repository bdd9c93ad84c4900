import type { Clock } from '../flow/clock.js';
import type { Lease } from './span.js';

/** Routes of one connection that wait for proof, and when the receiver may be asked for it again. */
export class ProofRequests {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #poke: () => void;
  readonly #leases = new Set<Lease>();
  #nextAt = 0;
  #state: 'idle' | 'waiting' | 'asking' = 'idle';

  /** @param poke called when it may be asked again. */
  constructor(clock: Clock, everyMs: number, poke: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#poke = poke;
  }

  add(lease: Lease): void {
    this.#leases.add(lease);
  }

  moveTo(other: ProofRequests): void {
    for (const lease of this.#leases) other.add(lease);
    this.#leases.clear();
  }

  /** Asks now, where somebody waits and enough time has gone by since it was asked last. @param how never rejects. */
  ask(how: () => Promise<void>): void {
    for (const lease of this.#leases) if (lease.open === 0) this.#leases.delete(lease);
    if (this.#leases.size === 0 || this.#state !== 'idle') return;
    const waitMs = this.#nextAt - this.#clock.monotonic();
    if (waitMs > 0) {
      this.#state = 'waiting';
      this.#clock.timer(waitMs, () => this.#again(), { unref: true });
      return;
    }
    this.#state = 'asking';
    this.#nextAt = this.#clock.monotonic() + this.#everyMs;
    void how().then(() => this.#again());
  }

  #again(): void {
    this.#state = 'idle';
    this.#poke();
  }
}
