/** What a receiver would read of a message. */
export interface Message {
  /** Undefined: it has no header that could be read. */
  readonly header: Header | undefined;
  readonly body: string;
  readonly form: 'LEEF' | 'CEF' | 'JSON' | 'text';
  readonly bytes: number;
}

interface Header {
  readonly priority: number;
  readonly host: string;
  /** HOSTNAME, and of RFC 5424 also APP-NAME, PROCID and MSGID. */
  readonly fields: readonly string[];
  /** Nobody can tell the year and the zone of its time. */
  readonly vague: boolean;
}

const RFC5424 = /^<(\d{1,3})>1 \S+ (\S+) (\S+) (\S+) (\S+) (?:-|(?:\[(?:"(?:\\.|[^"\\])*"|[^"\]])*\])+) ?/s;
const RFC3164 = /^<(\d{1,3})>(?:(\w{3} [ \d]\d (?:\d{4} )?[\d:]{8})|\d{4}-\S+) (\S+) /;

/** @param bytes without framing. */
export function readMessage(bytes: Uint8Array): Message {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  const { header, length } = headerOf(text);
  const body = text.slice(length);
  return { header, body, form: formOf(body), bytes: bytes.length };
}

function headerOf(text: string): { header: Header | undefined; length: number } {
  const [whole, priority, ...fields] = RFC5424.exec(text) ?? [];
  if (whole !== undefined) {
    return {
      header: { priority: Number(priority), host: fields[0] ?? '', fields, vague: false },
      length: whole.length,
    };
  }
  const [old, code, bsd, host = ''] = RFC3164.exec(text) ?? [];
  if (old === undefined) return { header: undefined, length: 0 };
  return { header: { priority: Number(code), host, fields: [host], vague: bsd !== undefined }, length: old.length };
}

function formOf(body: string): Message['form'] {
  if (/LEEF:[12]\.0\|/.test(body.slice(0, 64))) return 'LEEF';
  if (/CEF:[01]\|/.test(body.slice(0, 64))) return 'CEF';
  return /^\ufeff?\{/.test(body) ? 'JSON' : 'text';
}
