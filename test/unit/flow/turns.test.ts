import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Turns } from '../../../src/flow/turns.js';

/** A job that ends when it is told to. */
function job(): { readonly run: () => Promise<void>; begun: boolean; end(error?: Error): void } {
  let settle: (error?: Error) => void = () => undefined;
  const done = new Promise<void>((resolve, reject) => {
    settle = (error) => (error === undefined ? resolve() : reject(error));
  });
  const self = {
    begun: false,
    run: () => {
      self.begun = true;
      return done;
    },
    end: (error?: Error) => settle(error),
  };
  return self;
}

test('so many run at once, the others in the order in which they came; a failure ends a turn too', async () => {
  const turns = new Turns(2);
  const jobs = Array.from({ length: 4 }, job);
  const results = jobs.map(({ run }) => turns.run(run).catch((error: unknown) => error));
  const begun = (): boolean[] => jobs.map((each) => each.begun);
  assert.deepEqual(begun(), [true, true, false, false]);
  assert.equal(turns.waiting, 2);
  const failure = new Error('no');
  jobs[1]?.end(failure);
  assert.equal(await results[1], failure);
  assert.deepEqual(begun(), [true, true, true, false]);
  jobs[0]?.end();
  await results[0];
  assert.deepEqual(begun(), [true, true, true, true]);
  assert.equal(turns.waiting, 0);
  for (const each of jobs) each.end();
  await Promise.all(results);
});
