import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';

export interface Scripted {
  readonly port: number;
  /** Connections accepted so far. */
  readonly accepted: () => number;
  close(): Promise<void>;
}

/** An HTTP server that answers as the test says. */
export function serveHttp(handler: http.RequestListener): Promise<Scripted> {
  return listen(http.createServer(handler));
}

/** A TCP server that sends bytes no HTTP library would: called with the first piece of each request. */
export function serveRaw(handler: (socket: net.Socket, request: string) => void): Promise<Scripted> {
  return listen(
    net.createServer((socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => handler(socket, data.toString()));
    }),
  );
}

async function listen(server: net.Server): Promise<Scripted> {
  const sockets = new Set<net.Socket>();
  let accepted = 0;
  server.on('connection', (socket: net.Socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
