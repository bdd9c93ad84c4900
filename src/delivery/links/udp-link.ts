import { createSocket, type Socket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIPv6 } from 'node:net';
import { ForwarderError } from '../../errors/forwarder-error.js';
import type { Link, LinkEnd } from './link.js';
import type { Endpoint } from '../delivery-settings.js';
import { connectionError } from './socket-errors.js';

/** Few enough that a refused slice costs little, and the event loop is not held up: a datagram takes 2 to 4 µs. */
const SLICE_EVENTS = 64;
const SLICE_BYTES = 64 * 1024;

/**
 * A connected UDP socket (RFC 5426): every message is a datagram. What our kernel has taken is all one can know, so that is what counts as
 * acked. Because the socket is connected it hears when the receiver's machine says that nothing listens there (ICMP port unreachable); by
 * then what was sent since the last such message may be lost.
 */
export class UdpLink implements Link {
  readonly kernel = undefined;
  readonly address: string;
  readonly closed: Promise<LinkEnd>;
  readonly hasRoom = true;
  readonly sliceEvents = SLICE_EVENTS;
  readonly sliceBytes = SLICE_BYTES;
  readonly received = 0;
  readonly #socket: Socket;
  readonly #endpoint: Endpoint;
  readonly #onChange: () => void;
  #state: { readonly is: 'open' } | LinkEnd = { is: 'open' };
  #flushed = 0;
  #failWrite: (() => void) | undefined;

  /**
   * @param rotateBy which of a name's addresses to take.
   * @param onChange called when the link stops being open.
   * @throws ForwarderError DIAL_FAILED when the name is not known or no route leads there; ABANDONED when `signal` has aborted.
   */
  static async open(endpoint: Endpoint, rotateBy: number, onChange: () => void, signal: AbortSignal): Promise<UdpLink> {
    try {
      const addresses = await lookup(endpoint.host, { all: true });
      signal.throwIfAborted();
      const address = addresses[rotateBy % addresses.length]?.address ?? endpoint.host;
      const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
      try {
        await connected(socket, endpoint.port, address);
      } catch (thrown) {
        socket.close();
        throw thrown;
      }
      return new UdpLink(socket, address, endpoint, onChange);
    } catch (thrown) {
      if (signal.aborted) throw new ForwarderError('ABANDONED', `${endpoint.text}: stopped while connecting`);
      throw connectionError(thrown, endpoint, 'connect');
    }
  }

  private constructor(socket: Socket, address: string, endpoint: Endpoint, onChange: () => void) {
    this.address = address;
    this.#socket = socket;
    this.#endpoint = endpoint;
    this.#onChange = onChange;
    this.closed = this.#live();
  }

  get open(): boolean {
    return this.#state.is === 'open';
  }

  get flushed(): number {
    return this.#flushed;
  }

  get acked(): number {
    return this.#flushed;
  }

  write(bytes: Uint8Array, ends: Uint32Array, start: number): Promise<boolean> {
    return new Promise((resolve) => {
      this.#failWrite = () => resolve(false);
      let [from, left] = [0, ends.length];
      const sent = (error: Error | null): void => {
        if (error !== null) {
          this.#failed(error);
          return;
        }
        left -= 1;
        if (left > 0 || !this.open) return;
        this.#failWrite = undefined;
        this.#flushed += bytes.length;
        resolve(true);
      };
      for (const end of ends) {
        this.#socket.send(bytes, from, end - start - from, sent);
        from = end - start;
      }
    });
  }

  end(): void {
    this.leave();
  }

  leave(): void {
    this.#close({ is: 'ended' });
  }

  kill(error: ForwarderError): void {
    this.#close({ is: 'lost', error, refusal: undefined });
  }

  /** Listens to the socket until it is closed. */
  async #live(): Promise<LinkEnd> {
    this.#socket.on('error', this.#failed);
    await new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.off('error', this.#failed);
    this.#failWrite?.();
    return this.#state as LinkEnd;
  }

  readonly #failed = (thrown: Error): void => this.kill(connectionError(thrown, this.#endpoint, 'connected'));

  #close(end: LinkEnd): void {
    if (!this.open) return;
    this.#state = end;
    this.#socket.close();
    this.#onChange();
  }
}

function connected(socket: Socket, port: number, address: string): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject);
    socket.connect(port, address, () => {
      socket.off('error', reject);
      resolve();
    });
  });
}
