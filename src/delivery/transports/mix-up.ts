import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Endpoint } from '../delivery-settings.js';

interface Language {
  readonly name: string;
  /** The schemes that speak it. */
  readonly schemes: readonly string[];
  readonly isSpoken: (beginning: string) => boolean;
  /** What to use in place of an endpoint without TLS, … */
  readonly plain: string;
  /** … and with it. */
  readonly secure: string;
}

/** An alert of any version (RFC 8446 §6): what we sent is no handshake. */
const ALERT = String.fromCharCode(0x15, 0x03);

/** A syslog receiver says nothing. What says something in another language shows which one this port wants. */
const LANGUAGES: readonly Language[] = [
  {
    name: 'TLS',
    schemes: [],
    isSpoken: (text) => text.startsWith(ALERT),
    plain: 'tls:// or relps://',
    secure: 'another port',
  },
  {
    name: 'RELP',
    schemes: ['relp', 'relps'],
    isSpoken: (text) => RELP.test(text),
    plain: 'relp://',
    secure: 'relps://',
  },
  {
    name: 'HTTP',
    schemes: [],
    isSpoken: (text) => text.startsWith('HTTP/1.'),
    plain: 'another port',
    secure: 'another port',
  },
];
const RELP = /^\d{1,9} (?:serverclose|rsp) /;
const BEGINNING_BYTES = 32;

/**
 * What the first bytes of a receiver say about a mistaken endpoint.
 * @param bytes as they came out of the socket, decrypted with TLS.
 */
export function otherLanguage(bytes: Uint8Array, endpoint: Endpoint): ForwarderError | undefined {
  const beginning = Buffer.from(bytes.subarray(0, BEGINNING_BYTES)).toString('latin1');
  const found = LANGUAGES.find(({ isSpoken }) => isSpoken(beginning));
  if (found === undefined || found.schemes.includes(endpoint.scheme)) return undefined;
  const scheme = endpoint.tls ? found.secure : found.plain;
  const what = `the receiver speaks ${found.name} on this port; use ${scheme}`;
  return new ForwarderError('WRONG_PROTOCOL', `${endpoint.text}: ${what}`);
}

const HUNG_UP: ReadonlySet<string> = new Set(['CONNECTION_ENDED', 'CONNECTION_RESET']);

const ASK: Readonly<Record<string, string>> = {
  tcp: 'does this port want TLS (tls://) or RELP (relp://)?',
  tls: 'does this port want RELP (relps://), or a client certificate (tls.cert)?',
};

/** What a receiver that hangs up may want, where no connection to it has ever lasted. RELP's is answered before anything is sent. */
export function withQuestion(error: ForwarderError, { scheme }: Endpoint): ForwarderError {
  const question = ASK[scheme];
  if (question === undefined || !HUNG_UP.has(error.code)) return error;
  return new ForwarderError(error.code, `${error.message}; no connection to it has lasted yet: ${question}`, {
    cause: error,
    details: error.details,
  });
}
