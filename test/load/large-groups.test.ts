import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LogGroupWriter } from '../../src/emulator/sls/log-group-writer.js';
import { configOf, withEnds } from '../support/emulator-ends.js';
import { send } from '../support/sls-request.js';

const MIB = 1024 * 1024;
/** Nearly the most that PutLogs takes. */
const LARGE_LOGS = 30_500;
const KIB_OF_TEXT = 'x'.repeat(990);
const SMALLEST = { flow: { maxInFlightBytes: '1MiB' } };

/** The bytes of one LogGroup of logs of a kibibyte each; the first has number `from`. */
function groupOf(logs: number, from: number): Buffer {
  const writer = new LogGroupWriter();
  const all = Array.from({ length: logs }, (_, n) => ({
    time: 1_700_000_000,
    contents: [
      ['emu_seq', `0-${from + n}`],
      ['text', KIB_OF_TEXT],
    ] as const,
  }));
  writer.add({ logs: all, tags: [] });
  const list = Buffer.from(writer.out.view());
  // What stands before the group in a list: a tag and a length.
  const head = list.subarray(1).findIndex((byte) => byte < 128) + 2;
  return list.subarray(head);
}

/** Writes groups of so many logs, reads them once with the smallest byte budget, and asks for every event once and in order. */
async function readsEach(groups: readonly number[], maxReplyBytes: number): Promise<void> {
  const emulator = { limits: { maxReplyBytes } };
  await withEnds({ logstore: { shards: 1, preload: 0 }, emulator }, async (ends) => {
    let from = 0;
    for (const logs of groups) {
      const body = groupOf(logs, from);
      const put = await send(ends.emulator.port, { method: 'POST', path: '/logstores/audit/shards/lb', body });
      assert.equal(put.status, 200, put.body.toString());
      from += logs;
    }
    const once = ends.fleet.run(['--config', ends.fleet.writeConfig(configOf(ends, { top: SMALLEST })), '--once']);
    assert.equal((await once.exited).code, 0, once.text());
    const { sequence } = await ends.receiver.stats();
    assert.deepEqual(
      [sequence.unique, sequence.duplicates, sequence.lost, sequence.reordered],
      [from, 0, 0, 0],
      once.text(),
    );
  });
}

/** What a reply holds at the most, as the service is known to do. */
const REPLY = 10 * MIB;

test('a log group of 30 MB alone', () => readsEach([LARGE_LOGS], REPLY));

test('three log groups of 30 MB in a row', () => readsEach([LARGE_LOGS, LARGE_LOGS, LARGE_LOGS], REPLY));

const SMALL = [1, 2, 1, 1, 3];

test('log groups of 30 MB among small ones', () =>
  readsEach([...SMALL, LARGE_LOGS, ...SMALL, LARGE_LOGS, ...SMALL], REPLY));

test('log groups of 30 MB among others, where the service does not bound its replies: less is asked for', () =>
  readsEach([...SMALL, 3900, LARGE_LOGS, ...SMALL, LARGE_LOGS, ...SMALL], 256 * MIB));
