import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '../../../src/flow/clock.js';
import { commandSource } from '../../../src/sls/credentials/command-source.js';
import { ManualClock, settle } from '../../support/manual-clock.js';
import { temporaryDirectory } from '../../support/temporary.js';

const SECRET = 'a-secret-nobody-may-see';
const node = (script: string): string[] => [process.execPath, '-e', script];
const fetch = (argv: readonly string[], clock = systemClock) => commandSource(argv, 10_000, clock).fetch();

test('a program writes credentials as JSON; its arguments pass no shell', async () => {
  const json = { AccessKeyId: 'id', AccessKeySecret: SECRET, SecurityToken: 't', Expiration: '2030-01-01T00:00:00Z' };
  const script = 'process.stdout.write(process.argv[1])';
  assert.deepEqual(await fetch([...node(script), JSON.stringify(json)]), {
    credentials: { accessKeyId: 'id', accessKeySecret: SECRET, securityToken: 't' },
    expiresAt: Date.parse('2030-01-01T00:00:00Z'),
  });
  const literal = { accessKeyId: '$HOME;`id`', accessKeySecret: 's' };
  assert.equal((await fetch([...node(script), JSON.stringify(literal)])).credentials.accessKeyId, '$HOME;`id`');
});

test('what goes wrong is said in one line, without what the program wrote', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['/no/such/program'], /the command \/no\/such\/program can't be run: there is no such file/],
    [['/etc/passwd'], /the command \/etc\/passwd can't be run: permission denied/],
    [node(`console.error('${SECRET}'); process.exit(3)`), /ended with 3; run it by hand/],
    [node('process.kill(process.pid, "SIGTERM"); setTimeout(() => {}, 1e6)'), /was ended by SIGTERM/],
    [node(`console.log('${SECRET}')`), /wrote no JSON object/],
    [node('console.log("[]")'), /wrote no JSON object/],
    [node('console.log("{}")'), /gave no access key/],
    [
      node(`console.log(JSON.stringify({ AccessKeyId: 'a', AccessKeySecret: '${SECRET}\\n' }))`),
      /accessKeySecret holds/,
    ],
    [node(`console.log(JSON.stringify({ AccessKeyId: 'a', AccessKeySecret: 5 }))`), /accessKeySecret holds/],
    [
      node(`console.log(JSON.stringify({ AccessKeyId: 'a', AccessKeySecret: 's', Expiration: 'soon' }))`),
      /gave an Expiration that is no time/,
    ],
    [node('process.stdout.write("x".repeat(100_000))'), /wrote more than 65536 bytes/],
  ];
  for (const [argv, message] of cases) {
    await assert.rejects(fetch(argv), (error: Error & { code: string }) => {
      assert.equal(error.code, 'SLS_UNAUTHORIZED');
      assert.match(error.message, message);
      assert.ok(!error.message.includes(SECRET) && !error.message.includes('\n'));
      return true;
    });
  }
});

test('a program that does not end is killed with what it has started', async () => {
  const pidFile = join(temporaryDirectory(), 'pid');
  const clock = new ManualClock();
  const script = `const { pid } = require('child_process').spawn('sleep', ['1000'], { stdio: 'inherit' });
    require('fs').writeFileSync('${pidFile}.new', String(pid)); require('fs').renameSync('${pidFile}.new', '${pidFile}');
    setTimeout(() => {}, 1e6)`;
  const pending = assert.rejects(fetch(node(script), clock), { message: /did not end within 10 s/ });
  while (!existsSync(pidFile)) await settle(1);
  const pid = readFileSync(pidFile, 'utf8');
  assert.ok(isRunning(pid));
  await clock.advance(10_000);
  await pending;
  while (isRunning(pid)) await settle(1);
});

/** A zombie is not: who reaps it is not our affair. */
function isRunning(pid: string): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}
