import type { HttpReply } from '../exchange.js';

/** The beginning of a reply, as far as a pull needs it. */
export interface ReplyHead {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bodyLength: number;
  /** The service will answer another request on this connection. */
  readonly keepAlive: boolean;
  /** Bytes of the head itself, with the empty line behind it. */
  readonly size: number;
}

const START = 'HTTP/1.1 ';
const END = '\r\n\r\n';
const LONE_LF = /[^\r]\n/;
const STATUS_LINE = /^HTTP\/1\.1 ([2-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
/** Statuses that never have a body, whatever the headers say. */
const WITHOUT_BODY = new Set([204, 304]);
const NAME = /^[!#$%&'*+.^_`|~0-9a-z-]+$/i;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Names as services spell them, in lower case: they are always the same few. */
const names = new Map<string, string>();
const MOST_NAMES = 100;

/**
 * Reads the head of the one kind of reply the service gives to a pull: HTTP/1.1 with Content-Length (RFC 9112 §2.2–§6.2). It does not try to
 * understand anything else, be it right or wrong (chunks, another version, a folded line, a field given twice): that is `unusual`, and left to
 * Node's parser.
 *
 * @param bytes what has come so far.
 */
export function readHead(bytes: Buffer): ReplyHead | 'incomplete' | 'unusual' {
  const end = bytes.indexOf(END);
  const text = bytes.toString('latin1', 0, end < 0 ? bytes.length : end);
  if (end < 0) return START.startsWith(text.slice(0, START.length)) && !LONE_LF.test(text) ? 'incomplete' : 'unusual';
  const [first = '', ...fields] = text.split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1]);
  const headers = readFields(fields);
  if (Number.isNaN(status) || WITHOUT_BODY.has(status) || headers === undefined) return 'unusual';
  const { 'content-length': length = '', 'transfer-encoding': coding, connection = 'keep-alive' } = headers;
  const [kept, closed] = ['keep-alive', 'close'].map((word) => connection.toLowerCase() === word);
  if (!/^\d{1,15}$/.test(length) || coding !== undefined || kept === closed) return 'unusual';
  return { status, headers, bodyLength: Number(length), keepAlive: kept === true, size: end + END.length };
}

/** @returns undefined for a line that is no field, and for a field that is there twice. */
function readFields(lines: readonly string[]): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = nameOf(line.slice(0, Math.max(colon, 0)));
    if (name === undefined || !VALUE.test(line) || Object.hasOwn(headers, name)) return undefined;
    headers[name] = withoutBlanks(line, colon + 1);
  }
  return headers;
}

function nameOf(spelled: string): string | undefined {
  const known = names.get(spelled);
  if (known !== undefined || !NAME.test(spelled)) return known;
  const name = spelled.toLowerCase();
  if (names.size < MOST_NAMES) names.set(spelled, name);
  return name;
}

/** What `trim` leaves is another: it takes more than blanks for space. */
function withoutBlanks(line: string, from: number): string {
  let end = line.length;
  while (from < end && isBlank(line.charCodeAt(from))) from += 1;
  while (from < end && isBlank(line.charCodeAt(end - 1))) end -= 1;
  return line.slice(from, end);
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09;

/** @param body all of it. */
export function replyOf({ status, headers }: ReplyHead, body: Uint8Array<ArrayBuffer>): HttpReply {
  return { status, headers, body: body.buffer, bodyLength: body.length };
}
