import type { Clock } from '../../flow/clock.js';
import type { WatchedClock } from '../watched-clock.js';
import type { KernelView } from './kernel-view.js';
import type { PeerState } from './stall-watch.js';
import type { KernelSocket, KernelSockets, SocketKey } from './kernel-sockets.js';
import type { DeliveryTuning } from '../delivery-settings.js';

/** A socket to look up, and what to do with what the kernel says about it. */
export interface Question {
  readonly key: SocketKey;
  readonly answer: (row: KernelSocket | undefined) => void;
  /** It is still open: asked once the kernel's table was read. */
  readonly isOpen: () => boolean;
}

/**
 * What to ask of a link; undefined when nothing is unacked, or so much flows that it needs no look.
 * @param judge is given what tells the receiver's state.
 */
export function questionOf(
  link: { readonly open: boolean; readonly kernel: KernelView | undefined },
  judge: (look: (now: number) => PeerState) => void,
): Question | undefined {
  const view = link.kernel;
  if (view?.key === undefined || !view.busy || view.flows()) return undefined;
  const look = view.sample();
  return { key: view.key, isOpen: () => link.open, answer: (row) => judge((now) => look(now, row)) };
}

export interface Pulsed {
  /** Asked before the kernel's table is read, so that what it compares with it is older than the table; undefined when nothing is unacked. */
  question(): Question | undefined;
  /** Look at yourself. @param now watched milliseconds. @returns true while there is something to look at again. */
  beat(now: number): boolean;
}

type Rhythm = Pick<DeliveryTuning, 'beatMs' | 'restPerLook'>;

/** Shortest pause between two looks when somebody waits for the answer. */
const HURRIED_MS = 10;
const HURRY = 5;
const LONGEST_MS = 1_000;

/**
 * One beat for all connections of a destination: reads the kernel's tables once for all that wait for an acknowledgement, then lets
 * each look at itself. Beats only while somebody has something unsettled.
 */
export class Pulse {
  readonly #clock: Clock;
  readonly #watched: WatchedClock;
  readonly #sockets: KernelSockets;
  readonly #rhythm: Rhythm;
  readonly #members: readonly Pulsed[];
  readonly #onBlind: () => void;
  /** The open sockets that the last look did not find; undefined where it found one. */
  #missing: ReadonlySet<string> | undefined;
  #isBlind = false;
  #timer: { readonly cancel: () => void; readonly at: number } | undefined;
  #beating = false;
  #lookMs = 0;
  #endedAt = 0;

  /** @param onBlind called when the kernel stops to tell anything. */
  constructor(
    clock: Clock,
    watched: WatchedClock,
    sockets: KernelSockets,
    rhythm: Rhythm,
    members: readonly Pulsed[],
    onBlind: () => void,
  ) {
    this.#clock = clock;
    this.#watched = watched;
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
    // Nobody looked while nothing waited.
    if (this.#timer === undefined) this.#watched.seen();
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
    this.#watched.seen();
    const now = this.#watched.monotonic();
    const more = this.#members.filter((member) => member.beat(now));
    if (more.length > 0) this.wake();
  }

  async #ask(): Promise<void> {
    const questions = this.#members.map((member) => member.question()).filter((question) => question !== undefined);
    if (questions.length === 0) return;
    const started = this.#clock.monotonic();
    const table = await this.#sockets.read(questions.map(({ key }) => key));
    this.#lookMs = this.#clock.monotonic() - started;
    const rows = questions.map(({ key }) => table(key));
    if (rows.every((row) => row === undefined)) this.#foundNone(questions);
    else [this.#missing, this.#isBlind] = [undefined, false];
    for (const [index, { answer }] of questions.entries()) answer(rows[index]);
  }

  /** A socket that is not found may be closing. The kernel does not report a socket that is open and missing in two looks. */
  #foundNone(questions: readonly Question[]): void {
    const missing = questions.filter(({ isOpen }) => isOpen()).map(({ key }) => key.needle);
    const isBlind = missing.some((needle) => this.#missing?.has(needle) === true);
    this.#missing = new Set(missing);
    if (isBlind && !this.#isBlind) this.#onBlind();
    this.#isBlind ||= isBlind;
  }
}
