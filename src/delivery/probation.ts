import type { Link } from './links/link.js';
import type { Clock } from '../flow/clock.js';
import type { Endpoint } from './delivery-settings.js';

export interface ProbationSettings {
  /** How long a connection must live, with data acked, before it has proven itself, milliseconds; 0: every connection is trusted at once. */
  readonly probationMs: number;
  /** … or how many bytes must be acked on it: more than any receive buffer takes from a sender that nobody reads. */
  readonly proofBytes: number;
}

/** A connection that the receiver ends without being asked before this age was probably never read: load balancers give up by then. */
const EARLY_END_MS = 5 * 60_000;
const LONGEST_MS = 10 * 60_000;

/**
 * What the endpoints of a destination have shown so far. A load balancer accepts a connection, and its kernel acknowledges what comes, though its
 * server may be down; some seconds later it hangs up. So the first seconds of a connection prove nothing, and after each early end the next
 * connection to that endpoint must live twice as long as the one that ended.
 */
export class Probation {
  readonly #settings: ProbationSettings;
  readonly #watched: Clock;
  /** How long a connection must live now, by endpoint, where that is longer than usual. */
  readonly #longer = new Map<string, number>();
  /** Endpoints that hung up early, and have had no connection since that has proven itself. */
  readonly #doubtful = new Set<string>();
  readonly #silent = new Set<string>();

  /** @param watched connections live by its time. */
  constructor(settings: ProbationSettings, watched: Clock) {
    this.#settings = settings;
    this.#watched = watched;
  }

  /** A connection begins. @param now monotonic milliseconds. */
  begin(endpoint: Endpoint, link: Link, now: number): Trial {
    return new Trial(link, now, this.#watched, this.#settings.proofBytes, {
      neededMs: (ageMs) => this.#neededMs(endpoint, ageMs),
      passed: () => this.#doubtful.delete(endpoint.text),
    });
  }

  /** The receiver, or what stands before it, hung up on connections of this endpoint early, and none has proven itself since. */
  hangsUp({ text }: Endpoint): boolean {
    return this.#doubtful.has(text);
  }

  /** A connection of this age was ended without being asked. */
  ended({ text }: Endpoint, ageMs: number): void {
    const { probationMs } = this.#settings;
    if (ageMs >= EARLY_END_MS || probationMs === 0) return;
    this.#doubtful.add(text);
    this.#longer.set(text, Math.min(Math.max(probationMs, 2 * ageMs, this.#longer.get(text) ?? 0), LONGEST_MS));
  }

  /** The receiver does not answer the end of a connection with its own. */
  answersNoEnd({ text }: Endpoint): void {
    this.#silent.add(text);
  }

  /** Ending a connection may prove something. */
  mayAsk(endpoint: Endpoint): boolean {
    return !this.#silent.has(endpoint.text) && !this.hangsUp(endpoint);
  }

  /** A connection that has lived for longer than any balancer waits clears its endpoint. */
  #neededMs({ text }: Endpoint, ageMs: number): number {
    if (ageMs >= LONGEST_MS) this.#longer.delete(text);
    return this.#longer.get(text) ?? this.#settings.probationMs;
  }
}

interface Terms {
  /** How long a connection of this age must live. */
  readonly neededMs: (ageMs: number) => number;
  readonly passed: () => void;
}

/** One connection's time on probation. */
export class Trial {
  /** Monotonic milliseconds. */
  readonly begunAt: number;
  readonly #link: Link;
  readonly #watched: Clock;
  readonly #watchedSince: number;
  readonly #terms: Terms;
  readonly #proofBytes: number;
  readonly #firstByte: number;
  #firstAckAt: number | undefined;

  constructor(link: Link, now: number, watched: Clock, proofBytes: number, terms: Terms) {
    this.#link = link;
    this.begunAt = now;
    this.#watched = watched;
    this.#watchedSince = watched.monotonic();
    this.#proofBytes = proofBytes;
    this.#firstByte = link.acked;
    this.#terms = terms;
  }

  /** The connection has proven itself: its receiver reads. */
  get isPassed(): boolean {
    const isPassed = this.#hasPassed(this.#watched.monotonic());
    if (isPassed) this.#terms.passed();
    return isPassed;
  }

  #hasPassed(now: number): boolean {
    const acked = this.#link.acked - this.#firstByte;
    if (acked > 0) this.#firstAckAt ??= now;
    const neededMs = this.#terms.neededMs(now - this.#watchedSince);
    if (acked >= this.#proofBytes || neededMs === 0) return true;
    return this.#firstAckAt !== undefined && now - this.#firstAckAt >= neededMs;
  }
}
