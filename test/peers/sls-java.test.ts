import { spawnSync } from 'node:child_process';
import { describe } from 'node:test';
import { javaWithSdk } from '../support/java-sdk.js';
import { Port80 } from '../support/port-80.js';
import { consumesEverything } from '../support/sdk-conformance.js';

const absent = ['java', 'javac', 'mvn'].find((program) => spawnSync(program, ['-version']).status !== 0);
const relay = absent === undefined ? await Port80.open().catch(() => undefined) : undefined;

describe('the official Java consumer library', { skip: reason() }, () => {
  if (relay === undefined) return;
  const reach = (endpoint: string): void => relay.leadTo(endpoint);
  // It signs with V1 and reads LZ4, and cannot be told otherwise.
  consumesEverything(javaWithSdk('Consume'), { ways: [{ AUTH: 'v1', COMPRESSION: 'lz4' }], reach });
});

function reason(): string | undefined {
  if (absent !== undefined) return `there is no ${absent} on this machine`;
  return relay === undefined ? `nobody may listen at ${Port80.address}:80 here, or somebody does` : undefined;
}
