import { ForwarderError } from '../../src/errors/forwarder-error.js';
import type { KernelView } from '../../src/delivery/kernel/kernel-view.js';
import type { Link, LinkEnd } from '../../src/delivery/links/link.js';
import type { ManualClock } from './manual-clock.js';

/** What one connection of the modelled network does. */
export interface PeerRule {
  /** Bytes its kernel acknowledges though nobody has read them. */
  readonly bufferBytes: number;
  /** A balancer whose server is down hangs up so long after the connection began; undefined: the receiver itself. */
  readonly hangsUpMs: number | undefined;
  /** A balancer stands before the receiver: a reset of the receiver arrives here as an orderly end (HAProxy and nginx do that). */
  readonly hidesResets: boolean;
}

/**
 * One connection to a receiver that has a buffer and may stall, or to a balancer that accepts and passes nothing on. The writer's kernel takes
 * everything; what is acked is what was read and one buffer more. Pure but for the clock.
 */
export class UnreadPeer implements Link, KernelView {
  readonly key = undefined;
  readonly address = '192.0.2.1';
  readonly sliceEvents = 1_000_000;
  readonly sliceBytes = 1_000_000_000;
  readonly received = 0;
  readonly blind = false;
  readonly closed: Promise<LinkEnd>;
  flushed = 0;
  open = true;
  troubledAt = -Infinity;
  readonly #clock: ManualClock;
  readonly #rule: PeerRule;
  readonly #onRead: (bytes: Uint8Array) => void;
  readonly #onChange: () => void;
  readonly #unread: Uint8Array[] = [];
  #close: (end: LinkEnd) => void = () => undefined;
  #readBytes = 0;
  #reads: boolean;
  #finSent = false;
  #hangsUpAt = Infinity;
  #forgetHangUp: () => void = () => undefined;

  /** @param onRead gets what the receiver itself reads, in order. */
  constructor(
    clock: ManualClock,
    rule: PeerRule,
    stalled: boolean,
    onRead: (bytes: Uint8Array) => void,
    onChange: () => void,
  ) {
    this.#clock = clock;
    this.#rule = rule;
    this.#onRead = onRead;
    this.#onChange = onChange;
    this.#reads = rule.hangsUpMs === undefined && !stalled;
    this.closed = new Promise((resolve) => (this.#close = resolve));
    if (rule.hangsUpMs === undefined) return;
    this.#hangsUpAt = clock.monotonic() + rule.hangsUpMs;
    this.#forgetHangUp = clock.timer(rule.hangsUpMs, () => this.cut('CONNECTION_ENDED'));
  }

  get kernel(): KernelView {
    return this;
  }

  get acked(): number {
    return Math.min(this.flushed, this.#readBytes + this.#rule.bufferBytes);
  }

  get hasRoom(): boolean {
    return this.flushed === this.acked;
  }

  get busy(): boolean {
    return this.flushed > this.acked;
  }

  get stall(): 'zeroWindow' | undefined {
    return this.busy ? 'zeroWindow' : undefined;
  }

  write(bytes: Uint8Array): Promise<boolean> {
    if (!this.open) return Promise.resolve(false);
    this.flushed += bytes.length;
    this.#unread.push(bytes.slice());
    if (this.#reads) this.#read();
    else if (this.busy) this.troubledAt = this.#clock.monotonic();
    return Promise.resolve(true);
  }

  /** The receiver answers once it has read everything; the balancer when it hangs up. */
  end(): void {
    this.#finSent = true;
    if (this.#reads) this.#finish();
  }

  kill(error: ForwarderError): void {
    this.#over({ is: 'lost', error, refusal: undefined });
  }

  leave(): void {
    this.#over({ is: 'ended' });
  }

  flows(): boolean {
    return true;
  }

  sample(): () => 'fine' {
    return () => 'fine';
  }

  /** Time passes while the window is shut. */
  look(): void {
    if (this.busy) this.troubledAt = this.#clock.monotonic();
  }

  /** Our process wakes: the balancer did not wait for it. What it did is heard after our own timers, in the next round of the event loop. */
  wake(): void {
    if (this.#clock.monotonic() < this.#hangsUpAt) return;
    this.#forgetHangUp();
    setImmediate(() => this.cut('CONNECTION_ENDED'));
  }

  /** No effect on a balancer. */
  setReads(reads: boolean): void {
    if (this.#rule.hangsUpMs !== undefined || !this.open) return;
    this.#reads = reads;
    if (!reads) return;
    this.#read();
    if (this.#finSent) this.#finish();
    else this.#onChange();
  }

  /** The peer ends it. A receiver that closes with unread data resets (RFC 1122 §4.2.2.13), unless a balancer hides that. */
  cut(code: 'CONNECTION_ENDED' | 'CONNECTION_RESET'): void {
    if (!this.open) return;
    const isReset = this.#rule.hangsUpMs === undefined && !this.#rule.hidesResets && this.#unread.length > 0;
    if (this.#finSent && code === 'CONNECTION_ENDED' && !isReset) this.#finish();
    else this.kill(new ForwarderError(code, 'the peer ended it'));
  }

  #read(): void {
    for (const bytes of this.#unread.splice(0)) {
      this.#readBytes += bytes.length;
      this.#onRead(bytes);
    }
  }

  #finish(): void {
    this.#over({ is: 'ended' });
  }

  #over(end: LinkEnd): void {
    if (!this.open) return;
    this.open = false;
    this.#reads = false;
    this.#close(end);
    this.#onChange();
  }
}
