import type { ErrorCode } from '../../errors/codes.js';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Endpoint } from '../delivery-settings.js';

/** At which step of a connection's life something went wrong. */
export type Stage = 'connect' | 'handshake' | 'connected';

const NO_TLS = 'the receiver does not speak TLS on this port (is it a plain one: tcp:// or relp://?)';

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (connection refused)',
  EHOSTUNREACH: 'no route to the host, or a firewall rejects it',
  ENETUNREACH: 'no route to its network',
  ENETDOWN: 'the network is down',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the name server does not answer',
  EADDRNOTAVAIL: 'no local port is free',
  EMFILE: 'this process has too many open files (raise ulimit -n)',
  EACCES: 'the operating system forbids it (a local firewall?)',
  EPERM: 'the operating system forbids it (a local firewall?)',
  ETIMEDOUT: 'the receiver does not answer',
  ECONNRESET: 'the receiver reset the connection',
  EPIPE: 'the receiver closed the connection',
  ERR_SSL_WRONG_VERSION_NUMBER: NO_TLS,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: NO_TLS,
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'no common TLS version (see tls.minVersion)',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'no common TLS version (see tls.minVersion)',
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE:
    'the receiver refused the handshake (no common cipher, or it requires a client certificate: see tls.cert)',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the receiver requires a client certificate (see tls.cert and tls.key)',
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: "the receiver does not trust our certificate's CA",
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: 'the receiver does not accept our certificate',
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: 'the receiver says our certificate has expired',
  CERT_HAS_EXPIRED: "the receiver's certificate has expired",
  CERT_NOT_YET_VALID: "the receiver's certificate is not valid yet (is the clock right?)",
  CERT_REVOKED: "the receiver's certificate is revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "the receiver's certificate is self-signed and not in tls.ca",
  SELF_SIGNED_CERT_IN_CHAIN: "the CA of the receiver's certificate is not in tls.ca",
  UNABLE_TO_GET_ISSUER_CERT: "the CA of the receiver's certificate is not in tls.ca",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "the CA of the receiver's certificate is not in tls.ca",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "the CA of the receiver's certificate is not in tls.ca, or it sends no intermediate certificate",
  INVALID_PURPOSE: "the receiver's certificate is not one for a server",
  CERT_SIGNATURE_FAILURE: "the signature of the receiver's certificate is wrong: it is not from the CA in tls.ca",
};

const CERTIFICATE = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_|ERR_SSL_|EPROTO)/;

/** Translates what `net` and `tls` say, once. */
export function connectionError(thrown: unknown, endpoint: Endpoint, stage: Stage): ForwarderError {
  const { code, message } = foreign(thrown);
  const failure = codeFor(code, stage);
  const words = WORDS[code] ?? message;
  return new ForwarderError(failure, `${endpoint.text}: ${sentence(failure, code, stage, words)}`, {
    cause: thrown,
    details: code === '' ? {} : { errno: code },
  });
}

function codeFor(code: string, stage: Stage): ErrorCode {
  if (CERTIFICATE.test(code) || stage === 'handshake') return 'TLS_FAILED';
  return stage === 'connect' ? 'DIAL_FAILED' : 'CONNECTION_RESET';
}

function sentence(failure: ErrorCode, code: string, stage: Stage, words: string): string {
  if (stage === 'handshake' && (code === 'ECONNRESET' || code === 'EPIPE')) {
    return 'the receiver hung up during the TLS handshake (not a TLS port: then tcp:// or relp://? or does it require a client certificate: see tls.cert?)';
  }
  if (failure === 'TLS_FAILED') return `TLS failed: ${words}`;
  return failure === 'DIAL_FAILED' ? `can't connect: ${words}` : `connection lost: ${words}`;
}

/** A dial to a name with several addresses fails with all their errors; the first is as good as any. */
function foreign(thrown: unknown): { readonly code: string; readonly message: string } {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return foreign(thrown.errors[0]);
  if (!(thrown instanceof Error)) return { code: '', message: String(thrown) };
  const { code } = thrown as NodeJS.ErrnoException;
  return { code: typeof code === 'string' ? code : '', message: thrown.message };
}
