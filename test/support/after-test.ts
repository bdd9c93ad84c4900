import { afterEach } from 'node:test';

const left: (() => unknown)[] = [];

afterEach(async () => {
  for (const undo of left.splice(0).reverse()) await undo();
});

/** Does this when the test that runs now is over, whatever its outcome: what was begun last ends first. */
export function afterTest(undo: () => unknown): void {
  left.push(undo);
}
