import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesUnder, read, unknownNames } from './documents.js';

const index = read('docs/adr/README.md');
const numbers = filesUnder('docs/adr').flatMap((file) => /\/(\d{4})-[a-z-]+\.md$/.exec(file)?.[1] ?? []);

test('every decision is in the index by its number, and the numbers without one are explained', () => {
  const last = Math.max(...numbers.map(Number));
  const all = Array.from({ length: last }, (_, i) => String(i + 1).padStart(4, '0'));
  const linked = [...index.matchAll(/\]\((\d{4})-/g)].map(([, number]) => number);
  assert.deepEqual(linked, [...numbers].sort());
  for (const number of all)
    if (!numbers.includes(number)) assert.match(index, new RegExp(`^.*\\b${number}\\b.*not used`, 'm'));
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
