import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../src/telemetry/logger.js';
import { ManualClock } from '../../support/manual-clock.js';

/** What each write does: takes so many bytes, or fails. */
class FaultyOutlet {
  text = '';
  fault: string | undefined;
  /** Bytes until it fails with ENOSPC. */
  room = Infinity;

  put(bytes: Uint8Array): number {
    if (this.fault !== undefined) throw Object.assign(new Error(this.fault), { code: this.fault });
    if (this.room === 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    const taken = Math.min(bytes.length, this.room);
    this.text += Buffer.from(bytes.subarray(0, taken)).toString();
    this.room -= taken;
    return taken;
  }
}

async function withLog() {
  const outlet = new FaultyOutlet();
  const clock = new ManualClock();
  const logs = await createLogger({ level: 'info', format: 'json', outlet, clock });
  const said = (): string[] =>
    outlet.text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
  return { outlet, clock, said, ...logs };
}

test('a disk that is full costs lines, which are counted and told, and nothing else', async () => {
  for (const [code, why] of [
    ['ENOSPC', 'the disk is full'],
    ['EDQUOT', 'the quota of the disk is used up'],
    ['EIO', 'the disk reports an error'],
    ['EFBIG', 'the file is as large as it may become'],
    ['EPIPE', 'nobody reads it any more'],
    ['ESOMETHING', 'ESOMETHING'],
  ] as const) {
    const { outlet, log, said, snapshot } = await withLog();
    log.info({}, 'one');
    outlet.fault = code;
    log.info({}, 'two');
    log.info({}, 'three');
    assert.deepEqual(snapshot(), { lostLines: 2, fault: why });
    outlet.fault = undefined;
    log.info({}, 'four');
    assert.deepEqual(said(), ['one', 'four', `2 lines of this log could not be written: ${why}`]);
    assert.deepEqual(snapshot(), { lostLines: 2, fault: undefined });
  }
});

test('a line that was cut by a full disk ends before the next begins', async () => {
  const { outlet, log, snapshot } = await withLog();
  outlet.room = 10;
  log.info({}, 'one');
  assert.equal(snapshot().lostLines, 1);
  outlet.room = Infinity;
  log.info({}, 'two');
  const [half, whole] = outlet.text.split('\n');
  assert.equal(half?.length, 10);
  assert.match(whole ?? '', /"msg":"two"/);
});

test('a reader that is slow gets every line in order; one that never reads costs no more than its share of memory', async () => {
  const { outlet, clock, log, said, snapshot } = await withLog();
  outlet.fault = 'EAGAIN';
  log.info({}, 'one');
  log.info({}, 'two');
  await clock.advance(1000);
  assert.deepEqual([said(), snapshot()], [[], { lostLines: 0, fault: undefined }]);
  outlet.fault = undefined;
  await clock.advance(50);
  assert.deepEqual(said(), ['one', 'two']);
  outlet.fault = 'EAGAIN';
  for (let i = 0; i < 1100; i++) log.info({}, 'x'.repeat(1024));
  const { lostLines, fault } = snapshot();
  assert.ok(lostLines > 100 && lostLines < 250, `${lostLines}`);
  assert.equal(fault, 'nobody reads it');
  outlet.fault = undefined;
  outlet.text = '';
  await clock.advance(50);
  assert.equal(said().length, 1100 - lostLines + 1);
  assert.equal(said().at(-1), `${lostLines} lines of this log could not be written: nobody reads it`);
});

test('the end waits a second for a reader, or until a second signal, and leaves nothing behind', async () => {
  for (const how of ['time', 'signal', 'reader'] as const) {
    const { outlet, clock, log, flush, said, snapshot } = await withLog();
    const stop = new AbortController();
    outlet.fault = 'EAGAIN';
    log.info({}, 'last words');
    let isOver = false;
    const flushed = flush(stop.signal).then(() => (isOver = true));
    await clock.advance(900);
    assert.equal(isOver, false);
    if (how === 'reader') outlet.fault = undefined;
    if (how === 'signal') stop.abort();
    else await clock.advance(100);
    await flushed;
    assert.equal(snapshot().lostLines, how === 'reader' ? 0 : 1);
    assert.deepEqual(said(), how === 'reader' ? ['last words'] : []);
    assert.equal(clock.pending, 0);
  }
});
