import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** Leads whoever connects to port 80 to an emulator: the Java library accepts no other port. On an address of its own, which nothing else listens at. */
export class Port80 {
  static readonly address = '127.0.0.80';
  #port = 0;

  /** @throws Error where this user may not listen there */
  static async open(): Promise<Port80> {
    const relay = new Port80();
    const server = createServer((socket) => {
      const other = connect(relay.#port, '127.0.0.1');
      socket.on('error', () => other.destroy()).pipe(other);
      other.on('error', () => socket.destroy()).pipe(socket);
    });
    await once(server.listen(80, Port80.address).unref(), 'listening');
    return relay;
  }

  /** Of whom connects from now on. @param url of an emulator */
  leadTo(url: string): void {
    this.#port = Number(new URL(url).port);
  }
}
