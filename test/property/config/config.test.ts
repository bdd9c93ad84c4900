import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseConfig } from '../../../src/config/load.js';
import { ForwarderError } from '../../../src/errors/forwarder-error.js';

const shipped = readFileSync(new URL('../../../../config.yaml', import.meta.url));

/** Never anything but a config or a ForwarderError whose lines are printable. */
function survives(bytes: Uint8Array, env: Readonly<Record<string, string>> = {}): void {
  try {
    parseConfig('c.yaml', bytes, env);
  } catch (thrown) {
    assert.ok(thrown instanceof ForwarderError, String(thrown));
    assert.ok(thrown.code === 'CONFIG_INVALID');
    for (const line of thrown.message.split('\n')) assert.match(line, /^c\.yaml(:\d+:\d+)?: [^\p{Cc}]+$/u);
  }
}

test('any bytes are a config or a ForwarderError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => survives(bytes)),
    { numRuns: 500 },
  );
});

test('any text made of YAML is a config or a ForwarderError', () => {
  const piece = fc.constantFrom(
    ...[
      'sources:',
      'pipelines:',
      '- ',
      '  ',
      '\n',
      '\t',
      ': ',
      '{',
      '}',
      '[',
      ']',
      ',',
      '&a ',
      '*a',
      '!!str ',
      '!x ',
      '|',
      '>-',
      '"',
      "'",
    ],
    ...[
      '#',
      '?',
      '---',
      '...',
      '<<: ',
      '${',
      '}',
      '%{',
      'endpoint: embedded',
      'destinations:',
      '~',
      '1e999',
      '.nan',
      '0x1',
      '__proto__',
      'é',
      '\u0000',
    ],
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(text, (yaml) => survives(Buffer.from(yaml))),
    { numRuns: 1500 },
  );
});

test('the shipped config with some bytes changed is a config or a ForwarderError', () => {
  const change = fc.tuple(
    fc.nat(shipped.length - 1),
    fc.oneof(fc.nat(255), fc.constantFrom(...Buffer.from(' \n:#-{}[]"$%&*!|'))),
  );
  const changes = fc.array(change, { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(changes, (list) => {
      const bytes = Buffer.from(shipped);
      for (const [at, byte] of list) bytes[at] = byte;
      survives(bytes);
    }),
    { numRuns: 200 },
  );
});

test('a value from the environment stays inside its leaf, whatever it holds', () => {
  const nasty = fc.constantFrom(
    'a\n  - name: x',
    '"',
    "'",
    ': ',
    '# ',
    '${SLS_AK_ID}',
    '$${',
    '*a',
    '&a',
    '!!x',
    '- ',
    '}',
    ']',
    '{a: b}',
    '|',
    '\\',
  );
  const value = fc.array(fc.oneof(nasty, fc.string()), { minLength: 1, maxLength: 5 }).map((parts) => parts.join(''));
  const structure = parseConfig('c.yaml', shipped, { SLS_AK_ID: 'x', SLS_AK_KEY: 'y' });
  fc.assert(
    fc.property(value, value, (id, secret) => {
      fc.pre(id !== '' && secret !== '');
      const config = parseConfig('c.yaml', shipped, { SLS_AK_ID: id, SLS_AK_KEY: secret });
      const { sls } = structure.sources;
      const credentials = { ...sls!.credentials, accessKeyId: id, accessKeySecret: secret };
      assert.deepEqual(config, { ...structure, sources: { sls: { ...sls, credentials } } });
    }),
    { numRuns: 150 },
  );
});

test('any environment leads to a config or a ForwarderError', () => {
  const value = fc.string({ unit: 'binary', maxLength: 40 });
  const names = ['SLS_ENDPOINT', 'SLS_PROJECT', 'SLS_LOGSTORE', 'SLS_CG', 'SYSLOG_URL'] as const;
  const env = fc.record(Object.fromEntries(names.map((name) => [name, value])), { requiredKeys: [] });
  fc.assert(
    fc.property(env, (variables) => survives(shipped, variables as Record<string, string>)),
    { numRuns: 150 },
  );
});
