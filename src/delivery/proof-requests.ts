import type { Clock } from '../flow/clock.js';
import type { Claim } from './span.js';

/** Routes of one connection that wait for proof, and when the receiver may be asked for it again. */
export class ProofRequests {
  readonly #clock: Clock;
  readonly #everyMs: number;
  readonly #poke: () => void;
  readonly #claims = new Set<Claim>();
  #nextAt = 0;
  #state: 'idle' | 'waiting' | 'asking' = 'idle';

  /** @param poke called when it may be asked again. */
  constructor(clock: Clock, everyMs: number, poke: () => void) {
    this.#clock = clock;
    this.#everyMs = everyMs;
    this.#poke = poke;
  }

  add(claim: Claim): void {
    this.#claims.add(claim);
  }

  moveTo(other: ProofRequests): void {
    for (const claim of this.#claims) other.add(claim);
    this.#claims.clear();
  }

  /** Asks now, where somebody waits and enough time has gone by since it was asked last. @param how never rejects. */
  ask(how: () => Promise<void>): void {
    for (const claim of this.#claims) if (claim.open === 0) this.#claims.delete(claim);
    if (this.#claims.size === 0 || this.#state !== 'idle') return;
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
