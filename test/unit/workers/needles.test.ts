import assert from 'node:assert/strict';
import { test } from 'node:test';
import { masksOf, NeedleChooser } from '../../../workers/kernel/needles.js';

const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** What a chooser writes for one text, batch after batch. */
function choose(needle: string, batches: readonly string[]): { readonly offsets: number[]; readonly masks: number } {
  const chooser = new NeedleChooser([{ texts: [text(needle)], needlesAt: 0, masksAt: 1000 }]);
  const offsets: number[] = [];
  let masks = 0;
  for (const batch of batches) {
    chooser.learn(text(batch), (address, bytes) => {
      if (address === 1000) masks += 1;
      else offsets.push(new Uint32Array(bytes.slice().buffer)[0] ?? -1);
    });
  }
  return { offsets, masks };
}

test('the three bytes of a text that the logs have least of are looked for first', () => {
  const { offsets, masks } = choose('aaabcd', ['aaab'.repeat(1000)]);
  assert.deepEqual(offsets, [2]);
  assert.equal(masks, 1);
});

test('they are chosen anew ever more seldom, and not from a batch too small to tell', () => {
  const large = 'x'.repeat(4000);
  assert.equal(choose('needle', Array<string>(9).fill(large)).masks, 4);
  assert.equal(choose('needle', ['x'.repeat(100)]).masks, 0);
});

test('behind a text shorter than three bytes there may be anything', () => {
  const masks = masksOf([text('A')], [0]);
  assert.deepEqual([...masks.subarray(0, 16)], [0, 1, ...Array<number>(14).fill(0)]);
  assert.ok(masks.subarray(16).every((bits) => bits === 1));
});
