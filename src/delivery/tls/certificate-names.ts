import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { ForwarderError } from '../../errors/forwarder-error.js';
import { printable } from '../../errors/printable.js';
import type { Endpoint } from '../delivery-settings.js';

/** A certificate may have hundreds. */
const NAMES_SHOWN = 8;
const LONGEST_NAME = 100;

/**
 * Whether the receiver's certificate is for the host we dialled (RFC 9525): by the DNS names and addresses of its subjectAltName, never by its
 * common name, which Node would take where there is nothing else.
 * @param host as dialled, or `tls.servername`.
 * @returns what is wrong.
 */
export function checkName(endpoint: Endpoint, host: string, certificate: PeerCertificate): ForwarderError | undefined {
  const names = namesOf(certificate);
  const from = `${subjectOf(certificate)}issued by ${quoted(nameOf(certificate.issuer))}`;
  if (names.length === 0) {
    const what = `the receiver's certificate (${from}) has no name or address in subjectAltName, and a common name does not count (RFC 9525)`;
    return wrong(endpoint, `${what}: it needs one for "${host}"; or pin its fingerprint (tls.pins, without tls.ca)`);
  }
  const subject = { ...certificate.subject, CN: '' };
  if (checkServerIdentity(host, { ...certificate, subject }) === undefined) return undefined;
  const more = names.length > NAMES_SHOWN ? ` and ${names.length - NAMES_SHOWN} more` : '';
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  const what = `the receiver's certificate is for another name than "${host}" (see tls.servername)`;
  return wrong(endpoint, `${what}: it is for ${shown}${more}, ${from}`);
}

/** `localhost, 127.0.0.1` */
function namesOf({ subjectaltname }: PeerCertificate): string[] {
  return (subjectaltname ?? '').split(', ').flatMap((entry) => {
    const [, name] = /^(?:DNS|IP Address):(.+)$/.exec(entry) ?? [];
    return name === undefined ? [] : [shortened(name)];
  });
}

function subjectOf({ subject }: PeerCertificate): string {
  const name = nameOf(subject);
  return name === undefined ? '' : `common name ${quoted(name)}, `;
}

/** What a certificate without any has is left out of its type. */
function nameOf(who: Partial<PeerCertificate['issuer']> | undefined): string | undefined {
  const [name] = [who?.CN ?? who?.O ?? []].flat();
  return name;
}

const quoted = (name: string | undefined): string => (name === undefined ? 'nobody' : `"${shortened(name)}"`);

const shortened = (name: string): string => printable(name.slice(0, LONGEST_NAME));

const wrong = ({ text }: Endpoint, what: string): ForwarderError =>
  new ForwarderError('TLS_FAILED', `${text}: TLS failed: ${what}`);
