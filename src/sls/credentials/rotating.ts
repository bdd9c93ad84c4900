import { asForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import { ErrorReporter } from '../../flow/error-reporter.js';
import type { Log } from '../../model/log.js';
import type { Credentials, CredentialsProvider, CredentialsSource, Issued } from './credentials.js';

/** What does not expire is looked at again this often: a secret mounted as a file is replaced in place. */
const LOOK_AGAIN_MS = 10_000;
/** New ones are asked for when a fifth of the old ones' life is left, but no earlier than this before their end. */
const EARLY_MS = 15 * 60_000;
const RETRY_MS = 10_000;
/** A refusal leads to new credentials no more often than this: what the service refuses for other reasons, new ones don't mend. */
const RENEW_MS = 30_000;

/** Credentials that are replaced while the program runs: early enough that no request has to wait, and once when the service refuses them. */
export class RotatingCredentials implements CredentialsProvider {
  readonly #source: CredentialsSource;
  readonly #clock: Clock;
  readonly #errors: ErrorReporter;
  #issued: Issued | undefined;
  #refreshAt = 0;
  #renewedAt = Number.NEGATIVE_INFINITY;
  #fetching: Promise<Credentials> | undefined;

  constructor(source: CredentialsSource, clock: Clock, log: Log) {
    this.#source = source;
    this.#clock = clock;
    this.#errors = new ErrorReporter(clock, log);
  }

  get(): Promise<Credentials> {
    const now = this.#clock.now();
    const issued = this.#issued;
    if (issued === undefined || now >= (issued.expiresAt ?? Number.POSITIVE_INFINITY)) return this.#fetch();
    // Good for a while yet: a failure only matters, and is only said, until the next try.
    if (now >= this.#refreshAt) this.#fetch().catch((thrown: unknown) => this.#failed(thrown));
    return Promise.resolve(issued.credentials);
  }

  async renew(refused: Credentials): Promise<boolean> {
    if (this.#differs(refused)) return true;
    if (this.#clock.monotonic() - this.#renewedAt < RENEW_MS) return false;
    this.#renewedAt = this.#clock.monotonic();
    try {
      await this.#fetch();
    } catch (thrown) {
      this.#failed(thrown);
    }
    return this.#differs(refused);
  }

  #differs({ accessKeyId, accessKeySecret, securityToken }: Credentials): boolean {
    const current = this.#issued?.credentials;
    return (
      current !== undefined &&
      (current.accessKeyId !== accessKeyId ||
        current.accessKeySecret !== accessKeySecret ||
        current.securityToken !== securityToken)
    );
  }

  /** One at a time, however many ask. */
  #fetch(): Promise<Credentials> {
    this.#fetching ??= this.#fetchNow().finally(() => (this.#fetching = undefined));
    return this.#fetching;
  }

  async #fetchNow(): Promise<Credentials> {
    this.#refreshAt = this.#clock.now() + RETRY_MS;
    const issued = await this.#source.fetch();
    const now = this.#clock.now();
    const left = (issued.expiresAt ?? 0) - now;
    const { lookAgainMs = LOOK_AGAIN_MS } = this.#source;
    this.#issued = issued;
    this.#refreshAt = now + (issued.expiresAt === undefined ? lookAgainMs : left - Math.min(EARLY_MS, left / 5));
    this.#errors.succeeded({ credentialsFrom: this.#source.name });
    return issued.credentials;
  }

  #failed(thrown: unknown): void {
    this.#errors.failed(asForwarderError(thrown), RETRY_MS, { credentialsFrom: this.#source.name });
  }
}
