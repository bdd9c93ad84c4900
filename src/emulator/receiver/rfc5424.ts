import { isUtf8 } from 'node:buffer';

interface SdParam {
  readonly name: string;
  readonly value: string;
}

interface SdElement {
  readonly id: string;
  readonly params: readonly SdParam[];
}

/** A field that is NIL (`-`) is undefined. */
export interface Rfc5424Message {
  readonly ok: true;
  readonly facility: number;
  readonly severity: number;
  readonly timestamp: string | undefined;
  readonly hostname: string | undefined;
  readonly appName: string | undefined;
  readonly procId: string | undefined;
  readonly msgId: string | undefined;
  readonly structuredData: readonly SdElement[];
  /** Undefined when there is not even the space before it. Without its BOM. */
  readonly msg: string | undefined;
  /** The message announces itself as UTF-8 by a byte order mark. */
  readonly bom: boolean;
}

export interface Rfc5424Flaw {
  readonly ok: false;
  readonly error: string;
  /** Byte at which the grammar was left. */
  readonly offset: number;
}

const PRI = /<(0|[1-9]\d{0,2})>/y;
const VERSION = /1 /y;
const TIMESTAMP =
  /(?:-|(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)) /y;
const HOSTNAME = /([!-~]{1,255}) /y;
const APP_NAME = /([!-~]{1,48}) /y;
const PROCID = /([!-~]{1,128}) /y;
const MSGID = /([!-~]{1,32}) /y;
const SD_ID = /\[([!#-<>-\\^-~]{1,32})(?=[ \]])/y;
const PRIVATE_ID = /^[^@]+@\d+(?:\.\d+)*$/;
const SD_PARAM = / ([!#-<>-\\^-~]{1,32})="((?:[^"\\\]]|\\["\\\]])*)"/y;
const MAX_PRI = 191;
const BOM = 'ï»¿';

/** Where a message is being read: the text has one character for every byte. */
interface Reader {
  readonly bytes: Buffer;
  readonly text: string;
  at: number;
}

/**
 * Reads one syslog message as strictly as RFC 5424 §6 says: PRI without leading zeros, version 1, a calendar date, and at most six
 * fraction digits. It checks lengths and alphabets of fields, SD-IDs (unique and well-formed), escapes, and UTF-8. What many receivers
 * forgive is an error here.
 */
export function parseRfc5424(message: Buffer): Rfc5424Message | Rfc5424Flaw {
  const reader: Reader = { bytes: message, text: message.toString('latin1'), at: 0 };
  const pri = Number(take(reader, PRI)?.[1] ?? NaN);
  if (!(pri <= MAX_PRI)) return flaw('PRI', 0);
  if (take(reader, VERSION) === undefined) return flaw('VERSION', reader.at);
  const timestamp = takeTimestamp(reader);
  if (timestamp === undefined) return flaw('TIMESTAMP', reader.at);
  const hostname = take(reader, HOSTNAME)?.[1];
  if (hostname === undefined) return flaw('HOSTNAME', reader.at);
  const appName = take(reader, APP_NAME)?.[1];
  if (appName === undefined) return flaw('APP-NAME', reader.at);
  const procId = take(reader, PROCID)?.[1];
  if (procId === undefined) return flaw('PROCID', reader.at);
  const msgId = take(reader, MSGID)?.[1];
  if (msgId === undefined) return flaw('MSGID', reader.at);
  const structuredData = takeStructuredData(reader);
  if ('ok' in structuredData) return structuredData;
  const msg = takeMessage(reader);
  if ('ok' in msg) return msg;
  return {
    ok: true,
    facility: pri >> 3,
    severity: pri & 7,
    timestamp: orNil(timestamp),
    hostname: orNil(hostname),
    appName: orNil(appName),
    procId: orNil(procId),
    msgId: orNil(msgId),
    structuredData,
    ...msg,
  };
}

const flaw = (error: string, offset: number): Rfc5424Flaw => ({ ok: false, error, offset });
const orNil = (field: string): string | undefined => (field === '-' ? undefined : field);

/** Goes beyond what matches here, if it does. */
function take(reader: Reader, grammar: RegExp): RegExpExecArray | undefined {
  grammar.lastIndex = reader.at;
  const found = grammar.exec(reader.text) ?? undefined;
  if (found !== undefined) reader.at = grammar.lastIndex;
  return found;
}

function takeTimestamp(reader: Reader): string | undefined {
  const from = reader.at;
  const found = take(reader, TIMESTAMP);
  if (found === undefined) return undefined;
  const [whole, year, month, day] = found;
  if (year !== undefined && Number(day) > daysIn(Number(year), Number(month))) {
    reader.at = from;
    return undefined;
  }
  return whole.slice(0, -1);
}

function daysIn(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function takeStructuredData(reader: Reader): readonly SdElement[] | Rfc5424Flaw {
  if (reader.text[reader.at] === '-') {
    reader.at++;
    return [];
  }
  const elements: SdElement[] = [];
  do {
    const element = takeElement(reader);
    if ('ok' in element) return element;
    if (elements.some((other) => other.id === element.id)) return flaw('SD-ID twice', reader.at);
    elements.push(element);
  } while (reader.text[reader.at] === '[');
  return elements;
}

function takeElement(reader: Reader): SdElement | Rfc5424Flaw {
  const from = reader.at;
  const id = take(reader, SD_ID)?.[1];
  if (id === undefined) return flaw(reader.text[from] === '[' ? 'SD-ID' : 'STRUCTURED-DATA', from);
  if (id.includes('@') && !PRIVATE_ID.test(id)) return flaw('SD-ID', from);
  const params: SdParam[] = [];
  while (reader.text[reader.at] === ' ') {
    const at = reader.at;
    const found = take(reader, SD_PARAM);
    if (found === undefined) return flaw('SD-PARAM', at);
    const [whole, name = '', escaped = ''] = found;
    const start = at + whole.length - 1 - escaped.length;
    const value = reader.bytes.subarray(start, start + escaped.length);
    if (!isUtf8(value)) return flaw('PARAM-VALUE is not UTF-8', start);
    params.push({ name, value: value.toString('utf8').replace(/\\(.)/g, '$1') });
  }
  if (reader.text[reader.at] !== ']') return flaw('SD-ELEMENT', reader.at);
  reader.at++;
  return { id, params };
}

function takeMessage(reader: Reader): Pick<Rfc5424Message, 'msg' | 'bom'> | Rfc5424Flaw {
  if (reader.at === reader.text.length) return { msg: undefined, bom: false };
  if (reader.text[reader.at] !== ' ') return flaw('space before MSG', reader.at);
  const bom = reader.text.startsWith(BOM, reader.at + 1);
  const start = reader.at + 1 + (bom ? BOM.length : 0);
  const bytes = reader.bytes.subarray(start);
  if (bom && !isUtf8(bytes)) return flaw('MSG is not the UTF-8 its BOM says', start);
  return { msg: bytes.toString('utf8'), bom };
}
