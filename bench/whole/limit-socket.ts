import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TUNING, type DestinationSettings } from '../../src/delivery/delivery-settings.js';

/** A socket that whole batches of frames are written to, in slices of the forwarder's size, one at a time. */
export class LimitSocket {
  readonly #socket: Socket;
  readonly #sliceBytes: number;
  #last: Promise<void> = Promise.resolve();

  private constructor(socket: Socket, sliceBytes: number) {
    this.#socket = socket;
    this.#sliceBytes = sliceBytes;
  }

  static async dial({ endpoints, tls }: DestinationSettings): Promise<LimitSocket> {
    const [endpoint] = endpoints;
    if (endpoint === undefined) throw new Error('no endpoint');
    const { host, port, tls: secure } = endpoint;
    const socket = secure
      ? connectTls({ host, port, ...(tls.ca === undefined ? {} : { ca: readFileSync(tls.ca) }) })
      : connect({ host, port });
    await once(socket, secure ? 'secureConnect' : 'connect');
    // A RELP receiver answers; nobody reads what.
    socket.resume();
    return new LimitSocket(socket, TUNING.sliceBytes[secure ? 'tls' : 'tcp']);
  }

  /** Resolves when our kernel has all of it. */
  write(frames: Uint8Array): Promise<void> {
    return (this.#last = this.#last.then(() => this.#writeSlices(frames)));
  }

  async #writeSlices(frames: Uint8Array): Promise<void> {
    for (let at = 0; at < frames.length; at += this.#sliceBytes) {
      const slice = frames.subarray(at, at + this.#sliceBytes);
      await new Promise((resolve) => this.#socket.write(slice, resolve));
    }
  }
}
