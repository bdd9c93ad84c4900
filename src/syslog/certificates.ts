import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { CertificateSnapshot } from '../model/snapshot.js';
import type { Endpoint, TlsSettings } from './settings.js';

const DAY_MS = 86_400_000;
const WARN_DAYS = 30;
const REMIND_MS = DAY_MS / 2;

/** The fingerprint of a certificate as RFC 5425 §4.2.2 writes it. */
export const fingerprint = ({ fingerprint256 }: X509Certificate): string => `sha-256:${fingerprint256}`;

/** @throws ForwarderError TLS_FAILED when there are pins and the receiver's certificate matches none. */
export function checkPins(certificate: X509Certificate | undefined, { pins }: TlsSettings, endpoint: Endpoint): void {
  if (pins.length === 0) return;
  const prints = certificate === undefined ? [] : [fingerprint(certificate), `sha-1:${certificate.fingerprint}`];
  if (prints.some((print) => pins.includes(print))) return;
  const what = prints[0] === undefined ? 'it showed none' : `it is ${prints[0]}`;
  throw new ForwarderError(
    'TLS_FAILED',
    `${endpoint.text}: TLS failed: the receiver's certificate is not among tls.pins: ${what}`,
  );
}

/** Our certificate as it is on disk now; undefined if there is none, or none that can be read. */
export function ownCertificate({ cert }: TlsSettings): X509Certificate | undefined {
  try {
    return cert === undefined ? undefined : new X509Certificate(readFileSync(cert));
  } catch {
    // What is wrong with it is said by whoever needs it to connect.
    return undefined;
  }
}

/** Knows until when the certificates last used are valid, and says so in time, twice a day. */
export class CertificateWatch {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #expiry = new Map<string, number>();

  constructor(clock: Clock, log: Log) {
    this.#clock = clock;
    this.#log = log;
  }

  /** @param name `own`, or the receiver it belongs to. */
  saw(name: string, certificate: Pick<X509Certificate, 'validTo'> | undefined): void {
    if (certificate === undefined) return;
    if (this.#expiry.size === 0) this.#remind();
    const expiresAt = Date.parse(certificate.validTo);
    if (this.#expiry.get(name) === expiresAt) return;
    this.#expiry.set(name, expiresAt);
    this.#warn(name, expiresAt);
  }

  snapshot(): CertificateSnapshot[] {
    return [...this.#expiry].map(([name, expiresAt]) => ({ name, daysLeft: this.#daysLeft(expiresAt) }));
  }

  #daysLeft(expiresAt: number): number {
    return (expiresAt - this.#clock.now()) / DAY_MS;
  }

  #remind(): void {
    this.#clock.timer(
      REMIND_MS,
      () => {
        for (const [name, expiresAt] of this.#expiry) this.#warn(name, expiresAt);
        this.#remind();
      },
      { unref: true },
    );
  }

  #warn(name: string, expiresAt: number): void {
    const days = this.#daysLeft(expiresAt);
    if (days > WARN_DAYS) return;
    const whose = name === 'own' ? 'our certificate' : `the certificate of ${name}`;
    const when = days < 0 ? 'has expired' : `expires in ${Math.floor(days)} days`;
    this.#log.warn({ certificate: name, expiresAt: new Date(expiresAt).toISOString() }, `${whose} ${when}`);
  }
}
