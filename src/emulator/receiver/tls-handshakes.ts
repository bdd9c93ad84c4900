import type { Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { ReceiverStats, ReceiverTls } from './contract.js';

const keyOf = (socket: Socket): string => `${socket.remoteAddress ?? ''} ${socket.remotePort ?? ''}`;

/**
 * TLS on sockets that were accepted elsewhere, so that the raw socket stays in hand: it can be left without a handshake, and reset.
 * The server in here never listens.
 */
export class TlsHandshakes {
  readonly #server: Server;
  readonly #waiting = new Map<string, (stream: TLSSocket) => void>();
  readonly #onFailure: () => void;
  #versions: Record<string, number> = {};
  #failures = 0;
  #lastFailure: string | undefined;

  /** Throws USAGE when certificate or key can't be used. */
  constructor(tls: ReceiverTls, onFailure: () => void) {
    this.#onFailure = onFailure;
    this.#server = createTlsServer(tls);
    this.#server.on('secureConnection', (stream) => this.#onSecure(stream));
    this.#server.on('tlsClientError', (error, stream) => {
      // A refused certificate is told apart from a lost connection only here.
      const refused: unknown = stream.authorizationError;
      this.#fail(typeof refused === 'string' ? refused : error.message);
      stream.destroy();
    });
  }

  /** Calls back with what to read from; never, when the handshake fails: then the socket is closed. */
  begin(raw: Socket, onSecure: (stream: TLSSocket) => void): void {
    const key = keyOf(raw);
    this.#waiting.set(key, onSecure);
    raw.once('close', () => this.#waiting.delete(key));
    this.#server.emit('connection', raw);
  }

  #onSecure(stream: TLSSocket): void {
    const version = stream.getProtocol() ?? 'unknown';
    this.#versions[version] = (this.#versions[version] ?? 0) + 1;
    this.#waiting.get(keyOf(stream))?.(stream);
  }

  #fail(reason: string): void {
    this.#failures++;
    this.#lastFailure = reason;
    this.#onFailure();
  }

  get failures(): number {
    return this.#failures;
  }

  stats(): ReceiverStats['tls'] {
    return { versions: { ...this.#versions }, failures: this.#failures, lastFailure: this.#lastFailure };
  }

  reset(): void {
    this.#versions = {};
    this.#failures = 0;
    this.#lastFailure = undefined;
  }
}

function createTlsServer(tls: ReceiverTls): Server {
  try {
    return createServer({
      cert: tls.cert,
      key: tls.key,
      ...(tls.clientCa === undefined ? {} : { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
      ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
      ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ForwarderError('USAGE', `the receiver's TLS certificate or key can't be used: ${reason}`, { cause });
  }
}
