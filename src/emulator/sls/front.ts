import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { createServer as createNetServer, type AddressInfo, type Server as NetServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';

/** Longer than clients keep a connection idle, so that none is closed under a request. */
const OPTIONS = { keepAliveTimeout: 120_000, noDelay: true };
/** First byte of a TLS record that holds a handshake (RFC 8446 §5.1). */
const HANDSHAKE = 0x16;

/**
 * One port for HTTP and, with a certificate, for HTTPS: the first byte tells. CONNECT leads back to the port itself, so that a client to which it is named
 * as a proxy finds it under every host name.
 */
export class Front {
  readonly #http: Server;
  readonly #outer: NetServer;
  readonly #sockets = new Set<Duplex>();

  constructor(onRequest: RequestListener, tls: { readonly cert: string; readonly key: string } | undefined) {
    this.#http = createServer(OPTIONS, onRequest);
    if (tls === undefined) {
      this.#outer = this.#http;
      return;
    }
    const https = createHttpsServer({ ...OPTIONS, ...tls }, onRequest);
    const sniff = (socket: Duplex): void => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      socket.on('error', () => socket.destroy());
      socket.once('data', (first: Buffer) => {
        socket.pause();
        socket.unshift(first);
        (first[0] === HANDSHAKE ? https : this.#http).emit('connection', socket);
        if (first[0] !== HANDSHAKE) socket.resume();
      });
    };
    this.#http.on('connect', (_request, socket: Duplex, head: Buffer) => {
      if (head.length > 0) socket.unshift(head);
      sniff(socket);
      socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
    });
    this.#outer = createNetServer({ noDelay: true }, (socket: Socket) => sniff(socket));
  }

  get port(): number {
    return (this.#outer.address() as AddressInfo).port;
  }

  /** Rejects with what listening fails with. */
  listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#outer.once('error', reject);
      this.#outer.listen(port, host, resolve);
    });
  }

  /** Closes every connection, also those with a reply under way. */
  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#outer.close(resolve));
    this.#http.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
