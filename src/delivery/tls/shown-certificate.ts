import type { X509Certificate } from 'node:crypto';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Clock } from '../../flow/clock.js';
import { dial } from '../links/dial.js';
import type { Endpoint, TlsSettings } from '../delivery-settings.js';

const ANY: TlsSettings = {
  ca: undefined,
  cert: undefined,
  key: undefined,
  passphrase: undefined,
  passphraseFile: undefined,
  servername: undefined,
  minVersion: 'TLSv1.2',
  ciphers: undefined,
  pins: [],
  insecureSkipVerify: true,
};

/**
 * The certificate a receiver shows, whether or not it can be trusted. Sends nothing.
 * @throws ForwarderError as {@link dial} does
 */
export async function shownCertificate(
  endpoint: Endpoint,
  connectTimeoutMs: number,
  clock: Clock,
): Promise<X509Certificate> {
  let shown: X509Certificate | undefined;
  const certificates = { saw: (_: string, certificate: X509Certificate | undefined) => void (shown = certificate) };
  const settings = { tls: ANY, connectTimeoutMs, certificates, rotateBy: 0, answers: false };
  const { stream, raw } = await dial(endpoint, settings, clock, new AbortController().signal);
  stream.destroy();
  raw.destroy();
  if (shown === undefined) throw new ForwarderError('TLS_FAILED', `${endpoint.text}: it showed no certificate`);
  return shown;
}
