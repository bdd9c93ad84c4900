import type { Clock } from '../flow/clock.js';
import type { KernelSocket, KernelSockets, SocketKey } from './kernel-sockets.js';
import type { DeliveryTuning } from './settings.js';

/** A socket to look up, and what to do with what the kernel says about it. */
export interface Question {
  readonly key: SocketKey;
  readonly answer: (row: KernelSocket | undefined) => void;
}

export interface Member {
  /** Asked before the kernel's table is read, so that what it compares with it is older than the table; undefined when nothing is unacked. */
  question(): Question | undefined;
  /** Look at yourself. @returns true while there is something to look at again. */
  beat(now: number): boolean;
}

type Rhythm = Pick<DeliveryTuning, 'beatMs' | 'restPerLook'>;

/** Shortest pause between two looks when somebody waits for the answer. */
const HURRIED_MS = 10;
const HURRY = 5;
const LONGEST_MS = 1_000;
/** One look that finds nothing may be at sockets that are just going away. */
const BLIND_LOOKS = 2;

/**
 * One beat for all connections of a destination: reads the kernel's tables once for all that wait for an acknowledgement, then lets
 * each look at itself. Beats only while somebody has something unsettled.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #sockets: KernelSockets;
  readonly #rhythm: Rhythm;
  readonly #members: readonly Member[];
  readonly #onBlind: () => void;
  #blindLooks = 0;
  #timer: { readonly cancel: () => void; readonly at: number } | undefined;
  #beating = false;
  #lookMs = 0;
  #endedAt = 0;

  /** @param onBlind called when the kernel stops to tell anything. */
  constructor(clock: Clock, sockets: KernelSockets, rhythm: Rhythm, members: readonly Member[], onBlind: () => void) {
    this.#clock = clock;
    this.#sockets = sockets;
    this.#rhythm = rhythm;
    this.#members = members;
    this.#onBlind = onBlind;
  }

  /** Somebody has something unsettled. */
  wake(): void {
    this.#schedule(this.#clock.monotonic() + Math.max(this.#rhythm.beatMs, this.#restMs));
  }

  /** Somebody can't go on before it knows more. */
  hurry(): void {
    this.#schedule(this.#endedAt + Math.max(HURRIED_MS, this.#restMs / HURRY));
  }

  get #restMs(): number {
    return Math.min(this.#rhythm.restPerLook * this.#lookMs, LONGEST_MS);
  }

  #schedule(at: number): void {
    if (this.#beating || (this.#timer !== undefined && this.#timer.at <= at)) return;
    this.#timer?.cancel();
    const cancel = this.#clock.timer(Math.max(0, at - this.#clock.monotonic()), () => void this.#beat());
    this.#timer = { cancel, at };
  }

  async #beat(): Promise<void> {
    this.#timer = undefined;
    this.#beating = true;
    await this.#ask();
    this.#beating = false;
    this.#endedAt = this.#clock.monotonic();
    const more = this.#members.filter((member) => member.beat(this.#endedAt));
    if (more.length > 0) this.wake();
  }

  async #ask(): Promise<void> {
    const questions = this.#members.map((member) => member.question()).filter((question) => question !== undefined);
    if (questions.length === 0) return;
    const started = this.#clock.monotonic();
    const table = await this.#sockets.read(questions.map(({ key }) => key));
    this.#lookMs = this.#clock.monotonic() - started;
    const rows = questions.map(({ key }) => table(key));
    this.#blindLooks = rows.some((row) => row !== undefined) ? 0 : this.#blindLooks + 1;
    if (this.#blindLooks === BLIND_LOOKS) this.#onBlind();
    for (const [index, { answer }] of questions.entries()) answer(rows[index]);
  }
}
