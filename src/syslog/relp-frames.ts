/** One RELP frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`; its data are the bytes from `from` to `to` of the buffer. */
export interface RelpFrame {
  readonly txnr: number;
  readonly command: string;
  readonly from: number;
  readonly to: number;
  /** Where the next frame begins. */
  readonly next: number;
}

const [LF, SP, ZERO] = [0x0a, 0x20, 0x30];
const MAX_DIGITS = 9;
const MAX_COMMAND = 32;
/** A receiver answers with a line or two. */
const MAX_DATA = 64 * 1024;

/** The highest transaction number; the next one is 1. */
export const LAST_TXNR = 999_999_999;

/**
 * Reads the frame that begins at `at`.
 * @returns `incomplete` when more bytes are needed, `garbage` when no more bytes could make it a frame.
 */
export function readRelpFrame(bytes: Buffer, at: number): RelpFrame | 'incomplete' | 'garbage' {
  const commandAt = spaceAfter(bytes, at) + 1;
  if (commandAt === 0) return tooLong(bytes, at, MAX_DIGITS);
  const txnr = decimal(bytes, at, commandAt - 1);
  if (txnr === undefined) return 'garbage';
  const lengthAt = spaceAfter(bytes, commandAt) + 1;
  if (lengthAt === 0) return tooLong(bytes, commandAt, MAX_COMMAND);
  let end = lengthAt;
  while (end < bytes.length && bytes[end] !== SP && bytes[end] !== LF) end += 1;
  if (end === bytes.length) return tooLong(bytes, lengthAt, MAX_DIGITS);
  const length = decimal(bytes, lengthAt, end);
  if (length === undefined || length > MAX_DATA || lengthAt - 1 === commandAt) return 'garbage';
  const command = isRsp(bytes, commandAt, lengthAt - 1) ? 'rsp' : bytes.toString('latin1', commandAt, lengthAt - 1);
  if (bytes[end] === LF) return length === 0 ? { txnr, command, from: end, to: end, next: end + 1 } : 'garbage';
  const [from, to] = [end + 1, end + 1 + length];
  if (to >= bytes.length) return 'incomplete';
  return bytes[to] === LF ? { txnr, command, from, to, next: to + 1 } : 'garbage';
}

/** By hand: one of these frames comes for every event, and a call out of JavaScript costs more than the few bytes it would look at. */
function spaceAfter(bytes: Buffer, from: number): number {
  const last = Math.min(bytes.length, from + MAX_COMMAND + 1);
  for (let at = from; at < last; at++) if (bytes[at] === SP) return at;
  return -1;
}

const isRsp = (bytes: Buffer, from: number, to: number): boolean =>
  to - from === 3 && bytes[from] === 0x72 && bytes[from + 1] === 0x73 && bytes[from + 2] === 0x70;

/** The data begin with 200. */
export const isOk = (bytes: Buffer, { from, to }: RelpFrame): boolean =>
  to - from >= 3 && bytes[from] === 0x32 && bytes[from + 1] === ZERO && bytes[from + 2] === ZERO;

const tooLong = (bytes: Buffer, at: number, limit: number): 'incomplete' | 'garbage' =>
  bytes.length - at > limit ? 'garbage' : 'incomplete';

function decimal(bytes: Buffer, from: number, to: number): number | undefined {
  if (to === from || to - from > MAX_DIGITS) return undefined;
  let value = 0;
  for (let at = from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** The most that {@link RelpWriter} puts around a message. */
const ROOM = `${LAST_TXNR} syslog ${LAST_TXNR} `.length;
const SYSLOG = Uint8Array.from(Buffer.from(' syslog ', 'latin1'));

/** Turns LF-framed messages into `syslog` commands, in a buffer of its own that the next call overwrites. */
export class RelpWriter {
  #buffer: Uint8Array = new Uint8Array(0);
  #length = 0;

  begin(events: number, bytes: number): void {
    const needed = events * ROOM + bytes;
    if (this.#buffer.length < needed) this.#buffer = new Uint8Array(needed);
    this.#length = 0;
  }

  /** Adds the message of `frame`, whose last byte is the LF that also ends the command. @returns bytes so far. */
  add(txnr: number, frame: Uint8Array): number {
    const buffer = this.#buffer;
    let at = putDecimal(buffer, this.#length, txnr);
    for (let index = 0; index < SYSLOG.length; index++) buffer[at + index] = SYSLOG[index] ?? 0;
    at = putDecimal(buffer, at + SYSLOG.length, frame.length - 1);
    buffer[at] = SP;
    buffer.set(frame, at + 1);
    return (this.#length = at + 1 + frame.length);
  }

  get bytes(): Uint8Array {
    return this.#buffer.subarray(0, this.#length);
  }
}

function putDecimal(buffer: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let limit = 10; value >= limit; limit *= 10) digits += 1;
  for (let place = at + digits - 1, rest = value; place >= at; place--) {
    const next = Math.floor(rest / 10);
    buffer[place] = ZERO + rest - next * 10;
    rest = next;
  }
  return at + digits;
}
