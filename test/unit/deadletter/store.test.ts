import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, promises, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { letterNames, readLetter, removeLetter } from '../../../src/deadletter/letters.js';
import { DeadLetterStore } from '../../../src/deadletter/store.js';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';
import type { DeadLetter } from '../../../src/model/ports.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { ManualClock } from '../../support/manual-clock.js';

const ORIGIN = { name: 'main', project: 'demo', logstore: 'audit' };

const letter = (change: Partial<DeadLetter> = {}): DeadLetter => ({
  kind: 'batch',
  shard: 1,
  cursor: 'a==',
  nextCursor: 'b==',
  reason: 'lz4-corrupt',
  encoding: 'lz4',
  rawSize: 1000,
  body: Buffer.from('not lz4'),
  ...change,
});

const opened = new Map<string, DeadLetterStore>();

/** As a process that starts when the one before has ended. */
async function open(directory: string, maxBytes = 1_000_000): Promise<DeadLetterStore> {
  await opened.get(directory)?.close();
  const store = await DeadLetterStore.open({ directory, maxBytes, retryMs: 0 }, new ManualClock());
  opened.set(directory, store);
  return store;
}

const namesIn = (directory: string): string[] => readdirSync(directory).filter((name) => name !== '.lock');

const isRefused = (thrown: unknown): boolean =>
  thrown instanceof ForwarderError &&
  thrown.code === 'DEAD_LETTER_REFUSED' &&
  thrown.message.includes('THE SHARD WAITS');

test('a letter is a body and a sidecar, and comes back as it was', async () => {
  const directory = join(temporaryDirectory('letters'), 'made', 'for', 'it');
  const store = await open(directory);
  const name = await store.box(ORIGIN).keep(letter());
  assert.match(name, /^demo\.audit\.1\.[0-9a-f]{16}$/);
  assert.deepEqual(await letterNames(directory), [name]);
  const read = readLetter(directory, name);
  assert.ok(typeof read !== 'string');
  assert.equal(read.body.toString(), 'not lz4');
  const { pipeline, project, logstore, shard, cursor, nextCursor, encoding, rawSize, reason } = read.about;
  assert.deepEqual([pipeline, project, logstore, shard], ['main', 'demo', 'audit', 1]);
  assert.deepEqual([cursor, nextCursor, encoding, rawSize, reason], ['a==', 'b==', 'lz4', 1000, 'lz4-corrupt']);
  const bytes = namesIn(directory).reduce((sum, file) => sum + readFileSync(join(directory, file)).length, 0);
  assert.equal(store.snapshot()?.bytes, bytes);
  assert.equal((await open(directory)).snapshot()?.bytes, bytes, 'counted again at the next start');
  await removeLetter(directory, name);
  assert.deepEqual(namesIn(directory), []);
});

/** The disk fails the n-th sync of this directory. */
async function failingSync(directory: string, nth: number, body: () => Promise<void>): Promise<void> {
  const { open: real } = promises;
  let syncs = 0;
  promises.open = async (...args) => {
    const handle = await real(...args);
    if (args[0] !== directory || ++syncs !== nth) return handle;
    handle.sync = () => Promise.reject(Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO' }));
    return handle;
  };
  syncBuiltinESMExports();
  try {
    await body();
  } finally {
    promises.open = real;
    syncBuiltinESMExports();
  }
}

/** What is done to directories, in this order. */
async function directoryCalls(body: () => Promise<unknown>): Promise<string[]> {
  const { open: realOpen, mkdir: realMkdir } = promises;
  const calls: string[] = [];
  promises.mkdir = (async (path: string, options: object) => {
    await realMkdir(path, options);
    calls.push(`mkdir ${path}`);
  }) as typeof promises.mkdir;
  promises.open = async (...args) => {
    const handle = await realOpen(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = () => {
      calls.push(`sync ${String(args[0])}`);
      return sync();
    };
    return handle;
  };
  syncBuiltinESMExports();
  try {
    await body();
  } finally {
    [promises.open, promises.mkdir] = [realOpen, realMkdir];
    syncBuiltinESMExports();
  }
  return calls;
}

test('each directory that is made lasts before the next is made in it', async () => {
  const top = temporaryDirectory('letters');
  const [one, two, three] = [join(top, 'one'), join(top, 'one', 'two'), join(top, 'one', 'two', 'three')];
  const made = [`mkdir ${one}`, `sync ${top}`, `mkdir ${two}`, `sync ${one}`, `mkdir ${three}`, `sync ${two}`];
  assert.deepEqual(await directoryCalls(() => open(three)), made);
  assert.deepEqual(await directoryCalls(() => open(three)), [`sync ${two}`], 'who made it may have been killed');
});

test('a body is there for good before its sidecar, which says that the letter is kept, is begun', async () => {
  const directory = temporaryDirectory('letters');
  const box = (await open(directory)).box(ORIGIN);
  const calls = await directoryCalls(() => box.keep(letter()));
  const files = calls.map((call) =>
    call.replace(/^sync .*?(\.body|\.json)?(\.tmp)?$/, (_, kind?: string) => kind ?? 'directory'),
  );
  assert.deepEqual(files, ['.body', 'directory', '.json', 'directory']);
});

test('a directory that may not last is not used', async () => {
  const top = temporaryDirectory('letters');
  await failingSync(top, 1, () => assert.rejects(open(join(top, 'made')), { code: 'CONFIG_INVALID' }));
});

for (const [what, nth] of Object.entries({ body: 1, sidecar: 2 })) {
  test(`a ${what} that may not last does not count as kept; the next try keeps all of it`, async () => {
    const directory = temporaryDirectory('letters');
    const store = await open(directory);
    const box = store.box(ORIGIN);
    await failingSync(directory, nth, () => assert.rejects(box.keep(letter()), isRefused));
    assert.deepEqual([namesIn(directory), store.snapshot()?.bytes], [[], 0]);
    const name = await box.keep(letter());
    assert.ok(typeof readLetter(directory, name) !== 'string');
  });
}

test('a letter found there is synced before it counts as kept: who wrote it may have been killed before that', async () => {
  const directory = temporaryDirectory('letters');
  const name = await (await open(directory)).box(ORIGIN).keep(letter());
  const box = (await open(directory)).box(ORIGIN);
  await failingSync(directory, 1, () => assert.rejects(box.keep(letter()), isRefused));
  assert.equal(await box.keep(letter()), name);
});

test('the same range again changes nothing; another place is another letter', async () => {
  const directory = temporaryDirectory('letters');
  const store = await open(directory);
  const box = store.box(ORIGIN);
  const name = await box.keep(letter());
  const { bytes } = store.snapshot()!;
  assert.equal(await box.keep(letter({ body: Buffer.from('damaged in another way') })), name);
  assert.equal(store.snapshot()?.bytes, bytes);
  assert.notEqual(await box.keep(letter({ shard: 2 })), name);
  assert.notEqual(await box.keep(letter({ cursor: 'c==' })), name);
  assert.equal((await letterNames(directory)).length, 3);
});

test('at the bound it refuses and leaves nothing behind', async () => {
  const directory = temporaryDirectory('letters');
  const store = await open(directory, 2000);
  await store.box(ORIGIN).keep(letter());
  const { bytes } = store.snapshot()!;
  await assert.rejects(store.box(ORIGIN).keep(letter({ cursor: 'c==', body: Buffer.alloc(1500) })), isRefused);
  assert.equal(store.snapshot()?.bytes, bytes);
  assert.equal(namesIn(directory).length, 2);
});

test('what a killed process had not finished is no letter, and is swept at the next start', async () => {
  const directory = temporaryDirectory('letters');
  writeFileSync(join(directory, 'demo.audit.1.0123456789abcdef.json.tmp'), '{"vers');
  writeFileSync(join(directory, 'demo.audit.1.0123456789abcdef.body'), 'alone');
  assert.deepEqual(await letterNames(directory), []);
  assert.equal((await open(directory)).snapshot()?.bytes, 5);
  assert.deepEqual(namesIn(directory), ['demo.audit.1.0123456789abcdef.body']);
});

test('corrupt sidecars and bodies are told apart, never sent', async () => {
  const directory = temporaryDirectory('letters');
  const name = await (await open(directory)).box(ORIGIN).keep(letter());
  const file = join(directory, `${name}.json`);
  const good = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  const problems: readonly (readonly [unknown, RegExp])[] = [
    ['{"version":', /is not JSON/],
    ['[]', /another version/],
    ['null', /is not an object/],
    [{ ...good, version: 2 }, /another version/],
    [{ ...good, cursor: 5 }, /lacks the text "cursor"/],
    [{ ...good, rawSize: -1 }, /lacks the number "rawSize"/],
    [{ ...good, encoding: 'gzip' }, /unknown encoding/],
    [{ ...good, bodySha256: '00' }, /is not what was kept/],
  ];
  for (const [content, problem] of problems) {
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    const read = readLetter(directory, name);
    assert.ok(typeof read === 'string');
    assert.match(read, problem);
  }
});

test('a directory that can not be used ends the start with a sentence', async () => {
  const file = join(temporaryDirectory('letters'), 'file');
  writeFileSync(file, '');
  for (const directory of [file, join(file, 'below')]) {
    await assert.rejects(open(directory), {
      code: 'CONFIG_INVALID',
      message: /deadLetters.directory: .*not a directory/,
    });
  }
});

test('a full disk refuses, and takes the letter once there is room', async (t) => {
  const directory = join(temporaryDirectory('letters'), 'small');
  mkdirSync(directory);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory], { encoding: 'utf8' });
  if (mounted.status !== 0) {
    t.diagnostic(`no small disk without root: ${mounted.error?.message ?? mounted.stderr}`);
    return;
  }
  try {
    const store = await open(directory);
    const filler = join(directory, 'filler');
    writeFileSync(filler, Buffer.alloc(200 * 1024));
    const large = letter({ body: Buffer.alloc(100 * 1024) });
    await assert.rejects(store.box(ORIGIN).keep(large), isRefused);
    assert.deepEqual(namesIn(directory), ['filler']);
    writeFileSync(filler, '');
    assert.ok(typeof readLetter(directory, await store.box(ORIGIN).keep(large)) !== 'string');
  } finally {
    await opened.get(directory)?.close();
    spawnSync('umount', [directory]);
  }
});

test('what is no regular file in the directory is neither waited for nor followed', async () => {
  const directory = temporaryDirectory('letters');
  const name = await (await open(directory)).box(ORIGIN).keep(letter());
  const sidecar = join(directory, `${name}.json`);
  const outside = join(temporaryDirectory('outside'), 'secret');
  writeFileSync(outside, readFileSync(sidecar));
  const ways: readonly (readonly [() => void, RegExp])[] = [
    [() => spawnSync('mkfifo', [sidecar]), /it is not a regular file$/],
    [() => symlinkSync(outside, sidecar), /it is a symbolic link$/],
    [() => symlinkSync('/dev/zero', sidecar), /it is a symbolic link$/],
    [() => mkdirSync(sidecar), /it is a directory$/],
    [() => writeFileSync(sidecar, Buffer.alloc(2 * 1024 * 1024)), /it is too large$/],
  ];
  for (const [make, words] of ways) {
    rmSync(sidecar, { recursive: true });
    make();
    const found = readLetter(directory, name);
    assert.match(typeof found === 'string' ? found : 'a letter', words);
  }
});

test('a second process is refused the directory, until the first has closed it', async () => {
  const directory = temporaryDirectory('letters');
  const first = await open(directory);
  assert.equal(first.isLocked, true);
  const again = DeadLetterStore.open({ directory, maxBytes: 1_000_000, retryMs: 0 }, new ManualClock());
  await assert.rejects(again, { code: 'DIRECTORY_IN_USE', message: /another process uses ".*"; give each/ });
  await first.close();
  await (await open(directory)).close();
});
