/** What was given in the second before a refusal is what the quota gives in one. */
const SECOND_MS = 1000;
/** How much may be caught up after a pause of our own, milliseconds of the pace. */
const CATCH_UP_MS = 100;
/** First pause after a refusal; each further one in a row doubles it, up to a second: by then any quota of a second gives again. */
const PAUSE_MS = 250;
/** After a refusal the pace is less by so much … */
const CLOSES = 0.02;
/** … or by so much where the refusal before is not long ago: then it is far off. Large replies are few, so "long" is so many pulls, at least. */
const CLOSES_MUCH = 0.1;
const SOON = { ms: 5000, pulls: 10 };
/** After so long the pace is where it was when it was refused; it gets there quickly, stays near for a while, and then opens ever faster. */
const BACK = { ms: 10_000, pulls: 40 };

/**
 * The pace of one shard's pulls at its read quota, which nothing tells but refusals. No refusal yet: no pace. The first one sets it to what was given
 * in the second before; each further refusal closes it a little, and it opens again. It does not matter what the quota counts, as long as that grows with
 * what is given. Good for replies of up to half of what a second may bring; larger ones are refused more often.
 */
export class QuotaPace {
  /** What was given in the last second, in order. */
  readonly #given: { readonly at: number; readonly amount: number }[] = [];
  /** Amount in a millisecond at which the last refusal came; 0: no pace. */
  #rate = 0;
  #closedBy = CLOSES_MUCH;
  #refusedAt = Number.NEGATIVE_INFINITY;
  /** The cost of the last pull. */
  #cost = 0;
  /** Refusals since something was given. */
  #refusals = 0;
  /** What may be taken now; negative: so much was taken in advance. */
  #left = 0;
  #at = 0;

  /** When the next pull may be sent, monotonic milliseconds. */
  notBefore(now: number): number {
    if (this.#rate === 0) return now;
    this.#fill(now);
    return this.#left >= 0 ? now : now - this.#left / this.#rateAt(now);
  }

  /** A pull was answered. @param amount bytes that the service went through for it */
  gave(amount: number, now: number): void {
    this.#refusals = 0;
    // A pull that brings nothing is one as well, for a quota of pulls.
    const cost = amount + 1;
    this.#cost = cost;
    this.#given.push({ at: now, amount: cost });
    while ((this.#given[0]?.at ?? now) <= now - SECOND_MS) this.#given.shift();
    if (this.#rate === 0) return;
    this.#fill(now);
    this.#left -= cost;
  }

  /** A pull was refused for the quota of the shard. @returns how long to wait before the next, milliseconds */
  refused(now: number): number {
    if (this.#refusals === 0) this.#close(now);
    return Math.min(SECOND_MS, PAUSE_MS * 2 ** this.#refusals++);
  }

  #close(now: number): void {
    const given = this.#given.filter(({ at }) => at > now - SECOND_MS);
    const inSecond = given.reduce((sum, { amount }) => sum + amount, 0);
    this.#closedBy = now - this.#refusedAt < this.#time(SOON) ? CLOSES_MUCH : CLOSES;
    this.#rate = this.#rate === 0 ? inSecond / SECOND_MS : this.#rateAt(now);
    this.#refusedAt = now;
    this.#left = 0;
    this.#at = now;
  }

  #rateAt(now: number): number {
    const left = 1 - (now - this.#refusedAt) / this.#time(BACK);
    return this.#rate * (1 - this.#closedBy * left ** 3);
  }

  #time({ ms, pulls }: { readonly ms: number; readonly pulls: number }): number {
    return this.#rate === 0 ? ms : Math.max(ms, (pulls * this.#cost) / this.#rate);
  }

  #fill(now: number): void {
    const rate = this.#rateAt(now);
    this.#left = Math.min(rate * CATCH_UP_MS, this.#left + rate * (now - this.#at));
    this.#at = now;
  }
}
