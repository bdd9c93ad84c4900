import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { toSettings } from '../../../src/config/settings.js';
import { halves, TUNING } from '../../../src/delivery/delivery-settings.js';
import { minimal, parse } from '../config/parse.js';
import { findSocket, KernelSockets, sendBufferBound, socketKey } from '../../../src/delivery/kernel/kernel-sockets.js';
import { temporaryDirectory } from '../../support/temporary.js';

const HEAD = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const TCP = `${HEAD}   0: 0100007F:0202 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1611 1 0 100 0 0 10 0
   1: 0100007F:AE23 0100007F:8AEA 01 00000000:0000FFFF 00:00000000 00000000     0        0 14250 1 0 20 0 0 10 -1
   2: 0100007F:8AEA 0100007F:AE23 01 0038F543:00000000 04:00000033 00000002  1000        3 14251 2 0 20 0 0 17 -1
`;
const TCP6 = `${HEAD}   0: B80D0120000000000000000001000000:1F90 B80D0120000000000000000002000000:1A0A 01 00000010:00000000 01:00000014 00000000     0        0 1 2 0 20 0 0 17 -1
   1: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000200000A:1A0A 01 00000020:00000000 00:00000000 00000000     0        0 1 2 0 20 0 0 17 -1
`;
const text = (content: string): Uint8Array => new TextEncoder().encode(content);

function find(
  table: string,
  localAddress: string,
  localPort: number,
  remoteAddress: string,
  remotePort: number,
): ReturnType<typeof findSocket> {
  const key = socketKey({ localAddress, localPort, remoteAddress, remotePort });
  return key === undefined ? undefined : findSocket(text(table), key.needle);
}

test('finds a socket by both its ends, and not its peer on the same machine', () => {
  const ours = { unackedBytes: 0x38f543, probing: true, retransmits: 2, probes: 3 };
  assert.deepEqual(find(TCP, '127.0.0.1', 0x8aea, '127.0.0.1', 0xae23), ours);
  assert.equal(find(TCP, '127.0.0.1', 0xae23, '127.0.0.1', 0x8aea)?.unackedBytes, 0);
  assert.equal(find(TCP, '127.0.0.1', 0x8aea, '127.0.0.2', 0xae23), undefined);
});

test('IPv6: shortened, with a zone, and IPv4 in IPv6', () => {
  assert.equal(find(TCP6, '2001:db8::1', 0x1f90, '2001:db8::2', 6666)?.unackedBytes, 16);
  assert.equal(find(TCP6, '2001:db8:0:0:0:0:0:1%eth0', 0x1f90, '2001:db8::2', 6666)?.unackedBytes, 16);
  assert.equal(find(TCP6, '::ffff:127.0.0.1', 0x1f90, '::ffff:10.0.0.2', 6666)?.unackedBytes, 32);
});

test('a table that is there but tells nothing, as gVisor has it, is no table', () => {
  const row = (rest: string): string =>
    `${HEAD}   37: 0100007F:8AEA 0100007F:AE23 01 00000000:00000000 00:00000000 00000000 ${rest}\n`;
  const look = (rest: string): unknown => find(row(rest), '127.0.0.1', 0x8aea, '127.0.0.1', 0xae23);
  assert.equal(look('    0        0       41 1 0x00000000000000 0 0 0 0 -1'), undefined);
  const quiet = { unackedBytes: 0, probing: false, retransmits: 0, probes: 0 };
  assert.deepEqual(look('    0        0 1408975 1 00000000a6564522 20 4 30 10 -1'), quiet, 'Linux');
  assert.deepEqual(look('    0        0 0 3 00000000a6564522'), quiet, 'Linux, in TIME_WAIT');
});

test('a socket that is not connected has no key', () => {
  assert.equal(socketKey({}), undefined);
  assert.equal(socketKey({ localAddress: '::1', localPort: 1 }), undefined);
});

test('a row that is not what it should be is no row, wherever it is cut', () => {
  const needle =
    socketKey({ localAddress: '127.0.0.1', localPort: 0x8aea, remoteAddress: '127.0.0.1', remotePort: 0xae23 })
      ?.needle ?? '';
  const end =
    TCP.indexOf(needle) + needle.length + '01 0038F543:00000000 04:00000033 00000002  1000        3 14251 2 0'.length;
  for (let cut = 0; cut < end; cut++) assert.equal(findSocket(text(TCP.slice(0, cut)), needle), undefined);
  assert.notEqual(findSocket(text(TCP.slice(0, end)), needle), undefined);
  assert.equal(findSocket(text(`${needle}zz garbage`), needle), undefined);
});

test('any bytes whatever: never throws, never a number that is none', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, at) => {
      const needle = ' A:1 B:2 ';
      const hostile = Buffer.concat([bytes.subarray(0, at), Buffer.from(needle), bytes.subarray(at)]);
      const row = findSocket(hostile, needle);
      return row === undefined || Number.isSafeInteger(row.unackedBytes + row.retransmits + row.probes);
    }),
  );
});

test('reads tables of any length, and takes a missing one for an empty one', async () => {
  const folder = temporaryDirectory();
  const filler =
    '   9: 0100007F:0001 0100007F:0002 01 00000000:00000000 00:00000000 00000000     0        0 1 1 0 20 0 0 10 -1\n';
  await writeFile(join(folder, 'tcp'), HEAD + filler.repeat(5_000) + TCP.slice(HEAD.length));
  const v4 = socketKey({
    localAddress: '127.0.0.1',
    localPort: 0x8aea,
    remoteAddress: '127.0.0.1',
    remotePort: 0xae23,
  });
  const v6 = socketKey({ localAddress: '::1', localPort: 1, remoteAddress: '::1', remotePort: 2 });
  assert.ok(v4 !== undefined && v6 !== undefined);
  const sockets = new KernelSockets(folder);
  for (let round = 0; round < 2; round++) {
    const table = await sockets.read([v4, v6]);
    assert.equal(table(v4)?.unackedBytes, 0x38f543);
    assert.equal(table(v6), undefined);
  }
  await writeFile(join(folder, 'tcp'), HEAD);
  assert.equal((await sockets.read([v4]))(v4), undefined, 'nothing is left of an earlier, longer table');
});

test('the send buffer bound: the largest buffer and some slack, 8 MiB where nobody tells', async () => {
  const folder = temporaryDirectory();
  const path = join(folder, 'tcp_wmem');
  await writeFile(path, '4096\t16384\t4194304\n');
  assert.equal(sendBufferBound(path), 5 * 1024 * 1024);
  const { destinations } = toSettings(parse(minimal()), { cores: 2, consumer: 'c', now: 0 });
  const { maxUnackedBytes } = halves(destinations[0]?.settings.replayBytes ?? 0);
  assert.ok(5 * 1024 * 1024 + TUNING.sliceBytes.tcp <= maxUnackedBytes, 'the default window never stops such a kernel');
  await writeFile(path, 'what\n');
  assert.equal(sendBufferBound(path), 8 * 1024 * 1024);
  assert.equal(sendBufferBound(join(folder, 'missing')), 8 * 1024 * 1024);
});
