// Loaded before every test file (test/run.mjs, test/mutate.mjs): how all property and model tests choose their inputs.
import { isMainThread } from 'node:worker_threads';

if (isMainThread) {
  const { default: fc } = await import('fast-check');
  const seed = process.env.PROPERTY_SEED;
  fc.configureGlobal({
    // Else an array that may have 80 elements never has more than ten.
    defaultSizeToMaxWhenMaxSpecified: true,
    ...(seed === undefined ? {} : { seed: Number(seed) }),
  });
}
