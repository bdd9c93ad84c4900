import { isIP } from 'node:net';
import { createSecureContext, type ConnectionOptions, type SecureContext } from 'node:tls';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Endpoint, TlsSettings } from '../delivery-settings.js';
import { checkName } from './certificate-names.js';
import { readTlsFiles } from './tls-files.js';

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
    checkServerIdentity: (host, certificate) => checkName(endpoint, host, certificate),
    rejectUnauthorized: !settings.insecureSkipVerify && !trusted,
  };
}

/** The files as they are now. @throws ForwarderError TLS_FAILED that names the setting and the file. */
export function secureContext(settings: TlsSettings): SecureContext {
  const material = readTlsFiles(settings);
  if (material.ok) return createSecureContext(material.options);
  const [fault] = material.faults;
  throw new ForwarderError('TLS_FAILED', `tls.${fault?.key}: ${fault?.message}`);
}
