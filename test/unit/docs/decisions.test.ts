import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesUnder, read, unknownNames } from './documents.js';

const index = read('docs/adr/README.md');
const numbers = filesUnder('docs/adr').flatMap((file) => /\/(\d{4})-[a-z-]+\.md$/.exec(file)?.[1] ?? []);

test('every decision is in the index by its number, the numbers have no holes, and a title has its own', () => {
  const all = numbers.map((_, i) => String(i + 1).padStart(4, '0'));
  assert.deepEqual([...numbers].sort(), all);
  const linked = [...index.matchAll(/\]\((\d{4})-/g)].map(([, number]) => number);
  assert.deepEqual(linked, all);
  for (const file of filesUnder('docs/adr').filter((name) => !name.endsWith('README.md')))
    assert.match(read(file), new RegExp(`^# ${/\d{4}/.exec(file)?.[0] ?? ''}: `), file);
});

test('a decision that a later one changed says so under its title', () => {
  const changed = filesUnder('docs/adr').flatMap((file) => {
    const [, notes] = /^# .*\n\n(?:_(Changed by .*)_)?/.exec(read(file)) ?? [];
    return notes === undefined ? [] : [{ own: /\d{4}/.exec(file)?.[0] ?? '', notes }];
  });
  assert.ok(changed.length >= 2);
  for (const { own, notes } of changed) {
    const later = [...notes.matchAll(/ADR (\d{4})/g)].map(([, number = '']) => number);
    assert.ok(later.length > 0 && later.every((number) => numbers.includes(number) && number > own), own);
  }
});

test('documents and code name decisions that exist', () => {
  const inText = (text: string) => [...text.matchAll(/\bADR (\d{4})/g)].map(([, number = '']) => number);
  assert.deepEqual(
    unknownNames(
      ({ text }) => inText(text),
      (number) => numbers.includes(number),
    ),
    [],
  );
  const sources = ['src', 'workers', 'test', 'bench'].flatMap(filesUnder).filter((file) => /\.(ts|mjs)$/.test(file));
  const unknown = sources.flatMap((file) =>
    inText(read(file))
      .filter((number) => !numbers.includes(number))
      .map((number) => `${file}: ${number}`),
  );
  assert.deepEqual(unknown, []);
});
