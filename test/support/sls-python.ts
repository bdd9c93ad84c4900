import { join } from 'node:path';
import { PACKAGE_ROOT, pythonWithSdk } from './python-sdk.js';
import type { Command } from './sdk-consumer.js';

/** The consumer of the official Python SDK, installed the first time. */
export function pythonCommand(): Command {
  return [pythonWithSdk(), join(PACKAGE_ROOT, 'test/peers/python/consume.py')];
}
