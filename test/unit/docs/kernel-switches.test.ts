import assert from 'node:assert/strict';
import { test } from 'node:test';
import { filesUnder, read } from './documents.js';

/** What the build makes is as good as its source. */
const MADE = ['assembly/layout.ts', 'assembly/body.ts'];

/** Files of the kernel, without their comments, in which something stands. */
function filesWith(pattern: RegExp): string[] {
  return filesUnder('workers/kernel')
    .filter((file) => /\.(ts|mjs)$/.test(file) && !MADE.some((made) => file.endsWith(made)))
    .filter((file) => pattern.test(read(file).replaceAll(/\/\*.*?\*\/|\/\/[^\n]*/gs, '')))
    .map((file) => file.slice('workers/kernel/'.length))
    .sort();
}

test('bodies are told apart in one file of the host and one switch of the kernel, which is made', () => {
  const kinds = filesWith(/\bBODY\b|\bBODY_[A-Z]|\b(?:bodyKind|body\.kind)\b/);
  // The list of them, from which the switch is made, and their member of a plan.
  const listed = ['build.mjs', 'layout-assembly.mjs', 'layout.ts', 'numbers.ts'];
  assert.deepEqual(kinds, [...listed, 'plan-body.ts'].sort());
  const modules = filesUnder('workers/kernel/assembly/bodies').map((file) => /(\w+)\.ts$/.exec(file)?.[1]);
  const [, list = ''] = /^ *BODY: \{(.*)\}/m.exec(read('workers/kernel/numbers.ts')) ?? [];
  assert.deepEqual(modules.sort(), [...list.matchAll(/(\w+):/g)].map(([, name]) => name).sort());
});

test('header styles are told apart in one file of the host and one of the kernel', () => {
  const styles = filesWith(/\bTIME[.:[]|\bTIME_(?:BSD|YEAR|NONE|ISO8601|RFC5424)\b|\btimeStyle\b|\.style\b/);
  // The number of each, and the member of a plan that has it.
  assert.deepEqual(styles, ['assembly/header.ts', 'layout.ts', 'numbers.ts', 'plan-encoder.ts', 'plan-header.ts']);
});
