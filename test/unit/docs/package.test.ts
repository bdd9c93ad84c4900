import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

for (const command of [
  ['ls', '--all'],
  ['sbom', '--sbom-format', 'cyclonedx'],
])
  test(`npm ${command[0] ?? ''} finds the tree of packages as package.json wants it`, async () => {
    const [code, stderr] = await new Promise<[unknown, string]>((resolve) => {
      execFile('npm', command, { cwd: root, maxBuffer: 64 << 20 }, (error, _stdout, text) =>
        resolve([error?.code ?? 0, text]),
      );
    });
    assert.equal(code, 0, stderr);
  });
