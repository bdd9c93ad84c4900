import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from '../../support/temporary.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));

function lint(name: string, text: string): { readonly code: number | null; readonly found: string[] } {
  const file = join(temporaryDirectory('prose'), name);
  writeFileSync(file, text);
  const { status, stdout } = spawnSync(process.execPath, ['.ci/prose.mjs', file], { cwd: root, encoding: 'utf8' });
  const found = [...stdout.matchAll(/:(\d+):\d+: ([a-z-]+):/g)].map(([, line, rule]) => `${line ?? ''}: ${rule ?? ''}`);
  return { code: status, found };
}

test('the prose linter finds long sentences and phrases in a document, and neither in code', () => {
  const long = `The forwarder ${'sends an event and '.repeat(12)}stops.`;
  const text = `# Title\n\nA line begins anew.\n\n${long}\n\n\`\`\`\nit stands still\n\`\`\`\n`;
  assert.deepEqual(lint('a.md', text), { code: 1, found: ['3: phrase', '5: sentence-length'] });
  assert.deepEqual(lint('a.md', '# Title\n\nA short sentence.\n'), { code: 0, found: [] });
});

test('the prose linter reads the comments and the texts of code', () => {
  const code = `/** One line. */\nconst anew = 1;\n// It is tried\n// for ever.\nthrow new Error('the line is begun anew by us');\n`;
  assert.deepEqual(lint('a.ts', code), { code: 1, found: ['4: phrase', '5: phrase'] });
});

test('the prose linter reads what explains a config, and not its keys', () => {
  const yaml = `# The shard stands still.\n# anew: 1\nkey: anew # it is for ever\n`;
  assert.deepEqual(lint('a.yaml', yaml).found, ['1: phrase']);
});

test('the prose linter says where a file of code can not be parsed, and reads the other files', () => {
  const broken = join(temporaryDirectory('prose'), 'broken.ts');
  writeFileSync(broken, 'const fine = 1;\nconst is = ;\n');
  const missing = join(temporaryDirectory('prose'), 'missing.md');
  const other = join(temporaryDirectory('prose'), 'other.md');
  writeFileSync(other, '# Title\n\nA line begins anew.\n');
  const { status, stdout, stderr } = spawnSync(process.execPath, ['.ci/prose.mjs', broken, missing, other], {
    cwd: root,
    encoding: 'utf8',
  });
  assert.deepEqual([status, stderr], [1, '']);
  const [first = '', second = '', third = ''] = stdout.split('\n');
  assert.equal(first, `${broken}:2:12: unreadable: Expression expected.`);
  assert.ok(second.startsWith(`${missing}:1:1: unreadable: ENOENT`), second);
  assert.ok(third.startsWith(`${other}:3:`), third);
});
