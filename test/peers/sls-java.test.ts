import { spawnSync } from 'node:child_process';
import { describe } from 'node:test';
import { javaWithSdk } from '../support/java-sdk.js';
import { Port80 } from '../support/port-80.js';
import { consumesEverything, consumesInAllWays } from '../support/sdk-conformance.js';

const absent = ['java', 'javac', 'mvn'].find((program) => spawnSync(program, ['-version']).status !== 0);
const relay = absent === undefined ? await Port80.open().catch(() => undefined) : undefined;

const reach = (endpoint: string): void => relay?.leadTo(endpoint);

describe('the official Java consumer library', { skip: reason() }, () => {
  if (relay === undefined) return;
  // It signs with V1 and reads LZ4, and cannot be told otherwise.
  consumesEverything(javaWithSdk('Consume'), { ways: [{ AUTH: 'v1', COMPRESSION: 'lz4' }], reach });
});

describe('the official Java SDK', { skip: reason() }, () => {
  if (relay !== undefined) consumesInAllWays(javaWithSdk('Pull'), { reach });
});

function reason(): string | undefined {
  if (absent !== undefined) return `there is no ${absent} on this machine`;
  return relay === undefined ? `nobody may listen at ${Port80.address}:80 here, or somebody does` : undefined;
}
