import type { FrameBatch } from '../model/batch.js';
import { CEF_TYPES, fitsCefType, type CefType } from '../model/cef-dictionary.js';
import { MOST_BYTES, type HeaderTexts } from './header-texts.js';
import type { Message } from './message.js';

/** The keys that the LEEF guide gives a meaning to. */
const LEEF_KEYS = new Set(
  (
    'cat devTime devTimeFormat proto sev src dst srcPort dstPort srcPreNAT dstPreNAT srcPostNAT dstPostNAT usrName srcMAC dstMAC ' +
    'srcPreNATPort dstPreNATPort srcPostNATPort dstPostNATPort identSrc identHostName identNetBios identGrpName identMAC vSrc vSrcName ' +
    'accountName srcBytes dstBytes srcPackets dstPackets totalPackets role realm policy resource url groupID domain'
  ).split(' '),
);
const LEEF_ADDRESSES = ['src', 'dst', 'srcPreNAT', 'dstPreNAT', 'srcPostNAT', 'dstPostNAT', 'identSrc', 'vSrc'];

const CEF_WANTED: Readonly<Record<CefType, string>> = {
  address: 'an IP address',
  integer: 'a whole number',
  mac: 'a MAC address',
  number: 'a number',
  time: 'a time in milliseconds',
};

const FIELD_NAMES = ['HOSTNAME', 'APP-NAME', 'PROCID', 'MSGID'];

/** What QRadar takes of one event by default, on 514/tcp. */
const QRADAR_BYTES = 4096;
const CUT_ADVICE =
  'raise it where the receiver takes more, shorten a field first (trimFirst), or choose another oversize';

/** From so many events on it is worth saying that all of them have or lack something. */
const ENOUGH = 5;

/** Looks at messages as a SIEM would, and says what it would make of them in whole sentences. */
export class Lint {
  readonly #bounded: boolean;
  /** How many events a finding is about. */
  readonly #found = new Map<string, number>();
  readonly #severities = new Set<number>();
  readonly #forms = new Map<string, Set<Message['form']>>();
  readonly #eventIds = new Set<string>();
  readonly #ownKeys = new Set<string>();
  readonly #looked = { truncated: 0, empty: 0, bare: 0, untimed: 0 };
  readonly #renamed = new Set<string>();
  #events = 0;
  #withEventId = 0;

  readonly #separator: string | undefined;

  /** @param bounded whether the destination has a limit for the size of an event. @param separator of key=value without quotes. */
  constructor(bounded: boolean, separator: string | undefined) {
    this.#bounded = bounded;
    this.#separator = separator;
  }

  see(message: Message, texts: HeaderTexts): void {
    this.#events += 1;
    this.#header(message, texts);
    if (!this.#bounded && message.bytes > QRADAR_BYTES) {
      this.#note(
        `has more than ${QRADAR_BYTES} bytes, which is what QRadar takes on 514/tcp by default (8192 by TLS Syslog), and the destination has no maxEventBytes: the tail would become an event of no log source`,
      );
    }
    if (message.body.startsWith('\ufeff')) {
      this.#note('begins with a BOM, behind which QRadar and others find neither JSON nor LEEF; write bom: false');
    }
    if (message.form === 'LEEF') this.#leef(message.body);
    if (message.form === 'CEF') this.#cef(message.body);
    if (this.#separator !== undefined) this.#pairs(message.body, this.#separator);
  }

  #pairs(body: string, separator: string): void {
    const [, ...pairs] = body.split(separator);
    const odd = pairs.find((pair) => !pair.includes('='));
    if (odd === undefined) return;
    this.#note(
      `has the separator ${JSON.stringify(separator)} inside a value, before ${JSON.stringify(odd.slice(0, 40))}, where a reader expects another pair; write quote: whenNeeded, or another separator`,
    );
  }

  /** A batch, of whose events not all need be shown. */
  looked({ truncated, empty, bare, untimed }: Pick<FrameBatch, 'truncated' | 'empty' | 'bare' | 'untimed'>): void {
    this.#looked.truncated += truncated;
    this.#looked.empty += empty;
    this.#looked.bare += bare;
    this.#looked.untimed += untimed;
  }

  #sums(): string[] {
    const { truncated, empty, bare, untimed } = this.#looked;
    return [
      ...(truncated > 0 ? [`${truncated} events are cut to maxEventBytes: ${CUT_ADVICE}`] : []),
      ...(empty > 0
        ? [`${empty} events are not sent, because nothing is left of them: see header, value and shape`]
        : []),
      ...(bare > 0
        ? [
            `${bare} events show nothing of their log, because none of the fields they are made of has a value: see fields, others, value and shape`,
          ]
        : []),
      ...(untimed > 0
        ? [`${untimed} events have the time of the log: eventTime is missing in them or can't be read`]
        : []),
    ];
  }

  /** One line each. @param others what was found elsewhere. */
  findings(others: readonly string[] = []): string[] {
    const of = (count: number): string =>
      count === this.#events ? 'every event' : `${count} of ${this.#events} events:`;
    const lines = [...[...this.#found].map(([what, count]) => `${of(count)} ${what}`), ...this.#sums(), ...others];
    if (this.#events >= ENOUGH && this.#severities.size === 1) {
      lines.push('every event has the same severity; rules (or severityFrom) give those that matter a higher one');
    }
    for (const [host, forms] of this.#forms) {
      if (forms.size < 2) continue;
      lines.push(
        `log source "${host}" gets ${[...forms].join(' and ')}: QRadar detects one format for each; give every format its own hostname`,
      );
    }
    if (this.#withEventId >= ENOUGH && this.#eventIds.size === this.#withEventId) {
      lines.push(
        'every event has another EventID: it names a kind of event (half of the key to a QID), never one event',
      );
    }
    if (this.#ownKeys.size > 0) {
      lines.push(
        `LEEF keys without a predefined meaning, which need custom properties: ${[...this.#ownKeys].join(' ')}`,
      );
    }
    if (this.#renamed.size > 0) {
      lines.push(
        `fields called sls_… because CEF gives their names a type, which their values need not have: ${[...this.#renamed].join(' ')}; map those that fit in fields`,
      );
    }
    return lines.length > 0 ? lines : [`nothing to say about ${this.#events} events`];
  }

  #note(what: string): void {
    this.#found.set(what, (this.#found.get(what) ?? 0) + 1);
  }

  #header({ header, body, form }: Message, texts: HeaderTexts): void {
    const host = header?.host ?? 'the address of this machine';
    this.#forms.set(host, (this.#forms.get(host) ?? new Set()).add(form));
    if (header === undefined) {
      this.#note('has no syslog header: QRadar takes the address of this machine as log source');
      if (/^\d/.test(body)) this.#note('begins with a digit, which receivers take for the length of a counted message');
      return;
    }
    this.#severities.add(header.priority % 8);
    const fault = hostFault(host);
    if (fault !== undefined) this.#note(`has ${fault}; write a hostname such as sls-%{__project__}-%{__logstore__}`);
    if (header.vague) {
      this.#note(
        'has a time without its zone: the receiver takes its own; set timeZone to that, or use header: rfc5424',
      );
    }
    for (const [index, field] of header.fields.entries())
      this.#field(FIELD_NAMES[index] ?? '', field, MOST_BYTES[index] ?? 0, texts);
  }

  #field(name: string, field: string, most: number, texts: HeaderTexts): void {
    if (field.length === most)
      this.#note(
        `has ${name === 'APP-NAME' ? 'an' : 'a'} ${name} of ${most} bytes, where RFC 5424 cuts it: ${field.slice(0, 40)}…`,
      );
    // What was only cut is said above; "_" that was there is nobody's concern.
    const other = [...(texts.get(field) ?? [])].find((text) => !text.startsWith(field));
    if (other !== undefined && field !== '-') {
      this.#note(
        `has the ${name} ${field.slice(0, 40)} for ${JSON.stringify(other.slice(0, 40))}: "_" stands for what RFC 5424 does not allow there`,
      );
    }
  }

  #leef(body: string): void {
    const fields = body.slice(body.indexOf('LEEF:')).split('|');
    const isOld = fields[0] === 'LEEF:1.0';
    const [eventId = '', named = ''] = fields.slice(4);
    this.#withEventId += 1;
    this.#eventIds.add(eventId);
    if (eventId === '') this.#note("has no EventID: QRadar can't map it; write eventId");
    if (looksUnique(eventId))
      this.#note(`has an EventID that looks like the id of one event ("${eventId}"); write the kind of event`);
    for (const pair of fields
      .slice(isOld ? 5 : 6)
      .join('|')
      .split(isOld ? '\t' : delimiterOf(named)))
      this.#pair(pair);
  }

  #cef(body: string): void {
    const [, extension = ''] = /CEF:\d\|(?:(?:\\.|[^\\|])*\|){6}(.*)$/s.exec(body) ?? [];
    for (const [, name = '', value = ''] of extension.matchAll(/(?:^| )(\w+)=((?:(?! \w+=).)*)/gs)) {
      const type = CEF_TYPES.get(name);
      if (CEF_TYPES.has(name.replace(/^sls_/, '')) && type === undefined) this.#renamed.add(name.slice('sls_'.length));
      if (type === undefined || fitsCefType(type, value)) continue;
      this.#note(
        `has ${name}=${value.slice(0, 40)}, where CEF wants ${CEF_WANTED[type]}: a strict reader refuses such an event; map another value, or use another name`,
      );
    }
  }

  #pair(pair: string): void {
    const at = pair.indexOf('=');
    const [key, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at <= 0) return;
    if (!LEEF_KEYS.has(key)) this.#ownKeys.add(key);
    if (LEEF_ADDRESSES.includes(key) && !isAddress(value)) {
      this.#note(`has ${key}=${value.slice(0, 40)}, which is no IP address; leave it out where there is none`);
    }
    if (key === 'usrName' && (value === '-' || value.length > 255)) {
      this.#note(`has a usrName that is no name of a user ("${value.slice(0, 40)}")`);
    }
  }
}

function hostFault(host: string): string | undefined {
  if (host === '-') return 'a blank host: QRadar takes the address of this machine as log source';
  if (host.includes(':')) return `an IPv6 address as host (${host}), which QRadar can't route to a log source`;
  const isOurs = /^(?:localhost(?:\..*)?|127\..*|0\.0\.0\.0)$/i.test(host);
  return isOurs ? `the host ${host}, which is every machine's own name` : undefined;
}

const delimiterOf = (named: string): string => {
  const [, hex] = /^(?:0?x)([\da-f]{1,4})$/i.exec(named) ?? [];
  return hex === undefined ? named || '\t' : String.fromCharCode(parseInt(hex, 16));
};

/** A UUID, a long number, or a long run of hexadecimal digits. */
const looksUnique = (id: string): boolean =>
  /[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-|\d{9}/i.test(id) || /^(?=.*\d)[\da-f]{16,}$/i.test(id);

const isAddress = (text: string): boolean =>
  /^(?:\d{1,3}\.){3}\d{1,3}$/.test(text) || /^(?=.*:.*:)[\da-f:.]{2,45}$/i.test(text);
