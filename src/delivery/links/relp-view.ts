import type { ConnectionStall } from '../../model/snapshot.js';
import type { KernelSocket, SocketKey } from '../kernel/kernel-sockets.js';
import type { KernelView } from '../kernel/kernel-view.js';
import type { PeerState } from '../kernel/stall-watch.js';
import type { RelpCommands } from './relp-commands.js';

/** What is under way on a RELP session are its commands without an answer; whether the peer's machine lives, the kernel tells. */
export class RelpView implements KernelView {
  readonly blind = false;
  readonly #stream: KernelView;
  readonly #commands: RelpCommands;
  readonly #stallTimeoutMs: number;
  #answersWhenAsked = 0;
  #answeredAt: number;

  /** @param now monotonic milliseconds. */
  constructor(stream: KernelView, commands: RelpCommands, stallTimeoutMs: number, now: number) {
    this.#stream = stream;
    this.#commands = commands;
    this.#stallTimeoutMs = stallTimeoutMs;
    this.#answeredAt = now;
  }

  get key(): SocketKey | undefined {
    return this.#stream.key;
  }

  get busy(): boolean {
    return this.#commands.outstanding > 0;
  }

  get stall(): ConnectionStall | undefined {
    return this.#stream.stall;
  }

  get troubledAt(): number {
    return this.#stream.troubledAt;
  }

  /** The receiver has said something, or nothing was left to answer. */
  answered(now: number): void {
    this.#answeredAt = now;
  }

  flows(): boolean {
    const { answers: now } = this.#commands;
    const answers = now - this.#answersWhenAsked;
    this.#answersWhenAsked = now;
    return answers > 0;
  }

  sample(): (now: number, row: KernelSocket | undefined) => PeerState {
    const look = this.#stream.sample();
    return (now, row) => {
      const state = look(now, row);
      const waited = this.busy && now - this.#answeredAt >= this.#stallTimeoutMs;
      return waited ? 'silent' : state;
    };
  }
}
