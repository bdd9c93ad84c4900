/**
 * A RELP receiver in a process of its own, answering every command with 200 and counting as the syslog receiver does. Whoever sends is trusted to
 * speak RELP: a careful parser would be what is measured.
 */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import type { Awaited, ReceiverOptions, ReceiverStats } from '../src/emulator/receiver/contract.js';
import { Tally } from '../src/emulator/receiver/tally.js';
import { Waiters } from '../src/emulator/receiver/waiters.js';
import { systemClock as clock } from '../src/flow/clock.js';
import { ownOptions, serve } from './whole/rpc.js';

const { tracking = 'count', latency = false } = ownOptions() as ReceiverOptions;
const newTally = (): Tally => new Tally({ tracking, latency, keep: 1, now: () => clock.now() });
let tally = newTally();
const connections = { now: 0, total: 0, closed: 0, failed: 0 };
const waiters = new Waiters(clock, stats);

const server = createServer((socket) => answer(socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const url = `relp://127.0.0.1:${(server.address() as AddressInfo).port}`;

serve(url, {
  events: () => tally.events,
  stats,
  reset: () => {
    tally = newTally();
  },
  waitFor: ({ awaited, timeoutMs }: { awaited: Awaited; timeoutMs: number }) => {
    const waiting = waiters.add(awaited, timeoutMs);
    check();
    return waiting;
  },
});

function stats(): ReceiverStats {
  const tls = { versions: {}, failures: 0, lastFailure: undefined };
  return { url, mode: { kind: 'normal' }, connections: { ...connections }, tls, ...tally.stats() };
}

function check(): void {
  if (waiters.size > 0) waiters.check((awaited) => tally.has(awaited));
}

/** `TXNR SP COMMAND SP LENGTH SP DATA LF` */
function answer(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      tally.read(chunk.length);
      let replies = '';
      let at = 0;
      for (let frame = header(bytes, at); frame !== undefined; frame = header(bytes, at)) {
        if (frame.next > bytes.length) break;
        at = frame.next;
        replies += `${Number(frame.txnr)} rsp 6 200 OK\n`;
        if (frame.isEvent) tally.frame(bytes, frame.from, frame.next - 1, 'octet-counting');
      }
      rest = bytes.subarray(at);
      if (replies !== '') socket.write(replies, 'latin1');
      check();
    });
}

interface Header {
  readonly txnr: string;
  readonly isEvent: boolean;
  /** Where the data begin, and the frame after this one. */
  readonly from: number;
  readonly next: number;
}

const SPACE = 0x20;
const LETTER_S = 0x73;

function header(bytes: Buffer, at: number): Header | undefined {
  const command = bytes.indexOf(SPACE, at) + 1;
  const length = command === 0 ? 0 : bytes.indexOf(SPACE, command) + 1;
  if (length === 0) return undefined;
  let digits = length;
  let size = 0;
  for (let byte = bytes[digits] ?? 0; byte >= 48 && byte <= 57; byte = bytes[++digits] ?? 0)
    size = size * 10 + byte - 48;
  if (digits >= bytes.length) return undefined;
  const from = size === 0 ? digits : digits + 1;
  return {
    txnr: bytes.toString('latin1', at, command - 1),
    isEvent: bytes[command] === LETTER_S,
    from,
    next: from + size + 1,
  };
}
