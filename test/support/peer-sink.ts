import { SequenceTracker, sumUp } from '../../src/emulator/receiver/sequence.js';
import { freePort } from './child.js';
import type { Peer } from './peer.js';
import type { Sink, Tally } from './tally.js';

/** A real syslog daemon, one process after the other on the same port, and all that they wrote. */
export class PeerSink implements Sink {
  readonly #start: (port: number) => Promise<Peer>;
  readonly #scheme: string;
  readonly #port: number;
  readonly #peers: Peer[] = [];

  /** @param scheme of the URL at which it listens. */
  static async start(scheme: string, start: (port: number) => Promise<Peer>): Promise<PeerSink> {
    const sink = new PeerSink(scheme, start, await freePort());
    await sink.restart();
    return sink;
  }

  private constructor(scheme: string, start: (port: number) => Promise<Peer>, port: number) {
    this.#scheme = scheme;
    this.#start = start;
    this.#port = port;
  }

  get url(): string {
    return `${this.#scheme}://127.0.0.1:${this.#port}`;
  }

  async restart(): Promise<void> {
    this.#peers.push(await this.#start(this.#port));
  }

  async stop(signal?: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#peers.at(-1)?.stop(signal);
  }

  async tally(): Promise<Tally> {
    const sequence = new SequenceTracker();
    let bytes = 0;
    for (const peer of this.#peers) {
      for (const line of await peer.messages()) {
        const [, shard, n] = /emu_seq=(\d+)-(\d+)/.exec(line) ?? [];
        if (n === undefined) continue;
        sequence.add(Number(shard), Number(n));
        bytes += line.length;
      }
    }
    const shards = sequence.shards();
    return { ...sumUp(shards), bytes, shards };
  }
}
