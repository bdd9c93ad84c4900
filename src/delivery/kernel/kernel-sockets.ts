import { readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { endianness } from 'node:os';
import { ipBytes } from '../../flow/ip-address.js';

/**
 * What Linux tells everybody about a TCP socket in /proc/self/net/tcp and tcp6 (proc_net_tcp.txt of the kernel's documentation): the only way
 * to learn in Node, without a native addon, what the peer has acknowledged.
 */
export interface KernelSocket {
  /** write_seq − snd_una: bytes handed to the kernel that the peer's kernel has not acknowledged, sent or not. */
  readonly unackedBytes: number;
  /** The peer's window is shut and we probe it. */
  readonly probing: boolean;
  /** Retransmissions by timeout since the last acknowledgement. */
  readonly retransmits: number;
  /** Window probes since the last answer. On loopback this may stay at 1 although every probe is answered. */
  readonly probes: number;
}

/** A socket's row: in which table, and how the row names it. */
export interface SocketKey {
  readonly table: 'tcp' | 'tcp6';
  readonly needle: string;
}

/** @returns undefined for a socket that is not connected. */
export function socketKey(socket: {
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}): SocketKey | undefined {
  const { localAddress, localPort, remoteAddress, remotePort } = socket;
  if (localAddress === undefined || localPort === undefined) return undefined;
  if (remoteAddress === undefined || remotePort === undefined) return undefined;
  return {
    table: localAddress.includes(':') ? 'tcp6' : 'tcp',
    needle: ` ${hexAddress(localAddress)}:${hexPort(localPort)} ${hexAddress(remoteAddress)}:${hexPort(remotePort)} `,
  };
}

const ROW =
  /^[0-9A-F]{2} ([0-9A-F]{8}):[0-9A-F]{8} ([0-9A-F]{2}):[0-9A-F]{8} ([0-9A-F]{8}) +\d+ +(\d+) +\d+ \d+ [0-9a-fx]+(?: \d+ \d+ \d+ (\d+) )?/;
const LONGEST_REST = 192;

/**
 * The row of a socket in the text of a table; undefined if it is not there or not what it should be. A congestion window of 0 is none of a live
 * connection: gVisor has these tables with every figure 0 ("unimplemented"), which would pass for "everything is acknowledged".
 */
export function findSocket(table: Uint8Array, needle: string): KernelSocket | undefined {
  const text = Buffer.from(table.buffer, table.byteOffset, table.byteLength);
  const at = text.indexOf(needle, 0, 'latin1');
  if (at < 0) return undefined;
  const rest = at + needle.length;
  const row = ROW.exec(text.toString('latin1', rest, rest + LONGEST_REST));
  if (row === null) return undefined;
  const [, unacked = '', timer, retransmits = '', probes = '', congestionWindow] = row;
  if (congestionWindow === '0') return undefined;
  return {
    unackedBytes: parseInt(unacked, 16),
    probing: timer === '04',
    retransmits: parseInt(retransmits, 16),
    probes: Number(probes),
  };
}

export type SocketTable = (key: SocketKey) => KernelSocket | undefined;

/** Reads the tables into buffers it keeps. One read at a time. */
export class KernelSockets {
  readonly #folder: string;
  readonly #buffers = { tcp: new Uint8Array(16_384), tcp6: new Uint8Array(16_384) };

  /** @param folder where the tables are. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Reads the tables named by `keys`. A table that can't be read (no Linux, a sandbox) is an empty one. */
  async read(keys: readonly SocketKey[]): Promise<SocketTable> {
    const texts: Partial<Record<SocketKey['table'], Uint8Array>> = {};
    for (const table of new Set(keys.map((key) => key.table))) texts[table] = await this.#readTable(table);
    return ({ table, needle }) => findSocket(texts[table] ?? new Uint8Array(), needle);
  }

  async #readTable(table: SocketKey['table']): Promise<Uint8Array> {
    try {
      const file = await open(`${this.#folder}/${table}`);
      try {
        let length = 0;
        for (;;) {
          const buffer = this.#roomAfter(table, length);
          const { bytesRead } = await file.read(buffer, length, buffer.length - length);
          if (bytesRead === 0) return buffer.subarray(0, length);
          length += bytesRead;
        }
      } finally {
        await file.close();
      }
    } catch {
      // Not being able to look is not a failure: the ledger then goes by bytes and time.
      return new Uint8Array();
    }
  }

  #roomAfter(table: SocketKey['table'], length: number): Uint8Array {
    const old = this.#buffers[table];
    if (old.length - length >= 4096) return old;
    const larger = new Uint8Array(old.length * 2);
    larger.set(old);
    this.#buffers[table] = larger;
    return larger;
  }
}

const BLIND_BOUND = 8 * 1024 * 1024;
const SLACK = 1024 * 1024;

/**
 * No more than this many bytes can be in our kernel's send buffer, so everything further back *is* acked, without looking: the largest send
 * buffer (net.ipv4.tcp_wmem) and one packet the kernel may overshoot it by.
 */
export function sendBufferBound(path = '/proc/sys/net/ipv4/tcp_wmem'): number {
  try {
    const largest = Number(readFileSync(path, 'latin1').trim().split(/\s+/)[2]);
    return Number.isSafeInteger(largest) && largest > 0 ? largest + SLACK : BLIND_BOUND;
  } catch {
    return BLIND_BOUND;
  }
}

const hexPort = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/** The kernel prints an address as 32-bit words in the machine's own byte order. */
function hexAddress(address: string): string {
  const bytes = Buffer.from(ipBytes(address));
  if (endianness() === 'LE') bytes.swap32();
  return bytes.toString('hex').toUpperCase();
}
