import type { KernelSocket } from './kernel-sockets.js';

export interface StallLimits {
  readonly stallTimeoutMs: number;
  readonly shutWindowTimeoutMs: number;
}

/** `shut`: alive, but it has read nothing for long. `silent`: its kernel does not answer: a dead host, a cable, a firewall. */
export type Verdict = 'fine' | 'shut' | 'silent';

/**
 * Tells a slow receiver from a dead one. Not by how fast the unacked bytes fall (our own kernel refills what a slow reader drains), but by
 * whether the peer's kernel answers: retransmissions and window probes without an answer are counted by ours.
 */
export class StallWatch {
  readonly #limits: StallLimits;
  #aliveAt: number;
  #movedAt: number;
  #lastMark: number | undefined;

  constructor(limits: StallLimits, now: number) {
    this.#limits = limits;
    this.#aliveAt = now;
    this.#movedAt = now;
  }

  /** When bytes last moved, or none had to. */
  get movedAt(): number {
    return this.#movedAt;
  }

  /** Nothing is under way: nothing can stall. */
  rest(now: number): void {
    this.#aliveAt = now;
    this.#movedAt = now;
  }

  /**
   * @param flushed bytes our kernel has taken.
   * @param row undefined where the kernel does not tell; then dead and slow look the same and only the longer limit counts.
   */
  look(now: number, flushed: number, row: KernelSocket | undefined): Verdict {
    // What a dead peer's kernel buffer still takes from us raises both terms: the difference moves only if the peer acknowledges.
    const mark = flushed - (row?.unackedBytes ?? 0);
    if (mark !== this.#lastMark) this.rest(now);
    this.#lastMark = mark;
    // One unanswered probe proves nothing: see KernelSocket.probes.
    if (row?.retransmits === 0 && row.probes <= 1) this.#aliveAt = now;
    const stuck = now - this.#movedAt >= this.#limits.shutWindowTimeoutMs;
    if (row === undefined) return stuck ? 'silent' : 'fine';
    if (now - this.#aliveAt >= this.#limits.stallTimeoutMs) return 'silent';
    return stuck ? 'shut' : 'fine';
  }
}
