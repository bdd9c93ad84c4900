/** One RELP frame, `TXNR SP COMMAND SP DATALEN [SP DATA] LF`; its data are the bytes from `from` to `to` of the buffer. */
export interface RelpFrame {
  readonly txnr: number;
  readonly command: string;
  readonly from: number;
  readonly to: number;
  /** Where the next frame begins. */
  readonly next: number;
}

const [LF, SP, ZERO, NINE] = [0x0a, 0x20, 0x30, 0x39];
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
  const command = bytes.toString('latin1', commandAt, lengthAt - 1);
  if (bytes[end] === LF) return length === 0 ? { txnr, command, from: end, to: end, next: end + 1 } : 'garbage';
  const [from, to] = [end + 1, end + 1 + length];
  if (to >= bytes.length) return 'incomplete';
  return bytes[to] === LF ? { txnr, command, from, to, next: to + 1 } : 'garbage';
}

function spaceAfter(bytes: Buffer, from: number): number {
  const last = Math.min(bytes.length, from + MAX_COMMAND + 1);
  for (let at = from; at < last; at++) if (bytes[at] === SP) return at;
  return -1;
}

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

/** How far answers were read as they should come: where the rest begins, and how many there were. */
export interface Answered {
  at: number;
  count: number;
}

const OK = Uint8Array.from(Buffer.from(' rsp 6 200 OK\n', 'latin1'));

/**
 * Moves `answered` on over as many whole answers `TXNR rsp 6 200 OK` as there are, at most `most`, whose numbers follow each other from `txnr`
 * on: nearly all a receiver ever says, once for every event, so nothing is made of them.
 */
export function skipOks(bytes: Uint8Array, answered: Answered, txnr: number, most: number): void {
  for (let expected = txnr; answered.count < most; expected = nextTxnr(expected)) {
    let at = answered.at;
    let value = 0;
    for (; at < bytes.length && at - answered.at < MAX_DIGITS; at++) {
      const digit = (bytes[at] ?? 0) - ZERO;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (value !== expected || bytes.length - at < OK.length) return;
    for (let index = 0; index < OK.length; index++) if (bytes[at + index] !== OK[index]) return;
    answered.at = at + OK.length;
    answered.count += 1;
  }
}

/** Number of the `count`-th command of a session. */
export const txnrOf = (count: number): number => ((count - 1) % LAST_TXNR) + 1;

const nextTxnr = (txnr: number): number => (txnr === LAST_TXNR ? 1 : txnr + 1);

/**
 * Writes their numbers into commands that were made with nine zeros in that place.
 *
 * @param ends where each command ends, counted from `start` bytes before the first of `bytes`.
 * @param txnr number of the first.
 */
export function numberCommands(bytes: Uint8Array, ends: Uint32Array, start: number, txnr: number): void {
  const digits = Uint8Array.from(Buffer.from(String(txnr).padStart(MAX_DIGITS, '0'), 'latin1'));
  let from = 0;
  for (const end of ends) {
    for (let place = 0; place < MAX_DIGITS; place++) bytes[from + place] = digits[place] ?? ZERO;
    increment(digits);
    from = end - start;
  }
}

/** Length of the message in a command that was made with nine digits for its number. */
export function messageBytes(command: Uint8Array): number {
  const from = MAX_DIGITS + ' syslog '.length;
  return parseInt(Buffer.from(command.subarray(from, from + MAX_DIGITS)).toString('latin1'), 10);
}

/** Far cheaper than to divide each number nine times. After the last comes 1. */
function increment(digits: Uint8Array): void {
  for (let place = MAX_DIGITS - 1; place >= 0; place--) {
    const digit = digits[place] ?? ZERO;
    if (digit < NINE) {
      digits[place] = digit + 1;
      return;
    }
    digits[place] = ZERO;
  }
  digits[MAX_DIGITS - 1] = ZERO + 1;
}
