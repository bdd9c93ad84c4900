import type { X509Certificate } from 'node:crypto';
import { readRegularFile } from '../../flow/read-file.js';
import { asForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import { ErrorReporter } from '../../flow/error-reporter.js';
import type { Log } from '../../model/log.js';
import type { CertificateSnapshot } from '../../model/snapshot.js';
import { certificatesIn, fingerprint } from './certificates.js';
import type { TlsSettings } from '../delivery-settings.js';
import { secureContext } from './tls-options.js';

const DAY_MS = 86_400_000;
const WARN_DAYS = 30;
const REMIND_MS = DAY_MS / 2;
const LOOK_MS = 60_000;

type Dated = Pick<X509Certificate, 'validTo'>;

interface Known {
  readonly expiresAt: number;
  warnedAt: number;
}

/**
 * Knows until when certificates are valid: our own and the CA as they are on disk now, the receivers' as they were shown last. Says in time,
 * twice a day, when one expires, and at once when the files have become useless: connections that are up don't notice, the next would fail.
 */
export class CertificateWatch {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #tls: TlsSettings;
  readonly #files: ErrorReporter;
  readonly #known = new Map<string, Known>();
  #own: string | undefined;

  /** Looks at the files at once, and then every minute. */
  constructor(clock: Clock, log: Log, tls: TlsSettings) {
    this.#clock = clock;
    this.#log = log;
    this.#tls = tls;
    this.#files = new ErrorReporter(clock, log);
    this.#look();
  }

  /** @param endpoint the receiver that has shown it. */
  saw(endpoint: string, certificate: Dated | undefined): void {
    if (certificate !== undefined) this.#note(endpoint, certificate);
  }

  snapshot(): CertificateSnapshot[] {
    return [...this.#known].map(([name, { expiresAt }]) => ({ name, daysLeft: this.#daysLeft(expiresAt) }));
  }

  #look(): void {
    try {
      secureContext(this.#tls);
      this.#noteOwn(this.#read(this.#tls.cert)[0]);
      const authority = this.#soonest(this.#read(this.#tls.ca));
      if (authority !== undefined) this.#note('ca', authority);
      this.#files.succeeded({});
    } catch (thrown) {
      this.#files.failed(asForwarderError(thrown), LOOK_MS, {});
    }
    for (const name of this.#known.keys()) this.#warn(name);
    this.#clock.timer(LOOK_MS, () => this.#look(), { unref: true });
  }

  #read(path: string | undefined): X509Certificate[] {
    return path === undefined ? [] : certificatesIn(readRegularFile(path));
  }

  #noteOwn(certificate: X509Certificate | undefined): void {
    if (certificate === undefined) return;
    const print = fingerprint(certificate);
    const what =
      this.#own === undefined ? 'our certificate' : 'our certificate is another now; new connections show it';
    if (print !== this.#own) this.#log.info({ fingerprint: print }, what);
    this.#own = print;
    this.#note('own', certificate);
  }

  /** One that has expired already trusts nobody, and is left in such files for years. */
  #soonest(certificates: readonly X509Certificate[]): X509Certificate | undefined {
    const byExpiry = [...certificates].sort((a, b) => Date.parse(a.validTo) - Date.parse(b.validTo));
    return byExpiry.find(({ validTo }) => Date.parse(validTo) > this.#clock.now()) ?? byExpiry.at(-1);
  }

  #note(name: string, { validTo }: Dated): void {
    const expiresAt = Date.parse(validTo);
    if (this.#known.get(name)?.expiresAt === expiresAt) return;
    this.#known.set(name, { expiresAt, warnedAt: -Infinity });
    this.#warn(name);
  }

  #daysLeft(expiresAt: number): number {
    return (expiresAt - this.#clock.now()) / DAY_MS;
  }

  #warn(name: string): void {
    const known = this.#known.get(name);
    if (known === undefined || this.#clock.monotonic() - known.warnedAt < REMIND_MS) return;
    const days = this.#daysLeft(known.expiresAt);
    if (days > WARN_DAYS) return;
    known.warnedAt = this.#clock.monotonic();
    const when = days < 0 ? 'has expired' : `expires in ${Math.floor(days)} days`;
    const expiresAt = new Date(known.expiresAt).toISOString();
    this.#log.warn({ certificate: name, expiresAt }, `${WHOSE[name] ?? `the certificate of ${name}`} ${when}`);
  }
}

const WHOSE: Readonly<Record<string, string>> = {
  own: 'our certificate (tls.cert)',
  ca: 'the CA certificate (tls.ca)',
};
