import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { chooses, hasPatterns, namesIn } from '../../src/model/name-patterns.js';

/** Few letters, so that many names fit. */
const name = fc.string({ unit: fc.constantFrom('a', 'b', '-'), minLength: 1, maxLength: 12 });
const glob = fc.string({ unit: fc.constantFrom('a', 'b', '-', '*', '*', '?'), minLength: 1, maxLength: 8 });
const entry = fc.tuple(fc.boolean(), glob).map(([exclude, text]) => (exclude ? `!${text}` : text));

/** The plain meaning, as a regular expression. */
const fits = (pattern: string, text: string): boolean =>
  new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`).test(text);

function oracle(entries: readonly string[], text: string): boolean {
  const excludes = entries.filter((one) => one.startsWith('!')).map((one) => one.slice(1));
  const includes = entries.filter((one) => !one.startsWith('!'));
  return includes.some((one) => fits(one, text)) && !excludes.some((one) => fits(one, text));
}

test('a list of patterns chooses what its plain meaning does, in any order', () => {
  let chosen = 0;
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 6 }), name, (entries, text) => {
      const is = chooses(entries, text);
      chosen += Number(is);
      assert.equal(is, oracle(entries, text));
      assert.equal(chooses([...entries].reverse(), text), is);
    }),
    { numRuns: 5000 },
  );
  assert.ok(chosen > 500, `${chosen} were chosen`);
});

test('a name is a pattern for itself alone', () => {
  fc.assert(
    fc.property(name, name, (one, other) => {
      assert.equal(chooses([one], other), one === other);
      assert.deepEqual([namesIn([one]), hasPatterns([one])], [[one], false]);
    }),
  );
});

test('many stars take no time', () => {
  const steps = '*a'.repeat(60);
  assert.equal(chooses([`${steps}b`], 'a'.repeat(128)), false);
  assert.equal(chooses([`${steps}*`], 'a'.repeat(128)), true);
});
