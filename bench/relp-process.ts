/** A RELP receiver in a process of its own that answers every command with 200 and counts; a real parser of everything else would be what is measured. */
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { serve } from './whole/rpc.js';

let events = 0;

const server = createServer((socket) => answer(socket));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
serve(`relp://127.0.0.1:${(server.address() as AddressInfo).port}`, { events: () => events });

/** `TXNR SP COMMAND SP LENGTH SP DATA LF`; what the forwarder sends is trusted to be that. */
function answer(socket: Socket): void {
  let rest: Buffer = Buffer.alloc(0);
  socket
    .on('error', () => undefined)
    .on('data', (chunk: Buffer) => {
      const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      let replies = '';
      let at = 0;
      for (let frame = header(bytes, at); frame !== undefined; frame = header(bytes, at)) {
        if (frame.next > bytes.length) break;
        at = frame.next;
        replies += `${frame.txnr} rsp 6 200 OK\n`;
        if (frame.isEvent) events += 1;
      }
      rest = bytes.subarray(at);
      if (replies !== '') socket.write(replies, 'latin1');
    });
}

const SPACE = 0x20;
const LETTER_S = 0x73;

function header(bytes: Buffer, at: number): { txnr: string; isEvent: boolean; next: number } | undefined {
  const command = bytes.indexOf(SPACE, at) + 1;
  const length = command === 0 ? 0 : bytes.indexOf(SPACE, command) + 1;
  if (length === 0) return undefined;
  let digits = length;
  let size = 0;
  for (let byte = bytes[digits] ?? 0; byte >= 48 && byte <= 57; byte = bytes[++digits] ?? 0)
    size = size * 10 + byte - 48;
  if (digits >= bytes.length) return undefined;
  const data = size === 0 ? 0 : size + 1;
  return {
    txnr: bytes.toString('latin1', at, command - 1),
    isEvent: bytes[command] === LETTER_S,
    next: digits + data + 1,
  };
}
