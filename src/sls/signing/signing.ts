import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Log } from '../../model/log.js';
import { signV1, signV4, type Signer } from './sign.js';

export interface SigningSettings {
  /** `auto`: V1, and V4 from the moment the service demands it. */
  readonly signature: 'auto' | 'v1' | 'v4';
  /** Region id for V4. */
  readonly region: string | undefined;
  /** Where the service is, for a message. */
  readonly host: string;
}

/** Regions whose official SDKs begin with V4. */
const V4_REGION = '-acdr-ut-';

/** How requests are signed at present. */
export class Signing {
  readonly #settings: SigningSettings;
  readonly #log: Log;
  #signer: Signer;

  /** @throws ForwarderError CONFIG_INVALID for v4 without a region. */
  constructor(settings: SigningSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
    const { signature, region, host } = settings;
    if (signature === 'v4' && region === undefined)
      throw new ForwarderError(
        'CONFIG_INVALID',
        `signature v4 needs the region of the source: ${host} does not tell it`,
      );
    const begins = signature === 'v4' || (signature === 'auto' && region?.includes(V4_REGION) === true);
    this.#signer = begins && region !== undefined ? signV4(region) : signV1;
  }

  get signer(): Signer {
    return this.#signer;
  }

  /**
   * The service does not take a request signed in this way.
   * @returns whether signing again can help.
   */
  refused(used: Signer): boolean {
    const { signature, region } = this.#settings;
    if (signature !== 'auto' || region === undefined || used !== signV1) return false;
    if (this.#signer === signV1) {
      this.#signer = signV4(region);
      this.#log.info({ region }, 'the service does not take signature v1; requests are signed with v4 from now on');
    }
    return true;
  }
}
