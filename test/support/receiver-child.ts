/**
 * A syslog receiver that can be killed: a process of its own that writes down what it has *processed*. What its kernel took and acknowledged but
 * it had not read yet dies with it, as in every real receiver.
 */
import { openSync, writeSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Framer } from '../../src/emulator/receiver/framer.js';
import { Mark } from '../../src/emulator/receiver/marks.js';
import type { ReceiverSettings } from './receiver-process.js';

const settings = JSON.parse(process.argv[2] ?? '') as ReceiverSettings;
const file = openSync(settings.file, 'a');
const mark = new Mark('emu_seq');
let seen: number[] = [];

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
}

const server = settings.tls === undefined ? createServer(serve) : createTlsServer(settings.tls, serve);
server.listen(settings.port, settings.host, () => process.send?.((server.address() as AddressInfo).port));
process.once('disconnect', () => process.exit());
