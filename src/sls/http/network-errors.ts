import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Dial } from '../endpoint.js';
import { nameOf, ProxyFailure } from './tunnel.js';

/**
 * What Node throws while a request is under way, in words a person can act on.
 *
 * @param received bytes of the reply's body so far, undefined if no reply had begun.
 */
export function explainFailure(
  thrown: unknown,
  what: string,
  dial: Dial,
  received: number | undefined,
): ForwarderError {
  const error = thrown instanceof Error ? thrown : new Error(String(thrown));
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const where = whereTo(dial);
  const extra = { cause: error, details: { endpoint: dial.hostHeader, ...(code === '' ? {} : { reason: code }) } };
  if (error instanceof ProxyFailure) return new ForwarderError(error.kind, `${what}: ${error.message}`, extra);
  if (code.startsWith('HPE_')) {
    const problem = `${where} does not answer in HTTP (${error.message}): check scheme and port of the endpoint`;
    return new ForwarderError('SLS_PROTOCOL', `${what}: ${problem}`, extra);
  }
  const problem =
    received === undefined ? unreachable(where, dial, code, error.message) : cutOff(where, received, code);
  return new ForwarderError('SLS_NETWORK', `${what}: ${problem}`, extra);
}

export function silent(what: string, dial: Dial, ms: number): ForwarderError {
  return exchangeError('SLS_TIMEOUT', what, dial, `${whereTo(dial)} was silent for ${ms} ms`);
}

export function notConnected(what: string, dial: Dial, ms: number): ForwarderError {
  const problem = `no connection to ${whereTo(dial)} within ${ms} ms: check network and firewall`;
  return exchangeError('SLS_TIMEOUT', what, dial, problem);
}

export function givenUp(what: string, dial: Dial): ForwarderError {
  return exchangeError('SLS_TIMEOUT', what, dial, `given up before ${whereTo(dial)} had answered`);
}

export function tooLarge(what: string, dial: Dial, bytes: number, limit: number): ForwarderError {
  return exchangeError('SLS_PROTOCOL', what, dial, `the reply has ${bytes} bytes or more, the limit is ${limit}`);
}

function exchangeError(code: 'SLS_TIMEOUT' | 'SLS_PROTOCOL', what: string, dial: Dial, problem: string) {
  return new ForwarderError(code, `${what}: ${problem}`, { details: { endpoint: dial.hostHeader } });
}

/** Who answers on the connection: without TLS a proxy speaks for itself. */
function whereTo({ tls, host, port, via }: Dial): string {
  return via === undefined || tls ? `${host}:${port}` : nameOf(via);
}

function cutOff(where: string, received: number, code: string): string {
  return `${where} closed the connection in the middle of its reply, after ${received} bytes of the body (${code})`;
}

function unreachable(where: string, dial: Dial, code: string, message: string): string {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `the name ${dial.via?.host ?? dial.host} can't be resolved (${code}): check endpoint, project, proxy and DNS`;
    case 'ECONNREFUSED':
      return `nothing listens at ${where}: check the endpoint`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${where} closed the connection without an answer (${code})`;
    case 'EMFILE':
    case 'ENFILE':
      return `${where} can't be dialled: too many files are open (raise ulimit -n)`;
    case 'EPROTO':
      return `${where} does not speak TLS: for plain HTTP write http:// before the endpoint`;
    default:
      return isCertificateProblem(code)
        ? `the certificate of ${where} is not trusted (${code}: ${message}): for a private authority set NODE_EXTRA_CA_CERTS`
        : `${where} can't be reached (${code === '' ? message : code})`;
  }
}

function isCertificateProblem(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO_|ERR_TLS/.test(code);
}

/** A connection that the other end closed, as Node says it. */
export class HungUp extends Error {
  readonly code = 'ECONNRESET';

  constructor() {
    super('closed');
  }
}
