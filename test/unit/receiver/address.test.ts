import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatAddress, parseListenAddress } from '../../../src/emulator/receiver/listen-address.js';

test('addresses to listen on', () => {
  const good: [string, string, number, string][] = [
    ['tcp://127.0.0.1:5514', '127.0.0.1', 5514, 'tcp://127.0.0.1:5514'],
    ['tcp://0.0.0.0', '0.0.0.0', 514, 'tcp://0.0.0.0:514'],
    ['udp://localhost/', 'localhost', 514, 'udp://localhost:514'],
    ['tls://[::1]', '::1', 6514, 'tls://[::1]:6514'],
    ['tcp://siem.example:0', 'siem.example', 0, 'tcp://siem.example:0'],
  ];
  for (const [text, host, port, formatted] of good) {
    const address = parseListenAddress(text);
    assert.deepEqual([address.host, address.port, formatAddress(address)], [host, port, formatted]);
  }
});

test('what is not one', () => {
  const bad = ['', '514', 'localhost:514', 'http://localhost:1', 'tcp://', 'tcp://h:65536', 'tcp://h:x', 'tcp://a b:1'];
  bad.push('tcp://u@h:1', 'tcp://h:1/path', 'tcp://::1:5', 'tcp://h:1?x');
  for (const text of bad) assert.throws(() => parseListenAddress(text), { code: 'USAGE' }, text);
});
