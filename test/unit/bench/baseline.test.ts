import assert from 'node:assert/strict';
import { test } from 'node:test';
import { better, compare, comparisonText, LEAST_SHARE, parseBaseline, passes } from '../../../bench/whole/baseline.js';

const BASELINE = { fast: 10, small: 0.5 };
const NAMES = Object.keys(BASELINE);

test('what is as fast as the baseline, or faster, or slower by less than the margin, passes', () => {
  for (const measured of [BASELINE, { fast: 20, small: 5 }, { fast: 10 * LEAST_SHARE, small: 0.43 }]) {
    const comparisons = compare(BASELINE, measured, NAMES);
    assert.deepEqual(
      comparisons.map(({ verdict }) => verdict),
      ['ok', 'ok'],
    );
    assert.ok(passes(comparisons));
  }
});

test('one figure below the margin fails, whatever the others are, and is named', () => {
  const comparisons = compare(BASELINE, { fast: 8.49, small: 50 }, NAMES);
  assert.deepEqual(
    comparisons.map(({ verdict }) => verdict),
    ['slower', 'ok'],
  );
  assert.ok(!passes(comparisons));
  assert.equal(comparisonText(comparisons[0]!), 'fast: 8.49, baseline 10.0: 0.85 of it: SLOWER than 0.85');
});

test('what was not measured, or measured as no number, fails; what has no baseline fails, too; nothing at all fails', () => {
  for (const fast of [undefined, Number.NaN, 0, -1, Number.POSITIVE_INFINITY]) {
    const measured = { small: 0.5, ...(fast === undefined ? {} : { fast }) };
    const comparisons = compare(BASELINE, measured, NAMES);
    assert.equal(comparisons[0]?.verdict, 'missing');
    assert.ok(!passes(comparisons));
  }
  const unknown = compare(BASELINE, { ...BASELINE, more: 1 }, [...NAMES, 'more']);
  assert.deepEqual(
    unknown.map(({ verdict }) => verdict),
    ['ok', 'ok', 'new'],
  );
  assert.ok(!passes(unknown));
  assert.ok(!passes([]));
});

test('of what is measured twice the higher one counts; one that is no number neither time is still missing', () => {
  assert.deepEqual(better({ fast: 5, small: 0.5 }, { fast: 9 }), { fast: 9, small: 0.5 });
  assert.deepEqual(better({ fast: 5, small: 0.5 }, { fast: 4, small: Number.NaN }), { fast: 5, small: 0.5 });
  assert.ok(!passes(compare(BASELINE, better({ fast: Number.NaN, small: 1 }, { fast: Number.NaN }), NAMES)));
});

test('of the baseline only what was to be measured counts: the short form measures less', () => {
  assert.ok(passes(compare(BASELINE, { fast: 10 }, ['fast'])));
});

test('a baseline is an object of ratios; whatever else the file holds is said in one line', () => {
  assert.deepEqual(parseBaseline('{"figures":{"a":1.5},"more":1}'), { a: 1.5 });
  for (const [text, said] of [
    ['', /^it is not JSON/],
    ['{"figures":', /^it is not JSON/],
    ['null', /^it has no "figures"/],
    ['[]', /^it has no "figures"/],
    ['{}', /^it has no "figures"/],
    ['{"figures":[1]}', /^it has no "figures"/],
    ['{"figures":{}}', /^it has no "figures"/],
    ['{"figures":{"a":"1"}}', /^"a" is "1", not a number above 0$/],
    ['{"figures":{"a":0}}', /^"a" is 0, not a number above 0$/],
    ['{"figures":{"a":-2}}', /^"a" is -2/],
    ['{"figures":{"a":1e999}}', /^"a" is null/],
    ['{"figures":{"a":null}}', /^"a" is null/],
  ] as const)
    assert.throws(() => parseBaseline(text), { message: said });
});
