import type { ForwarderError } from '../../../src/errors/forwarder-error.js';
import type { SocketKey } from '../../../src/delivery/kernel/kernel-sockets.js';
import type { Link } from '../../../src/delivery/links/link.js';
import type { Verdict } from '../../../src/delivery/links/stall-watch.js';

/** A socket without a network: the kernel takes all it is given at once, the test says what is acked, and the receiver answers an end at once. */
export class FakeLink implements Link {
  key: SocketKey | undefined = undefined;
  readonly address = undefined;
  readonly refusal = undefined;
  readonly sliceEvents = Infinity;
  readonly sliceBytes = 1_000_000;
  readonly hasRoom = true;
  readonly received = 0;
  readonly stall = undefined;
  readonly troubledAt = 0;
  readonly closed: Promise<void>;
  blind = false;
  verdict: Verdict = 'fine';
  open = true;
  ended = false;
  error: ForwarderError | undefined;
  flushed = 0;
  acked = 0;
  #close: () => void = () => undefined;

  constructor() {
    this.closed = new Promise((resolve) => (this.#close = resolve));
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
    if (!this.open) return;
    this.error = error;
    this.open = false;
    this.#close();
  }

  leave(): void {
    this.ended = true;
    this.open = false;
    this.#close();
  }

  flows(): boolean {
    return false;
  }

  sample(): () => Verdict {
    return () => this.verdict;
  }
}
