/**
 * A syslog receiver that can be killed: a process of its own that writes down what it has *processed*. What its kernel took and acknowledged but
 * it had not read yet dies with it, as in every real receiver.
 */
import { openSync, writeSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Framer } from '../../src/emulator/receiver/framer.js';
import { Mark } from '../../src/emulator/receiver/marks.js';
import type { ReceiverCommand, ReceiverSettings } from './receiver-process.js';

const settings = JSON.parse(process.argv[2] ?? '') as ReceiverSettings;
const file = openSync(settings.file, 'a');
const mark = new Mark('emu_seq');
let seen: number[] = [];
/** TCP sockets, with what is read from each: itself, or TLS over it. */
const open = new Map<Socket, Socket>();
let isReading = true;

function look(bytes: Buffer, start: number, end: number): void {
  if (mark.find(bytes, start, end)) seen.push(mark.number(bytes, end), mark.number(bytes, end), end - start);
}

function persist(): void {
  if (seen.length > 0) writeSync(file, Uint32Array.from(seen));
  seen = [];
}

function serve(socket: Socket): void {
  const framer = new Framer({ frame: look, flaw: () => undefined }, 1 << 20);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk);
    persist();
    if (settings.bytesPerSecond === undefined) return;
    socket.pause();
    setTimeout(() => socket.resume(), (chunk.length / settings.bytesPerSecond) * 1000);
  });
  if (!isReading) socket.pause();
}

const server = settings.tls === undefined ? createServer() : createTlsServer(settings.tls);
server.on('connection', (raw: Socket) => {
  open.set(raw, raw);
  raw.once('close', () => open.delete(raw));
  if (settings.tls === undefined) serve(raw);
});
server.on('secureConnection', (socket: Socket) => {
  const raw = [...open.keys()].find(({ remotePort }) => remotePort === socket.remotePort);
  if (raw !== undefined) open.set(raw, socket);
  serve(socket);
});

const COMMANDS: Readonly<Record<ReceiverCommand, () => void>> = {
  stall: () => {
    isReading = false;
    for (const socket of open.values()) socket.pause();
  },
  read: () => {
    isReading = true;
    for (const socket of open.values()) socket.resume();
  },
  reset: () => {
    for (const raw of open.keys()) raw.resetAndDestroy();
  },
  close: () => {
    for (const [raw, socket] of open) {
      socket.destroy();
      raw.destroy();
    }
  },
  end: () => {
    for (const socket of open.values()) socket.end();
  },
};

process.on('message', (command: ReceiverCommand) => {
  COMMANDS[command]();
  process.send?.(command);
});
server.listen(settings.port, settings.host, () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
