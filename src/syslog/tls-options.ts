import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import { ForwarderError } from '../errors/forwarder-error.js';
import { readFault } from '../errors/file-fault.js';
import type { Endpoint, TlsSettings } from './settings.js';

/**
 * What `tls.connect` needs, the files read now: a renewed certificate is used by the next connection.
 * @throws ForwarderError TLS_FAILED that names the setting and the file.
 */
export function tlsOptions(settings: TlsSettings, endpoint: Endpoint): ConnectionOptions {
  const trusted = settings.pins.length > 0 && settings.ca === undefined;
  return {
    secureContext: secureContext(settings),
    host: endpoint.host,
    // An address can't be a server name (RFC 6066 §3); it is then looked for among the certificate's addresses.
    servername: settings.servername ?? (isIP(endpoint.host) === 0 ? endpoint.host : ''),
    rejectUnauthorized: !settings.insecureSkipVerify && !trusted,
  };
}

/** The files as they are now. @throws ForwarderError TLS_FAILED that names the setting and the file. */
export function secureContext(settings: TlsSettings): SecureContext {
  const { ciphers, minVersion } = settings;
  const ca = certificates('tls.ca', settings.ca);
  const cert = certificates('tls.cert', settings.cert);
  const key = file('tls.key', settings.key);
  const passphrase = settings.passphrase ?? file('tls.passphraseFile', settings.passphraseFile)?.toString().trimEnd();
  return usable('tls.cert, tls.key, tls.ciphers', () =>
    createSecureContext({ ca, cert, key, passphrase, ciphers, minVersion }),
  );
}

/** OpenSSL takes a file it can't read as a certificate for one that holds none, and says nothing. */
function certificates(name: string, path: string | undefined): Buffer | undefined {
  const pem = file(name, path);
  if (pem !== undefined) usable(`${name}: ${path}`, () => new X509Certificate(pem));
  return pem;
}

function file(name: string, path: string | undefined): Buffer | undefined {
  if (path === undefined) return undefined;
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new ForwarderError('TLS_FAILED', `${name}: can't read "${path}": ${readFault(cause)}`, { cause });
  }
}

function usable<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new ForwarderError('TLS_FAILED', `${what}: can't be used: ${reason}`, { cause: thrown });
  }
}
