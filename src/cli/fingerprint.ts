import type { X509Certificate } from 'node:crypto';
import { readRegularFile } from '../flow/read-file.js';
import { parseReceiver } from '../config/url-words.js';
import { isWrong } from '../config/scalars.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { readFault } from '../errors/file-fault.js';
import { systemClock } from '../flow/clock.js';
import { print, remark } from './output.js';

const CONNECT_MS = 10_000;

export const FINGERPRINT_POSITIONALS = {
  what: {
    type: 'string',
    demandOption: true,
    describe: 'A PEM file, or tls://host:port to see what a receiver shows',
  },
} as const;

interface FingerprintArguments {
  readonly what: string;
}

/** Prints fingerprints as RFC 5425 §4.2.2 writes them, ready for tls.pins; what there is to say about them goes to standard error. */
export async function runFingerprint({ what }: FingerprintArguments): Promise<number> {
  const certificates = await import('../delivery/tls/certificates.js');
  const found = what.includes('://') ? [await shown(what)] : inFile(what, certificates.certificatesIn);
  for (const certificate of found) {
    const { subject, validFrom, validTo } = certificate;
    remark(`${subject.replaceAll('\n', ', ')}, valid from ${validFrom} to ${validTo}`);
    for (const fingerprint of certificates.fingerprints(certificate)) print(`${fingerprint}\n`);
  }
  return 0;
}

async function shown(url: string): Promise<X509Certificate> {
  const endpoint = parseReceiver(url);
  const isUsable = !isWrong(endpoint) && endpoint !== 'embedded' && endpoint.tls;
  if (!isUsable) throw new ForwarderError('USAGE', `${url}: expected a PEM file, tls://host:port or relps://host:port`);
  const { shownCertificate } = await import('../delivery/tls/shown-certificate.js');
  const certificate = await shownCertificate(endpoint, CONNECT_MS, systemClock);
  remark('nobody has vouched for this receiver: compare with what its own administrator sees');
  return certificate;
}

function inFile(file: string, certificatesIn: (pem: Buffer) => X509Certificate[]): X509Certificate[] {
  const pem = content(file);
  try {
    const found = certificatesIn(pem);
    if (found.length > 0) return found;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ForwarderError('CONFIG_UNREADABLE', `can't read a certificate from "${file}": ${reason}`, { cause });
  }
  throw new ForwarderError('CONFIG_UNREADABLE', `"${file}" holds no PEM certificate`);
}

function content(file: string): Buffer {
  try {
    return readRegularFile(file);
  } catch (cause) {
    const message = `can't read "${file}": ${readFault(cause)}; expected a PEM file, or tls://host:port to see what a receiver shows`;
    throw new ForwarderError('CONFIG_UNREADABLE', message, { cause });
  }
}
