import assert from 'node:assert/strict';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';

/** What the tests of this folder use as a secret or a part of one. */
const SECRET = /zq47|hunter2/;

/** The error that a promise rejects with: of this code, with these words, and without a secret anywhere in it. */
export async function refused(promise: Promise<unknown>, code: string, message: RegExp): Promise<ForwarderError> {
  const error: unknown = await promise.then(
    () => assert.fail('was accepted'),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof ForwarderError, String(error));
  assert.equal(error.code, code, error.message);
  assert.match(error.message, message);
  assert.doesNotMatch(JSON.stringify([error.message, error.details, error.stack]), SECRET);
  return error;
}
