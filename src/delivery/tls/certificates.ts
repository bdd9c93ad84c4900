import { X509Certificate } from 'node:crypto';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Endpoint, TlsSettings } from '../delivery-settings.js';

/** The fingerprint of a certificate as RFC 5425 §4.2.2 writes it. */
export const fingerprint = ({ fingerprint256 }: X509Certificate): string => `sha-256:${fingerprint256}`;

/** … and with the older hash as well, for receivers that know no other. */
export const fingerprints = (certificate: X509Certificate): string[] => [
  fingerprint(certificate),
  `sha-1:${certificate.fingerprint}`,
];

/** @throws ForwarderError TLS_FAILED when there are pins and the receiver's certificate matches none. */
export function checkPins(certificate: X509Certificate | undefined, { pins }: TlsSettings, endpoint: Endpoint): void {
  if (pins.length === 0) return;
  const prints = certificate === undefined ? [] : fingerprints(certificate);
  if (prints.some((print) => pins.includes(print))) return;
  const what = prints[0] === undefined ? 'it showed none' : `it is ${prints[0]}`;
  throw new ForwarderError(
    'TLS_FAILED',
    `${endpoint.text}: TLS failed: the receiver's certificate is not among tls.pins: ${what}`,
  );
}

/** The certificates in a PEM file, first to last. @throws what Node says about one that can't be read. */
export function certificatesIn(pem: Buffer): X509Certificate[] {
  const blocks = pem.toString('latin1').match(PEM_CERTIFICATE) ?? [];
  return blocks.map((block) => new X509Certificate(block));
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;
