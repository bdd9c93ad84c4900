import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { framed, unframed } from '../../../src/format/frame.js';
import { RELP } from '../../../src/model/format-plan.js';
import { frameAt, withFrame } from '../../../src/model/frames.js';
import { RelpServer, type RelpAnswer, type RelpServerOptions } from '../../support/relp-server.js';
import {
  always,
  batch,
  commands,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  open,
  Receiver,
  soon,
  type Opened,
} from './support.js';

const toClose: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

async function server(options: RelpServerOptions = {}): Promise<RelpServer> {
  const made = await RelpServer.listen(options);
  toClose.push(() => made.close());
  return made;
}

function opened(port: number, tuning: Parameters<typeof open>[1] = {}, connectTimeoutMs = 2_000): Opened {
  const made = open({ endpoints: [endpointAt(port, 'relp')], guarantee: 'relp', connectTimeoutMs }, tuning);
  toClose.push(() => made.destination.closeHard());
  return made;
}

const keys = ({ messages }: RelpServer): string[][] =>
  messages.map((session) => session.map((message) => message.split(' ')[0] ?? ''));

/** Says `answer` to one command of the first session. */
const once =
  (answer: RelpAnswer, at: number) =>
  (session: number, count: number): RelpAnswer =>
    session === 0 && count === at ? answer : 'ok';

test('every message is a command, settled by its answer; the session is opened and closed', async () => {
  const siem = await server();
  const { destination } = opened(siem.port);
  const route = destination.openRoute(always);
  await Promise.all(Array.from({ length: 20 }, (_, seq) => route.send(commands(batch(0, seq, 500)))));
  assert.deepEqual(keys(siem), [expectedFrames(0, 20, 500)]);
  assert.equal(siem.messages[0]?.[0]?.length, 99, 'the LF belongs to the command, not to the message');
  await destination.end(soon(5_000));
  assert.deepEqual(
    siem.commands.map((command) => command.split('\n')[0]),
    ['1 open relp_version=0', '10002 close '],
  );
  assert.equal(destination.snapshot().guarantee, 'relp');
});

test('messages with line breaks arrive whole, and lengths count bytes', async () => {
  const siem = await server();
  const { destination } = opened(siem.port);
  const bytes = Buffer.from('<14>1 a\nb\nä\n<14>1 c\n');
  const ends = Uint32Array.of(bytes.indexOf('<14>1 c'), bytes.length);
  await destination.openRoute(always).send(commands({ ...batch(0, 0), bytes: new Uint8Array(bytes), ends }));
  assert.deepEqual(siem.messages, [[Buffer.from('<14>1 a\nb\nä').toString('latin1'), '<14>1 c']]);
});

test('answers that come in pieces are read as if they came whole', async () => {
  const siem = await server({ pieces: 11 });
  const { destination } = opened(siem.port);
  const route = destination.openRoute(always);
  await Promise.all([0, 1, 2].map((seq) => route.send(commands(batch(0, seq, 100)))));
  assert.deepEqual(keys(siem), [expectedFrames(0, 3, 100)]);
  assert.deepEqual(destination.snapshot().totals.errors, {});
});

test('what is not answered is not settled', async () => {
  const siem = await server({ answer: (_, count) => (count === 10 ? 'ignore' : 'ok') });
  const { destination } = opened(siem.port);
  let settled = false;
  const sent = destination.openRoute(always).send(commands(batch(0, 0)));
  const rejected = assert.rejects(
    sent.then(() => (settled = true)),
    { code: 'ABANDONED' },
  );
  await eventually(() => siem.messages[0]?.length === 9);
  assert.equal(settled, false);
  await destination.closeHard();
  await rejected;
});

test("what was given up is answered late, when its memory is somebody else's: nothing settles by that", async () => {
  let giveUp: () => void = () => undefined;
  const answer = (_: number, count: number): RelpAnswer => {
    if (count === 1) giveUp();
    return count <= 5 ? 'ok' : 'ignore';
  };
  const siem = await server({ answer });
  const { destination } = opened(siem.port);
  const [first, second] = [destination.openRoute(always), destination.openRoute(always)];
  const [lost, kept] = [commands(batch(0, 0)), commands(batch(1, 0))];
  giveUp = () => first.abandon();
  let settled = false;
  const over = assert.rejects(first.send(lost), { code: 'ABANDONED' }).then(() => {
    lost.bytes.fill(0xee);
    lost.ends.fill(0xffff_ffff);
  });
  const unsent = assert.rejects(
    second.send(kept).then(() => (settled = true)),
    { code: 'ABANDONED' },
  );
  await over;
  const all = lost.bytes.length + kept.bytes.length;
  const unacked = (): number => destination.snapshot().connections[0]!.unackedBytes;
  await eventually(() => siem.messages[0]?.length === 5 && unacked() > 0 && unacked() < all);
  assert.deepEqual([unacked(), settled], [all - lost.bytes.length / 2, false]);
  await destination.closeHard();
  await unsent;
});

for (const answer of ['reset', 'serverclose', 'garble', 'skip'] as const) {
  test(`a session that ends in "${answer}": everything unanswered is sent again, in order`, async () => {
    const siem = await server({ answer: once(answer, 137) });
    const { destination } = opened(siem.port);
    const route = destination.openRoute(always);
    await Promise.all(Array.from({ length: 30 }, (_, seq) => route.send(commands(batch(0, seq)))));
    assert.deepEqual(firstSeen(keys(siem)), expectedFrames(0, 30));
    const { errors, settledEvents } = destination.snapshot().totals;
    const code = {
      reset: 'CONNECTION_RESET',
      serverclose: 'CONNECTION_ENDED',
      garble: 'RELP_PROTOCOL',
      skip: 'RELP_PROTOCOL',
    };
    assert.deepEqual(errors, { [code[answer]]: 1 });
    assert.equal(settledEvents, 300);
  });
}

test('a message refused is sent again, loudly, until the receiver takes it', async () => {
  const siem = await server({
    answer: (session, _, message) => (session < 3 && message.startsWith('0:1:4') ? 'refuse' : 'ok'),
  });
  const { destination, log } = opened(siem.port);
  const route = destination.openRoute(always);
  await Promise.all([0, 1, 2].map((seq) => route.send(commands(batch(0, seq)))));
  // What was on its way behind the refused one is taken before it.
  assert.deepEqual(firstSeen(keys(siem)).sort(), expectedFrames(0, 3));
  assert.deepEqual(destination.snapshot().totals.errors, { RELP_REFUSED: 3 });
  const said = log.lines.find(({ level }) => level === 'error');
  assert.match(said?.message ?? '', /the receiver refuses a message: 500 no room left$/);
});

test('an event refused five times is put aside, and what stands for it is sent in its place', async () => {
  const siem = await server({ answer: (_, __, message) => (message.startsWith('0:1:4') ? 'refuse' : 'ok') });
  const { destination } = opened(siem.port);
  const aside: string[] = [];
  const route = destination.openRoute(always, {
    putAside: (frames, index, said) => {
      aside.push(
        `${Buffer.from(unframed(frameAt(frames, index), RELP))
          .toString()
          .slice(0, 5)} ${said}`,
      );
      return Promise.resolve(withFrame(frames, index, framed(Buffer.from('instead '), RELP)));
    },
  });
  await Promise.all([0, 1, 2].map((seq) => route.send(commands(batch(0, seq)))));
  assert.deepEqual(aside, ['0:1:4 500 no room left']);
  assert.equal(siem.sessions, 6);
  const wanted = expectedFrames(0, 3).map((key) => (key === '0:1:4' ? 'instead' : key));
  assert.deepEqual(firstSeen(keys(siem)).sort(), wanted.sort());
  assert.deepEqual(destination.snapshot().totals.errors, { RELP_REFUSED: 4 });
});

test('an event that can not be put aside is sent again until it can', async () => {
  const siem = await server({ answer: (_, __, message) => (message.startsWith('0:0:4') ? 'refuse' : 'ok') });
  const { destination } = opened(siem.port);
  let full = 2;
  const route = destination.openRoute(always, {
    putAside: (frames, index) => {
      if (full-- > 0) return Promise.reject(new ForwarderError('DEAD_LETTER_REFUSED', 'no room'));
      return Promise.resolve(withFrame(frames, index, undefined));
    },
  });
  await route.send(commands(batch(0, 0)));
  assert.deepEqual(destination.snapshot().totals.errors, { RELP_REFUSED: 4, DEAD_LETTER_REFUSED: 2 });
});

test('a receiver that stops to answer is left', async () => {
  const siem = await server({ answer: (session, count) => (session === 0 && count >= 5 ? 'ignore' : 'ok') });
  const { destination } = opened(siem.port, { relpAnswerTimeoutMs: 100 });
  await destination.openRoute(always).send(commands(batch(0, 0)));
  assert.deepEqual(destination.snapshot().totals.errors, { CONNECTION_STALLED: 1 });
  assert.equal(siem.sessions, 2);
});

test('a session refused, and a port that does not speak RELP, say so', async () => {
  const refusing = await server({ open: '500 required command not supported' });
  const first = opened(refusing.port);
  first.destination.openRoute(always);
  await eventually(() => first.log.lines.some(({ level }) => level === 'error'));
  assert.match(
    first.log.lines.find(({ level }) => level === 'error')?.message ?? '',
    /refuses the session: 500 required/,
  );

  const silent = await Receiver.listen();
  toClose.push(() => silent.close());
  const second = opened(silent.port, {}, 150);
  second.destination.openRoute(always);
  await eventually(() => second.log.lines.some(({ level }) => level === 'warn'));
  assert.match(second.log.lines.find(({ level }) => level === 'warn')?.message ?? '', /not a RELP port\?/);
});
