import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A load balancer in front of a receiver that forgets connections without traffic: both sides get a RST. */
export class IdleBalancer {
  readonly #server: Server;
  readonly #open = new Set<Socket>();
  #reset: () => void = () => undefined;

  static async start(receiverPort: number, idleMs: number): Promise<IdleBalancer> {
    const balancer = new IdleBalancer(receiverPort, idleMs);
    balancer.#server.listen(0, '127.0.0.1');
    await once(balancer.#server, 'listening');
    return balancer;
  }

  private constructor(receiverPort: number, idleMs: number) {
    this.#server = createServer({ allowHalfOpen: true }, (near) => {
      const far = createConnection({ port: receiverPort, host: '127.0.0.1', allowHalfOpen: true });
      const forget = (): void => {
        for (const socket of [near, far]) if (!socket.destroyed) socket.resetAndDestroy();
        this.#reset();
      };
      for (const socket of [near, far]) {
        this.#open.add(socket);
        socket.on('error', () => undefined);
        socket.on('close', () => this.#open.delete(socket));
      }
      near.setTimeout(idleMs, forget);
      near.pipe(far);
      far.pipe(near);
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Resolves when it next forgets a connection. */
  untilReset(): Promise<void> {
    return new Promise((resolve) => (this.#reset = resolve));
  }

  stop(): void {
    this.#server.close();
    for (const socket of this.#open) socket.destroy();
  }
}
