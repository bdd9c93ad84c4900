import assert from 'node:assert/strict';
import { once as event } from 'node:events';
import { connect } from 'node:net';
import { test } from 'node:test';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import { framed, unframed } from '../../../src/format/frame.js';
import { RELP } from '../../../src/model/format-plan.js';
import { frameAt, withFrame } from '../../../src/model/frames.js';
import { RelpLink } from '../../../src/delivery/links/relp-link.js';
import { afterTest } from '../../support/after-test.js';
import { ManualClock } from '../../support/manual-clock.js';
import { RelpServer, type RelpAnswer, type RelpServerOptions } from '../../support/relp-server.js';
import {
  always,
  batch,
  commands,
  endpointAt,
  eventually,
  expectedFrames,
  firstSeen,
  type Opened,
  opened,
  Receiver,
  soon,
} from './support.js';

async function server(options: RelpServerOptions = {}): Promise<RelpServer> {
  const made = await RelpServer.listen(options);
  afterTest(() => made.close());
  return made;
}

function openedTo(port: number, more: Parameters<typeof opened>[0] = {}): Opened {
  const settings = { endpoints: [endpointAt(port, 'relp')], guarantee: 'relp', ...more } as const;
  return opened({ ...settings, probationMs: 45_000 });
}

/** One of {@link batch}'s messages as a command: its number, the word, its length, and 99 bytes. */
const COMMAND = 9 + ' syslog 99 '.length + 99 + 1;

const keys = ({ messages }: RelpServer): string[][] =>
  messages.map((session) => session.map((message) => message.split(' ')[0] ?? ''));

/** Says `answer` to one command of the first session. */
const once =
  (answer: RelpAnswer, at: number) =>
  (session: number, count: number): RelpAnswer =>
    session === 0 && count === at ? answer : 'ok';

test('every message is a command, settled by its answer; the session is opened and closed', async () => {
  const siem = await server();
  const { destination } = openedTo(siem.port);
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
  const { destination } = openedTo(siem.port);
  const bytes = Buffer.from('<14>1 a\nb\nä\n<14>1 c\n');
  const ends = Uint32Array.of(bytes.indexOf('<14>1 c'), bytes.length);
  await destination.openRoute(always).send(commands({ ...batch(0, 0), bytes: new Uint8Array(bytes), ends }));
  assert.deepEqual(siem.messages, [[Buffer.from('<14>1 a\nb\nä').toString('latin1'), '<14>1 c']]);
});

test('while the first message of a session has no answer, no other is written', async () => {
  const siem = await server({ answer: () => 'ignore' });
  const raw = connect(siem.port, '127.0.0.1');
  await event(raw, 'connect');
  const limits = { stallTimeoutMs: 20_000, shutWindowNoticeMs: 5_000, shutWindowTimeoutMs: 60_000 };
  const sizes = { sendBufferBytes: 1e6, maxUnackedBytes: 1e9, sliceBytes: 1e6, blindAckMs: 10_000 };
  const times = { connectTimeoutMs: 10_000, relpAnswerTimeoutMs: 60_000 };
  const settings = { ...limits, ...sizes, ...times };
  const change = (): void => undefined;
  const { signal } = new AbortController();
  const endpoint = endpointAt(siem.port, 'relp');
  const link = await RelpLink.open({ stream: raw, raw }, endpoint, settings, new ManualClock(), change, signal);
  afterTest(async () => {
    link.leave();
    await link.closed;
  });
  const { bytes, ends } = commands(batch(0, 0, link.sliceEvents));
  assert.equal(link.hasRoom, true);
  await link.write(bytes, ends, 0);
  assert.equal(link.hasRoom, false);
});

test('answers that come in pieces are read as if they came whole', async () => {
  const siem = await server({ pieces: 11 });
  const { destination } = openedTo(siem.port);
  const route = destination.openRoute(always);
  await Promise.all([0, 1, 2].map((seq) => route.send(commands(batch(0, seq, 100)))));
  assert.deepEqual(keys(siem), [expectedFrames(0, 3, 100)]);
  assert.deepEqual(destination.snapshot().totals.errors, {});
});

test('what is not answered is not settled', async () => {
  const siem = await server({ answer: (_, count) => (count === 10 ? 'ignore' : 'ok') });
  const { destination } = openedTo(siem.port);
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
    if (count === 101) giveUp();
    return count <= 105 ? 'ok' : 'ignore';
  };
  const siem = await server({ answer });
  const { destination } = openedTo(siem.port);
  const [first, second] = [destination.openRoute(always), destination.openRoute(always)];
  const [lost, kept] = [commands(batch(0, 0)), commands(batch(1, 0))];
  // A session begins with one command at a time.
  await first.send(commands(batch(2, 0, 100)));
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
  await eventually(() => siem.messages[0]?.length === 105 && unacked() > 0 && unacked() < all);
  assert.deepEqual([unacked(), settled], [all - lost.bytes.length / 2, false]);
  await destination.closeHard();
  await unsent;
});

for (const answer of ['reset', 'serverclose', 'garble', 'skip'] as const) {
  test(`a session that ends in "${answer}": everything unanswered is sent again, in order`, async () => {
    const siem = await server({ answer: once(answer, 137) });
    const { destination } = openedTo(siem.port);
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
  const { destination, log } = openedTo(siem.port);
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
  const { destination } = openedTo(siem.port);
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
  const { destination } = openedTo(siem.port);
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

for (const answer of ['reset', 'serverclose'] as const) {
  test(`a message at which the session always ends in "${answer}" is found, named with its size, and put aside`, async () => {
    const isTooLarge = (message: string): boolean => message.startsWith('0:1:7') || message.startsWith('0:2:3');
    const siem = await server({ answer: (_, __, message) => (isTooLarge(message) ? answer : 'ok') });
    const { destination, log } = openedTo(siem.port);
    const aside: string[] = [];
    const route = destination.openRoute(always, {
      putAside: (frames, index, said) => {
        const message = Buffer.from(unframed(frameAt(frames, index), RELP)).toString();
        aside.push(`${message.slice(0, 5)} ${said.replace(/;.*/, '')}`);
        return Promise.resolve(withFrame(frames, index, framed(Buffer.from('instead '), RELP)));
      },
    });
    await Promise.all([0, 1, 2, 3].map((seq) => route.send(commands(batch(0, seq)))));
    const why = 'it ends the session at this message of 99 bytes, sent alone';
    assert.deepEqual(aside, [`0:1:7 ${why}`, `0:2:3 ${why}`]);
    const wanted = expectedFrames(0, 4).map((key) => (isTooLarge(key) ? 'instead' : key));
    assert.deepEqual(
      [...new Set(keys(siem).flat())],
      [...new Set(wanted)],
      'nothing else is missing, nor out of order',
    );
    const codes = new Set(log.lines.map(({ fields }) => fields['code']));
    assert.ok(!codes.has('RELP_REFUSED'), 'it is not a failure any more once it is out of the way');
    assert.ok(!codes.has('CONNECTION_UNREAD'), 'who answers does read');
  });
}

test('what was answered before the session ended is not sent again, neither in its batch nor in others', async () => {
  const siem = await server({ answer: once('serverclose', 36) });
  const { destination } = openedTo(siem.port);
  const route = destination.openRoute(always);
  await Promise.all([0, 1, 2, 3, 4].map((seq) => route.send(commands(batch(0, seq)))));
  assert.deepEqual(keys(siem), [expectedFrames(0, 5).slice(0, 35), expectedFrames(0, 5).slice(35)]);
  const { resentEvents } = destination.snapshot().totals;
  assert.ok(resentEvents >= 1 && resentEvents <= 15, `${resentEvents} sent again`);
});

test('without a place for dead letters such a message is named as an error, sent alone again and again, and taken at last', async () => {
  const siem = await server({
    answer: (session, _, message) => (session < 6 && message.startsWith('0:0:4') ? 'serverclose' : 'ok'),
  });
  const { destination, log } = openedTo(siem.port);
  await destination.openRoute(always).send(commands(batch(0, 0)));
  const expected = expectedFrames(0, 1);
  assert.deepEqual(keys(siem), [expected.slice(0, 4), [], [], [], [], [], expected.slice(4)]);
  // The first ended with others behind it, or with it alone: that is chance.
  const { CONNECTION_ENDED: ended = 0, RELP_REFUSED: refused = 0 } = destination.snapshot().totals.errors;
  assert.equal(ended + refused, 6);
  assert.ok(refused === 3 || refused === 4, `${refused}`);
  const said = log.lines.find(({ level }) => level === 'error')?.message ?? '';
  assert.match(said, /ends the session at this message of 99 bytes, sent alone; .*maxDataSize.*deadLetters\.directory/);
});

test('a receiver that goes away for another reason makes no message suspect: not twice at the same, not with others behind it', async () => {
  const ends = (session: number, count: number): boolean => count === [30, 1, 1, 30, 1, 1, 30][session];
  const siem = await server({ answer: (session, count) => (ends(session, count) ? 'serverclose' : 'ok') });
  const { destination } = openedTo(siem.port);
  const aside: number[] = [];
  const route = destination.openRoute(always, {
    putAside: (frames, index) => {
      aside.push(index);
      return Promise.resolve(frames);
    },
  });
  await Promise.all(Array.from({ length: 40 }, (_, seq) => route.send(commands(batch(0, seq)))));
  assert.deepEqual(aside, []);
  assert.equal(siem.sessions, 8);
  assert.deepEqual(keys(siem).flat(), expectedFrames(0, 40), 'each once, in order');
});

test('rebind while more waits: session after session, each event once, in order', async () => {
  const siem = await server();
  const { destination } = openedTo(siem.port, { rebind: { afterMs: undefined, afterBytes: 3_000 } });
  const route = destination.openRoute(always);
  await Promise.all(Array.from({ length: 200 }, (_, seq) => route.send(commands(batch(0, seq)))));
  assert.ok(siem.sessions > 1, `${siem.sessions} sessions`);
  assert.deepEqual(keys(siem).flat(), expectedFrames(0, 200));
});

test('a session begins with one command at a time, and more with each answer', async () => {
  const siem = await server({ answer: (_, count) => (count > 3 ? 'ignore' : 'ok') });
  const { destination } = openedTo(siem.port);
  const given = assert.rejects(destination.openRoute(always).send(commands(batch(0, 0, 100))), { code: 'ABANDONED' });
  await eventually(() => destination.snapshot().connections[0]!.unackedBytes === 4 * COMMAND);
  await destination.closeHard();
  await given;
});

test('a receiver that stops to answer is left', async () => {
  const siem = await server({ answer: (session, count) => (session === 0 && count >= 5 ? 'ignore' : 'ok') });
  const { destination } = openedTo(siem.port, { stallTimeoutMs: 100 });
  await destination.openRoute(always).send(commands(batch(0, 0)));
  assert.deepEqual(destination.snapshot().totals.errors, { CONNECTION_STALLED: 1 });
  assert.equal(siem.sessions, 2);
});

test('a session refused, and a port that does not speak RELP, say so', async () => {
  const refusing = await server({ open: '500 required command not supported \u001b[2J' });
  const first = openedTo(refusing.port);
  first.destination.openRoute(always);
  await eventually(() => first.log.lines.some(({ level }) => level === 'error'));
  assert.match(
    first.log.lines.find(({ level }) => level === 'error')?.message ?? '',
    /refuses the session: 500 required command not supported \?\[2J$/,
  );

  const silent = await Receiver.listen();
  afterTest(() => silent.close());
  const second = openedTo(silent.port, { connectTimeoutMs: 150 });
  second.destination.openRoute(always);
  await eventually(() => second.log.lines.some(({ level }) => level === 'warn'));
  assert.match(second.log.lines.find(({ level }) => level === 'warn')?.message ?? '', /not a RELP port\?/);
});
