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
const FIELD = /^([!#$%&'*+.^_`|~0-9a-z-]+):[\t ]*([\t\x20-\x7e\x80-\xff]*?)[\t ]*$/i;

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
    const [, name, value] = FIELD.exec(line) ?? [];
    const key = name?.toLowerCase();
    if (key === undefined || value === undefined || Object.hasOwn(headers, key)) return undefined;
    headers[key] = value;
  }
  return headers;
}
