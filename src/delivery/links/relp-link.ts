import { ForwarderError } from '../../errors/forwarder-error.js';
import { deadline, type Clock } from '../../flow/clock.js';
import type { Dialled } from './dial.js';
import type { KernelView } from '../kernel/kernel-view.js';
import type { Link, LinkEnd, LostLink, Refusal } from './link.js';
import { RelpCommands } from './relp-commands.js';
import { isOk, messageBytes, numberCommands, readRelpFrame, skipOks, type RelpFrame } from './relp-frames.js';
import type { Endpoint } from '../delivery-settings.js';
import { RelpView } from './relp-view.js';
import { StreamLink, type StreamSettings } from './stream-link.js';

export interface RelpSettings extends StreamSettings {
  readonly connectTimeoutMs: number;
}

/** So often an event is refused before it is put aside … */
const REFUSALS = 5;
/** … and so often the receiver hangs up at it. */
const HANG_UPS = 3;
const OFFERS = 'relp_version=0\nrelp_software=sls-syslog-forwarder\ncommands=syslog';

/**
 * A RELP session (librelp's relp.md) over a TCP or TLS socket: every message is a command, and `acked` is what the receiver itself has
 * answered with 200. Answers come in the order of the commands. The frames it is given are commands already but for their numbers.
 */
export class RelpLink implements Link {
  readonly closed: Promise<LinkEnd>;
  readonly #inner: StreamLink;
  readonly #endpoint: Endpoint;
  readonly #settings: RelpSettings;
  readonly #clock: Clock;
  readonly #onChange: () => void;
  readonly #commands = new RelpCommands();
  readonly #view: RelpView;
  #refusal: Refusal | undefined;
  #phase: 'opening' | 'open' | 'closing' = 'opening';
  #rest: Buffer = Buffer.alloc(0);
  #flushed = 0;
  #opened: (() => void) | undefined;

  /**
   * Opens the session.
   * @throws ForwarderError RELP_PROTOCOL, RELP_REFUSED or DIAL_TIMEOUT, or why the connection was lost; ABANDONED when `signal` aborts first.
   */
  static async open(
    dialled: Dialled,
    endpoint: Endpoint,
    settings: RelpSettings,
    clock: Clock,
    onChange: () => void,
    signal: AbortSignal,
  ): Promise<RelpLink> {
    const link = new RelpLink(dialled, endpoint, settings, clock, onChange);
    const limit = deadline(clock, settings.connectTimeoutMs, signal);
    const giveUp = (): void => link.kill(unopened(endpoint, settings, signal));
    if (limit.signal.aborted) giveUp();
    limit.signal.addEventListener('abort', giveUp);
    await Promise.race([link.#open(), link.closed]);
    limit.signal.removeEventListener('abort', giveUp);
    limit.clear();
    if (link.open) return link;
    const { error } = (await link.closed) as LostLink;
    throw isHangUp(error) ? unanswered(error) : error;
  }

  private constructor(
    dialled: Dialled,
    endpoint: Endpoint,
    settings: RelpSettings,
    clock: Clock,
    onChange: () => void,
  ) {
    this.#endpoint = endpoint;
    this.#settings = settings;
    this.#clock = clock;
    this.#onChange = onChange;
    const onData = (bytes: Buffer): void => this.#heard(bytes);
    this.#inner = new StreamLink(dialled, endpoint, settings, clock, { onChange, onData });
    this.#view = new RelpView(this.#inner.kernel, this.#commands, settings.stallTimeoutMs, clock.monotonic());
    this.closed = this.#ending();
  }

  get kernel(): KernelView {
    return this.#view;
  }

  get address(): string | undefined {
    return this.#inner.address;
  }

  get open(): boolean {
    return this.#inner.open;
  }

  get flushed(): number {
    return this.#flushed;
  }

  /** An answer may overtake the callback of the write it answers. */
  get acked(): number {
    return Math.min(this.#commands.answeredBytes, this.#flushed);
  }

  get hasRoom(): boolean {
    const { maxUnackedBytes, sliceBytes } = this.#settings;
    const fits = this.#flushed - this.acked + sliceBytes <= maxUnackedBytes;
    return fits && this.#commands.hasRoom;
  }

  get sliceEvents(): number {
    return this.#commands.sliceEvents;
  }

  get sliceBytes(): number {
    return this.#settings.sliceBytes;
  }

  get received(): number {
    return this.#inner.received;
  }

  async write(bytes: Uint8Array, ends: Uint32Array, start: number): Promise<boolean> {
    if (!this.#view.busy) this.#view.answered(this.#clock.monotonic());
    const offset = this.#flushed;
    numberCommands(bytes, ends, start, this.#commands.sendSlice(offset, bytes, ends, start));
    if (!(await this.#inner.write(bytes))) return false;
    this.#flushed = offset + bytes.length;
    return true;
  }

  /** To be called with no command outstanding. */
  end(): void {
    if (!this.open) return;
    this.#phase = 'closing';
    void this.#inner.write(Buffer.from(`${this.#commands.send()} close 0\n`, 'latin1'));
    this.#inner.end();
  }

  kill(error: ForwarderError): void {
    this.#inner.kill(error);
  }

  leave(): void {
    this.#inner.leave();
  }

  async #ending(): Promise<LinkEnd> {
    const end = await this.#inner.closed;
    return end.is === 'lost' ? { ...end, refusal: this.#refusal ?? this.#suspect(end.error) } : end;
  }

  #open(): Promise<void> {
    const command = `${this.#commands.send()} open ${OFFERS.length} ${OFFERS}\n`;
    void this.#inner.write(Buffer.from(command, 'latin1'));
    return new Promise((resolve) => (this.#opened = resolve));
  }

  #heard(chunk: Buffer): void {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    // A copy: the bytes are the socket's, which reads on into them.
    this.#rest = Buffer.from(bytes.subarray(this.#read(bytes)));
    this.#view.answered(this.#clock.monotonic());
    if (this.open) this.#onChange();
  }

  /** @returns where the first incomplete frame begins. */
  #read(bytes: Buffer): number {
    for (let at = 0; ;) {
      if (this.open && this.#phase === 'open') at = this.#readOks(bytes, at);
      const frame = this.open || this.#phase === 'closing' ? readRelpFrame(bytes, at) : 'incomplete';
      if (frame === 'incomplete') return at;
      if (frame === 'garbage') {
        this.#fail('RELP_PROTOCOL', 'the receiver does not speak RELP, or something between garbles it');
        return bytes.length;
      }
      this.#take(frame, bytes);
      at = frame.next;
    }
  }

  #readOks(bytes: Buffer, at: number): number {
    const answered = { at, count: 0 };
    skipOks(bytes, answered, this.#commands.nextAnswer, this.#commands.outstanding);
    this.#commands.answered(answered.count);
    return answered.at;
  }

  #take(frame: RelpFrame, bytes: Buffer): void {
    const { txnr, command, from, to } = frame;
    if (this.#phase === 'closing') return;
    if (command === 'serverclose') this.#fail('CONNECTION_ENDED', 'the receiver ends the session');
    else if (command !== 'rsp' || !this.#view.busy || txnr !== this.#commands.nextAnswer) {
      this.#fail('RELP_PROTOCOL', `the receiver says "${command}" to command ${txnr}, which is not what was asked`);
    } else if (!isOk(bytes, frame)) {
      this.#refused(bytes.toString('latin1', from, Math.min(to, from + MAX_REASON)));
    } else if (this.#phase === 'open') this.#commands.answered(1);
    else {
      this.#phase = 'open';
      this.#commands.opened();
      this.#opened?.();
    }
  }

  #refused(said: string): void {
    const what = this.#phase === 'open' ? 'a message' : 'the session';
    const reason = said.split('\n')[0]?.replace(/[^ -~]/g, '?') ?? '';
    const error = this.#error(
      'RELP_REFUSED',
      `the receiver refuses ${what}: ${reason === '' ? 'no reason given' : reason}`,
    );
    const frame = this.#phase === 'open' ? this.#commands.unanswered : undefined;
    if (frame !== undefined) this.#refusal = { frame, said: reason, limit: REFUSALS, error };
    this.kill(error);
  }

  /** The receiver ended the session with a single message unanswered: probably because of that one. */
  #suspect(lost: ForwarderError): Refusal | undefined {
    if (this.#phase !== 'open' || this.#commands.outstanding !== 1 || !isHangUp(lost)) return undefined;
    const frame = this.#commands.unanswered;
    if (frame === undefined) return undefined;
    const said = `it ends the session at this message of ${messageBytes(frame)} bytes, sent alone; ${ADVICE}`;
    const error = this.#error('RELP_REFUSED', `the receiver refuses a message: ${said}; ${ELSE}`);
    return { frame, said, limit: HANG_UPS, error };
  }

  #fail(code: 'RELP_PROTOCOL' | 'CONNECTION_ENDED', message: string): void {
    this.kill(this.#error(code, message));
  }

  #error(code: 'RELP_PROTOCOL' | 'RELP_REFUSED' | 'CONNECTION_ENDED', message: string): ForwarderError {
    return new ForwarderError(code, `${this.#endpoint.text}: ${message}`);
  }
}

const ADVICE =
  'it is probably larger than the receiver takes: raise its limit (imrelp: maxDataSize), or lower maxEventBytes';
const ELSE = 'nothing behind it is delivered until then; with deadLetters.directory it would be put aside';

/** The receiver, not the network: it said so, or its kernel did. */
function isHangUp({ code, details }: ForwarderError): boolean {
  const { errno } = details as { readonly errno?: unknown };
  return code === 'CONNECTION_ENDED' || (code === 'CONNECTION_RESET' && (errno === 'ECONNRESET' || errno === 'EPIPE'));
}

/** Whoever hangs up before it has answered "open" may not speak RELP. */
function unanswered({ code, message, details }: ForwarderError): ForwarderError {
  const what = "before it answered RELP's open (not a RELP port: then tcp://? or RELP over TLS: relps://?)";
  return new ForwarderError(code, `${message} ${what}`, { details });
}

/** librelp allows 80 characters. */
const MAX_REASON = 120;

function unopened(endpoint: Endpoint, { connectTimeoutMs }: RelpSettings, signal: AbortSignal): ForwarderError {
  if (signal.aborted) return new ForwarderError('ABANDONED', `${endpoint.text}: stopped while connecting`);
  const message = `${endpoint.text}: no answer to RELP's open within ${connectTimeoutMs / 1000} s (not a RELP port? tcp:// is plain syslog, relps:// is RELP over TLS)`;
  return new ForwarderError('DIAL_TIMEOUT', message);
}
