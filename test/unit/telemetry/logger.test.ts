import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLogger } from '../../../src/telemetry/logger.js';
import { TextSink } from './text-sink.js';

const lines = (sink: TextSink) =>
  sink.text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('JSON lines with fields, level and time where nobody looks on', async () => {
  const stream = new TextSink();
  const { log, screen } = await createLogger({ level: 'info', format: 'auto', outlet: stream });
  assert.equal(screen, undefined);
  log.debug({}, 'not this');
  log.child({ pipeline: 'main' }).child({ shard: 3 }).warn({ code: 'X' }, 'something\nhappened');
  const [line, ...rest] = lines(stream);
  assert.deepEqual(rest, []);
  assert.match(String(line?.['time']), /^\d{4}-\d\d-\d\dT.*Z$/);
  assert.deepEqual(
    { ...line, time: 0 },
    { level: 'warn', time: 0, pipeline: 'main', shard: 3, code: 'X', msg: 'something\nhappened' },
  );
});

test('a terminal gets pretty lines and a screen; json can be asked for', async () => {
  const terminal = new TextSink(true);
  const { log, screen } = await createLogger({ level: 'info', format: 'auto', outlet: terminal });
  assert.ok(screen);
  log.info({ shard: 1 }, 'shard released');
  assert.match(terminal.text, /^\[\d\d:\d\d:\d\d\] INFO: shard released \{"shard":1\}\n$/);
  const asked = new TextSink(true);
  const json = await createLogger({ level: 'info', format: 'json', outlet: asked });
  json.log.info({}, 'x');
  assert.equal(json.screen, undefined);
  assert.equal(lines(asked)[0]?.['msg'], 'x');
});

test('secrets are hidden by their name and by their value', async () => {
  const stream = new TextSink();
  const secret = 'pa"ss\\w0rd';
  const { log } = await createLogger({ level: 'info', format: 'json', outlet: stream, secrets: [secret, 'abc'] });
  log.info(
    { accessKeySecret: 'k1', tls: { passphrase: 'k2' }, deep: { deeper: { text: `x${secret}y` } } },
    `said ${secret}; abc`,
  );
  const [line] = lines(stream);
  assert.equal(line?.['accessKeySecret'], '[secret]');
  assert.deepEqual(line['tls'], { passphrase: '[secret]' });
  assert.deepEqual(line['deep'], { deeper: { text: 'x[secret]y' } });
  assert.equal(line['msg'], 'said [secret]; abc', 'too short to be told from innocent text');
});

test('flush resolves when the stream has taken everything', async () => {
  const stream = new TextSink();
  const { log, flush } = await createLogger({ level: 'info', format: 'json', outlet: stream });
  log.info({}, 'last words');
  await flush();
  assert.match(stream.text, /last words/);
});

test('what would act on a terminal is escaped: in messages, in fields, pretty or not', async () => {
  const nasty = 'a\u001b[2J\u009b\u007f\u202e\nb';
  const shown = String.raw`a\u001b[2J\u009b\u007f\u202e\nb`;
  const pretty = new TextSink(false);
  // pino-pretty writes a field called name at another place than others.
  (await createLogger({ level: 'info', format: 'pretty', outlet: pretty })).log.info(
    { name: nasty, file: nasty },
    nasty,
  );
  assert.doesNotMatch(pretty.text.trimEnd(), /[\p{Cc}\u202e]/u);
  assert.ok(pretty.text.includes(`: ${shown}`), pretty.text);
  const json = new TextSink(false);
  (await createLogger({ level: 'info', format: 'json', outlet: json })).log.info({ name: nasty }, nasty);
  assert.doesNotMatch(json.text.trimEnd(), /[\p{Cc}\u202e]/u);
  const [line] = lines(json);
  assert.deepEqual([line?.['name'], line?.['msg']], [nasty, nasty]);
});

test('a secret is hidden in a pretty message too, also with characters that JSON escapes', async () => {
  const stream = new TextSink();
  const { log } = await createLogger({ level: 'info', format: 'pretty', outlet: stream, secrets: ['pa"ss\\w0rd'] });
  log.info({ url: 'x pa"ss\\w0rd' }, 'said pa"ss\\w0rd');
  assert.match(stream.text, /said \[secret\] \{"url":"x \[secret\]"\}/);
});
