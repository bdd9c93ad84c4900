import type { ConnectionStall } from '../../model/snapshot.js';
import type { KernelSocket } from './kernel-sockets.js';

export interface StallLimits {
  readonly stallTimeoutMs: number;
  readonly shutWindowNoticeMs: number;
  readonly shutWindowTimeoutMs: number;
}

/**
 * What a look says of the receiver. `shut`: alive, but it reads nothing, long enough to say so. `stuck`: for so long that another receiver is better. `silent`: its kernel does
 * not answer: a dead host, a cable, a firewall.
 */
export type PeerState = 'fine' | 'shut' | 'stuck' | 'silent';

/**
 * Tells a slow receiver from a dead one. Not by how fast the unacked bytes fall (our own kernel refills what a slow reader drains), but by
 * whether the peer's kernel answers: retransmissions and window probes without an answer are counted by ours.
 */
export class StallWatch {
  readonly #limits: StallLimits;
  #aliveAt: number;
  #movedAt: number;
  #lastMark: number | undefined;
  #stall: ConnectionStall | undefined;

  constructor(limits: StallLimits, now: number) {
    this.#limits = limits;
    this.#aliveAt = now;
    this.#movedAt = now;
  }

  /** What the last look saw, however short it has been so. */
  get stall(): ConnectionStall | undefined {
    return this.#stall;
  }

  /** When bytes last moved, or none had to. */
  get movedAt(): number {
    return this.#movedAt;
  }

  /** So much went through that no look is needed. */
  moved(): void {
    this.#stall = undefined;
  }

  /** Nothing is under way: nothing can stall. Nobody looks while that lasts, so time counts from the next look. */
  rest(now: number): void {
    this.#aliveAt = now;
    this.#movedAt = now;
    this.#lastMark = undefined;
    this.#stall = undefined;
  }

  /**
   * @param flushed bytes our kernel has taken.
   * @param row undefined where the kernel does not tell; then dead and slow look the same and only the longer limit counts.
   */
  look(now: number, flushed: number, row: KernelSocket | undefined): PeerState {
    // What a dead peer's kernel buffer still takes from us raises both terms: the difference moves only if the peer acknowledges.
    const mark = flushed - (row?.unackedBytes ?? 0);
    if (mark !== this.#lastMark) this.rest(now);
    this.#lastMark = mark;
    // One unanswered probe proves nothing: see KernelSocket.probes.
    if (row?.retransmits === 0 && row.probes <= 1) this.#aliveAt = now;
    this.#stall = row && stallOf(row);
    const { stallTimeoutMs, shutWindowNoticeMs, shutWindowTimeoutMs } = this.#limits;
    const unmovedMs = now - this.#movedAt;
    const stuck = unmovedMs >= shutWindowTimeoutMs;
    if (row === undefined) return stuck ? 'silent' : 'fine';
    if (now - this.#aliveAt >= stallTimeoutMs) return 'silent';
    if (stuck) return 'stuck';
    return this.#stall === 'zeroWindow' && unmovedMs >= shutWindowNoticeMs ? 'shut' : 'fine';
  }
}

/** A single retransmission or probe without an answer is nothing yet. */
function stallOf({ probing, probes, retransmits }: KernelSocket): ConnectionStall | undefined {
  if (retransmits > 1 || probes > 1) return 'silent';
  return probing ? 'zeroWindow' : undefined;
}
