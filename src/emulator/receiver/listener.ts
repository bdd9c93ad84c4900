import { createSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import { ForwarderError } from '../../errors/forwarder-error.js';
import { formatAddress, type ListenAddress } from './listen-address.js';

/** A bound port. */
export interface Listener {
  readonly port: number;
  /** Closes the port at once; accepted connections stay. */
  close(): void;
}

/** @param onSocket gets every connection paused and never read. Rejects with LISTEN_FAILED. */
export function listenTcp(address: ListenAddress, onSocket: (socket: Socket) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const server = createServer({ pauseOnConnect: true, noDelay: true }, onSocket);
    server.once('error', (error) => reject(listenFailed(address, error)));
    server.listen({ host: address.host, port: address.port }, () => {
      const bound = server.address();
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
      resolve({ port, close: () => server.close() });
    });
  });
}

/** Large enough for a burst that arrives while the event loop is busy. */
const UDP_BUFFER_BYTES = 4 << 20;

/** @param onDatagram gets every datagram. Rejects with LISTEN_FAILED. */
export function listenUdp(address: ListenAddress, onDatagram: (datagram: Buffer) => void): Promise<Listener> {
  return new Promise((resolve, reject) => {
    const type = address.host.includes(':') ? 'udp6' : 'udp4';
    const socket = createSocket({ type, recvBufferSize: UDP_BUFFER_BYTES });
    socket.on('message', onDatagram);
    socket.once('error', (error) => {
      socket.close();
      reject(listenFailed(address, error));
    });
    socket.bind({ address: address.host, port: address.port }, () =>
      resolve({ port: socket.address().port, close: () => socket.close() }),
    );
  });
}

function listenFailed(address: ListenAddress, cause: Error): ForwarderError {
  return new ForwarderError('LISTEN_FAILED', `can't listen on ${formatAddress(address)}: ${cause.message}`, { cause });
}
