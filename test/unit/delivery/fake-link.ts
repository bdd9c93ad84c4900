import type { ForwarderError } from '../../../src/errors/forwarder-error.js';
import type { SocketKey } from '../../../src/delivery/kernel/kernel-sockets.js';
import type { KernelView } from '../../../src/delivery/kernel/kernel-view.js';
import type { PeerState } from '../../../src/delivery/kernel/stall-watch.js';
import type { Link, LinkEnd } from '../../../src/delivery/links/link.js';

/** A socket without a network: the kernel takes all it is given at once, the test says what is acked, and the receiver answers an end at once. */
export class FakeLink implements Link, KernelView {
  key: SocketKey | undefined = undefined;
  readonly address = undefined;
  readonly sliceEvents = Infinity;
  readonly sliceBytes = 1_000_000;
  readonly hasRoom = true;
  readonly received = 0;
  readonly stall = undefined;
  readonly troubledAt = 0;
  readonly closed: Promise<LinkEnd>;
  blind = false;
  /** What a look says. */
  state: PeerState = 'fine';
  open = true;
  /** Once it is over. */
  ending: LinkEnd | undefined;
  flushed = 0;
  acked = 0;
  #close: (end: LinkEnd) => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => (this.#close = resolve));
  }

  get kernel(): KernelView {
    return this;
  }

  get busy(): boolean {
    return this.acked < this.flushed;
  }

  write(bytes: Uint8Array): Promise<boolean> {
    this.flushed += bytes.length;
    return Promise.resolve(true);
  }

  end(): void {
    this.leave();
  }

  kill(error: ForwarderError): void {
    this.#over({ is: 'lost', error, refusal: undefined });
  }

  leave(): void {
    this.#over({ is: 'ended' });
  }

  flows(): boolean {
    return false;
  }

  sample(): () => PeerState {
    return () => this.state;
  }

  #over(end: LinkEnd): void {
    if (!this.open) return;
    this.open = false;
    this.ending = end;
    this.#close(end);
  }
}
