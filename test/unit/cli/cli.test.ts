import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, constants, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCommand } from '../../../src/cli/run-command.js';
import { CODES } from '../../../src/errors/codes.js';
import { startReceiver } from '../../../src/emulator/receiver-handle.js';
import { testCerts } from '../../support/certs.js';
import { temporaryDirectory } from '../../support/temporary.js';

const cli = fileURLToPath(new URL('../../../src/cli.js', import.meta.url));
const root = fileURLToPath(new URL('../../../../', import.meta.url));

interface Result {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const ended = new Promise<Result>((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
  /** Resolves with the match once standard output has it. */
  const says = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = (): void => {
        const found = pattern.exec(stdout);
        if (found !== null) resolve(found);
      };
      child.stdout.on('data', look);
      child.on('close', () => reject(new Error(`ended without saying ${pattern}: ${stdout}${stderr}`)));
      look();
    });
  return { child, ended, says };
}

const run = (args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Result> =>
  start(args, env).ended;

test('a wrong command line is one line with a hint, and 64', async () => {
  const hint = ' (forwarder --help lists what there is)';
  const cases: Readonly<Record<string, string>> = {
    '--confg x': `unknown option --confg; did you mean "--config"?${hint}`,
    valdate: `unknown command "valdate"; did you mean "validate"?${hint}`,
    'run run': `"run" is one command too many${hint}`,
    '--config': `--config needs a value${hint}`,
    fingerprint: `fingerprint: an argument is missing${hint}`,
    'replay --config x': `replay: an argument is missing${hint}`,
    'validate --config=': `--config needs a value${hint}`,
    'validate --no-config': `unknown option --no-config; did you mean "--config"?${hint}`,
    'emulator --port abc': `--port must be a whole number from 0 to 65535${hint}`,
    'emulator --shards 0': `--shards must be a whole number from 1 to 1000${hint}`,
    'receiver --check all': `--check: "all" is not one of "count", "sequence", "strict"${hint}`,
    // An age is no option, whatever command it is for.
    '--from -1h --to -2h': '--from must be before --to',
    '--config none.yaml --from -1h --to -2h run': '--from must be before --to',
    'run --to -2x': '--to: expected begin, end, a time such as 2026-01-01T00:00:00+08:00, or an age such as -2h',
    'checkpoint set --to -2h':
      'checkpoint set needs --shard with the number of a shard, or --shard all (forwarder checkpoint --help)',
    'preview --from 2999-01-01T00:00Z':
      '--from is in the future, where nothing is written yet; write --from end if that is meant',
    'tune --live --from 2999-01-01T00:00Z':
      '--from is in the future, where nothing is written yet; write --from end if that is meant',
    'checkpoint set --shard all --to 2999-01-01T00:00Z':
      '--to is in the future, where nothing is written yet; write --to end if that is meant',
    'emulator --logstore other/a': `--logstore other/a: there is no --project other`,
    'emulator --logstore a --logstore b:syslog': `--logstore b:syslog: the profile must be one of actiontrail, vpcflow, waf, k8saudit, nginx, mixed`,
    '-c a.yaml -c b.yaml': `--config is given twice; leave one out${hint}`,
    'validate -c a.yaml --config=b.yaml': `--config is given twice; leave one out${hint}`,
    '--once --once': `--once is given twice; leave one out${hint}`,
    'emulator --port 1 --port 2': `--port is given twice; leave one out${hint}`,
    'preview -n 3 --count 4': `--count is given twice; leave one out${hint}`,
    'receiver --listen foo': 'can\'t listen on "foo": write tcp://host:port, tls://host:port or udp://host:port',
    'receiver --listen tls://127.0.0.1:0': 'tls:// needs --cert and --key',
  };
  for (const [args, message] of Object.entries(cases)) {
    await assert.rejects(runCommand(args.split(' ')), { code: 'USAGE', message }, args);
  }
  const line = `forwarder: ${cases['--confg x'] ?? ''}\n`;
  assert.deepEqual(await run(['--confg', 'x'], { LANG: 'de_DE.UTF-8' }), { code: 64, stdout: '', stderr: line });
});

test('options may stand before the command', async () => {
  const file = join(root, 'config.yaml');
  assert.deepEqual(await run(['--config', file, 'validate']), await run(['validate', '--config', file]));
  assert.equal((await run(['-c', file, 'validate'])).code, 0);
});

test('help and version', async () => {
  const help = await run(['--help']);
  assert.equal(help.code, 0);
  assert.equal(help.stderr, '');
  for (const word of [
    'validate',
    'fingerprint',
    'schema',
    'emulator',
    'receiver',
    '--config',
    'SLS_ENDPOINT',
    'Exit codes',
  ]) {
    assert.ok(help.stdout.includes(word), word);
  }
  for (const { exit } of Object.values(CODES)) assert.match(help.stdout, new RegExp(`^.*\\b${exit}  [a-z]`, 'm'));
  assert.ok(help.stdout.split('\n').every(({ length }) => length <= 120));
  const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
  const shown = await run(['--version']);
  assert.deepEqual([shown.code, shown.stderr], [0, '']);
  const [first, second, ...rest] = shown.stdout.split('\n');
  assert.deepEqual([first, rest], [version, ['']]);
  const kernel = createHash('sha256')
    .update(readFileSync(`${root}dist/workers/kernel/kernel.wasm`))
    .digest('hex');
  assert.equal(
    second,
    `Node ${process.versions.node}, OpenSSL ${process.versions.openssl}, kernel ${kernel.slice(0, 12)}, ${process.platform} ${process.arch}`,
  );
  assert.equal((await run(['-V'])).stdout, shown.stdout);
});

test('fingerprint prints what a file holds and what a receiver shows, ready for tls.pins', async () => {
  const { ca, server, client } = await testCerts();
  const file = join(temporaryDirectory('fingerprint'), 'chain.pem');
  writeFileSync(file, `${client.cert}\n${ca.cert}`);
  const prints = (pem: string): string => {
    const { fingerprint256, fingerprint } = new X509Certificate(pem);
    return `sha-256:${fingerprint256}\nsha-1:${fingerprint}\n`;
  };
  const ofFile = await run(['fingerprint', file]);
  assert.equal(ofFile.stdout, prints(client.cert) + prints(ca.cert));
  assert.match(ofFile.stderr, /^# CN=client, valid from .* to .*\n# CN=Test CA, valid/);
  const siem = await startReceiver({ listen: 'tls://127.0.0.1:0', tls: server });
  try {
    const shown = await run(['fingerprint', siem.url]);
    assert.equal(shown.stdout, prints(server.cert));
    assert.match(shown.stderr, /nobody has vouched.*\n# CN=localhost/);
  } finally {
    await siem.stop();
  }
  writeFileSync(file, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
  const cases: readonly (readonly [string, number, RegExp])[] = [
    [file, 66, /^forwarder: can't read a certificate from ".*chain\.pem": /],
    ['package.json', 66, /^forwarder: "package\.json" holds no PEM certificate\n$/],
    [
      'nowhere.pem',
      66,
      /^forwarder: can't read "nowhere\.pem": there is no such file; expected a PEM file, or tls:.*\n$/,
    ],
    ['.', 66, /^forwarder: can't read "\.": it is a directory; /],
    ['tcp://siem:514', 64, /expected a PEM file, tls:\/\/host:port or relps:\/\/host:port\n$/],
    ['tls://127.0.0.1:1', 69, /nothing listens there/],
  ];
  for (const [what, code, words] of cases) {
    const result = await run(['fingerprint', what]);
    assert.equal(result.code, code, what);
    assert.match(result.stderr, words);
  }
});

test('validate says that a config is fine, or what is wrong line by line', async () => {
  assert.deepEqual(await run(['validate']), {
    code: 0,
    stdout: 'main: demo-project/actiontrail as sync_data_to_qradar → siem (embedded)\nconfig.yaml is fine\n',
    stderr: '',
  });
  const wrong = await run(['validate', '-c', 'config.yaml'], { SLS_PROJECT: 'a b', SYSLOG_URL: 'siem:514' });
  assert.equal(wrong.code, 78);
  assert.equal(wrong.stdout, '');
  assert.match(
    wrong.stderr,
    /^forwarder: config\.yaml:\d+:\d+: pipelines\[0\]\.project: .*\nforwarder: config\.yaml:\d+:\d+: destinations\.siem\.endpoints\[0\]: .*\n$/,
  );
  assert.deepEqual(await run(['validate', '--config', 'none.yaml']), {
    code: 66,
    stdout: '',
    stderr: "forwarder: none.yaml: can't be read: there is no such file; name another file with --config\n",
  });
});

test('schema prints the JSON Schema; a reader that ends first is no error', async () => {
  const { code, stdout } = await run(['schema']);
  assert.equal(code, 0);
  assert.equal(stdout, readFileSync(`${root}config.schema.json`, 'utf8'));
  const { child, ended } = start(['schema']);
  child.stdout.destroy();
  const cut = await ended;
  assert.deepEqual([cut.code, cut.stderr], [0, '']);
});

test('the emulator serves several projects and logstores, and HTTPS on the same port', async () => {
  const ca = join(temporaryDirectory('forwarder-cli'), 'ca.pem');
  const which = ['--project', 'one@cn-hangzhou', '--project', 'two', '--logstore', 'a', '--logstore', 'two/b:waf'];
  const { child, ended, says } = start(['emulator', '--port', '0', '--tls-ca', ca, ...which]);
  await says(/SLS emulator at (https:\/\/\S+): one\/a in cn-hangzhou, 4 shards, actiontrail logs\n/);
  await says(/SLS emulator at (https:\/\/\S+): two\/b, 4 shards, waf logs\n/);
  await says(/NODE_EXTRA_CA_CERTS=\S+ca\.pem SLS_ENDPOINT=https/);
  assert.match(readFileSync(ca, 'utf8'), /BEGIN CERTIFICATE/);
  child.kill('SIGTERM');
  await ended;
});

test('the emulator serves until it is stopped', async () => {
  const { child, ended, says } = start(['emulator', '--port', '0', '--shards', '2', '--profile', 'nginx']);
  const [, endpoint = ''] = await says(
    /SLS emulator at (http:\/\/\S+): demo-project\/actiontrail, 2 shards, nginx logs\n/,
  );
  await says(new RegExp(`SLS_ENDPOINT=${endpoint} SLS_AK_ID=emulator`));
  assert.equal((await fetch(endpoint)).headers.has('x-log-requestid'), true);
  child.kill('SIGTERM');
  assert.equal((await ended).code, 0);
});

test('the receiver counts until it is stopped', async () => {
  const { child, ended, says } = start(['receiver', '--listen', 'tcp://127.0.0.1:0', '--print']);
  const [, port] = await says(/syslog receiver at tcp:\/\/127\.0\.0\.1:(\d+)\n/);
  const socket = connect(Number(port), '127.0.0.1');
  socket.end('<14>1 2026-01-01T00:00:00Z h - - - - hello\n');
  await says(/^1 events · /m);
  await says(/ h - - - - hello\n/);
  child.kill('SIGINT');
  const { code, stderr } = await ended;
  assert.deepEqual([code, stderr], [0, '']);
});

test('an address that is taken is one line, and 69', async () => {
  const first = start(['emulator', '--port', '0']);
  const [, port = ''] = await first.says(/127\.0\.0\.1:(\d+)/);
  const second = await run(['emulator', '--port', port]);
  assert.equal(second.code, 69);
  assert.match(second.stderr, /^forwarder: .*\n$/);
  first.child.kill('SIGTERM');
  await first.ended;
});

test('a bug is two lines and 70; its stack is there for who asks', async () => {
  const broken = (script: string) => ({ NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(script)}` });
  const thrown = broken('JSON.parse = () => { throw new Error("boom"); }');
  const lines =
    'forwarder: unexpected: boom\nforwarder: this is a bug; please report it with what FORWARDER_DEBUG=1 adds to this message\n';
  assert.deepEqual(await run(['schema'], thrown), { code: 70, stdout: '', stderr: lines });
  assert.match((await run(['schema'], { ...thrown, FORWARDER_DEBUG: '1' })).stderr, /boom\nforwarder: {5}at .*\n/);
  const later = broken('setTimeout(() => Promise.reject(new Error("boom")), 3000)');
  const rejected = await run(['receiver', '--listen', 'tcp://127.0.0.1:0'], later);
  assert.deepEqual([rejected.code, rejected.stderr], [70, lines]);
});

test('SIGUSR1 opens no debugger, SIGUSR2 ends nothing, and a closed terminal drains', async () => {
  const file = join(temporaryDirectory('signals'), 'config.yaml');
  writeFileSync(file, `${readFileSync(join(root, 'config.yaml'), 'utf8')}\nadmin: { listen: off }\n`);
  for (const args of [
    ['--config', file],
    ['receiver', '--listen', 'tcp://127.0.0.1:0'],
  ]) {
    const { child, ended, says } = start(args);
    await says(args.length === 2 ? /a shard goes on at its checkpoint/ : /Send to it with/);
    child.kill('SIGUSR1');
    child.kill('SIGUSR2');
    child.kill('SIGHUP');
    const { code, stdout, stderr } = await ended;
    assert.equal(code, 0, `${args.join(' ')}: ${stdout}${stderr}`);
    assert.doesNotMatch(stderr, /Debugger/);
    if (args.length === 2) assert.match(stdout, /"signal":"SIGHUP".*stopping: what is in flight is delivered first/);
  }
});

let pipes = 0;

/** A pipe that takes nothing more. */
function fullPipe(directory: string): number {
  const path = join(directory, `pipe-${pipes++}`);
  execFileSync('mkfifo', [path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const fill = (bytes: number): void => {
    try {
      for (;;) writeSync(fd, Buffer.alloc(bytes));
    } catch {
      if (bytes > 1) fill(1);
    }
  };
  fill(4096);
  return fd;
}

test('a full disk or a reader that never reads costs lines of the log, and neither the run nor its end', async () => {
  const directory = temporaryDirectory('full');
  const file = join(directory, 'config.yaml');
  const text = `${readFileSync(join(root, 'config.yaml'), 'utf8')}\nadmin: { listen: off }\n`;
  writeFileSync(file, `${text}\nembedded: { preload: 1000, rate: 0 }\n`);
  const full = openSync('/dev/full', 'w');
  const spawned = (stdio: 'pipe' | number, args: readonly string[], errors: 'pipe' | number = 'pipe') => {
    const child = spawn(process.execPath, [cli, ...args], { cwd: root, stdio: ['ignore', stdio, errors] });
    let stderr = '';
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    return {
      child,
      ended: once(child, 'exit').then(([code]) => ({ code: code as number | null, stderr: () => stderr })),
    };
  };
  try {
    const toFull = await spawned(full, ['-c', file, '--once']).ended;
    assert.equal(toFull.code, 0, toFull.stderr());
    assert.match(toFull.stderr(), /^forwarder: \d+ lines of the log could not be written\n$/);
    assert.equal((await spawned(full, ['-c', file, '--once'], full).ended).code, 0, 'nor standard error');
    assert.equal((await spawned('pipe', ['--nonsense'], full).ended).code, 64);
    const schema = await spawned(full, ['schema']).ended;
    assert.equal(schema.code, 74);
    assert.equal(schema.stderr(), "forwarder: standard output can't be written: the disk is full\n");
    const { code } = await spawned(fullPipe(directory), ['-c', file, '--once'], fullPipe(directory)).ended;
    assert.equal(code, 0, 'a pipe that was full before and that nobody reads');
  } finally {
    closeSync(full);
  }
});

test('too few open files are said as what they are, whichever module would have been missing', async () => {
  for (const files of [24, 64, 128, 255]) {
    const child = spawn('sh', ['-c', `ulimit -n ${files}; exec "$0" "$@"`, process.execPath, cli, 'validate'], {
      cwd: root,
    });
    let stderr = '';
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    assert.deepEqual(await once(child, 'close'), [71, null], stderr);
    assert.match(
      stderr,
      new RegExp(`^forwarder: may open ${files} files at once and needs at least 256; raise that .*\\n$`),
    );
  }
});
