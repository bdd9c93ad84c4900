import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse as parseYaml } from 'yaml';
import { jsonSchema } from '../../../src/config/json-schema.js';
import { problems } from './parse.js';

const example = readFileSync(new URL('../../../../config.example.yaml', import.meta.url), 'utf8');

/** The example with every key in force; prose stays a comment. */
const lines = example.split('\n').map((line) => line.replace(/^( *)# ( *)(?=(?:- )?[a-z]\w*:( |$))/, '$1$2'));
const whole = parseYaml(lines.join('\n')) as Tree;

type Tree = Readonly<Record<string, unknown>>;
interface Schema {
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}
type Path = readonly (string | number)[];

const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null;
const at = (tree: unknown, path: Path): unknown =>
  path.reduce<unknown>((value, key) => (isTree(value) ? value[key] : undefined), tree);

/** Every key of the schema with its path in the example, in which a list has entry 0 and a named section is `sls` or `siem`. */
function* keysOf(schema: Schema, path: Path = []): Generator<readonly [Path, Schema]> {
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    yield [[...path, key], value];
    yield* keysOf(value, [...path, key]);
  }
  if (typeof schema.additionalProperties === 'object')
    yield* keysOf(schema.additionalProperties, [...path, path.at(-1) === 'sources' ? 'sls' : 'siem']);
  if (schema.items !== undefined) yield* keysOf(schema.items, [...path, 0]);
  for (const inner of schema.anyOf ?? []) yield* keysOf(inner, path);
}
// An entry of `mask` is a name or a section, and the example shows a name first.
const keys = [...keysOf(JSON.parse(jsonSchema()) as Schema)].filter(
  ([path]) => !path.includes('mask') || path.at(-1) === 'mask',
);

test('config.example.yaml shows every key of the schema, at its place', () => {
  assert.ok(keys.length > 150);
  const missing = keys.filter(([path]) => at(whole, path) === undefined).map(([path]) => path.join('.'));
  assert.deepEqual(missing, []);
});

test('config.example.yaml shows the default of every key whose line does not say "example"', () => {
  // What the example has in force, as the shipped config has.
  const inForce = (path: Path) => lineOf(path) !== '' && example.includes(`\n${lineOf(path)}`);
  const lineOf = (path: Path) => {
    const names = path.filter((key) => typeof key === 'string');
    const stack: { indent: number; key: string }[] = [];
    for (const line of lines) {
      const [, indent = '', key] = /^( *(?:- )?)([a-zA-Z]\w*):/.exec(line) ?? [];
      if (key === undefined) continue;
      while ((stack.at(-1)?.indent ?? -1) >= indent.length) stack.pop();
      stack.push({ indent: indent.length, key });
      if (stack.map((one) => one.key).join() === names.join()) return line;
    }
    return '';
  };
  const wrong = keys
    .filter(([path]) => !inForce(path))
    .filter(([path]) => !isTree(at(whole, path)) || Array.isArray(at(whole, path)))
    .filter(([path, schema]) => {
      const said = path.some((_, index) => lineOf(path.slice(0, index + 1)).includes('# example'));
      return !said && JSON.stringify(at(whole, path)) !== JSON.stringify(schema.default);
    });
  assert.deepEqual(
    wrong.map(([path]) => path.join('.')),
    [],
  );
});

test('config.example.yaml is a config with every key in force, but for those that exclude each other', () => {
  const env = { SYSLOG_URL: 'tls://siem.example.com', HASH_KEY: 'sixteen bytes or more', KEY_PASSPHRASE: 'secret' };
  for (const excluded of ['key: "${HASH_KEY}"', 'keyFile:']) {
    const text = lines
      .filter((line) => !line.trim().startsWith(excluded))
      .join('\n')
      // What other keys of the example need.
      .replace('body: kv', 'body: json')
      .replace('framing: lf', 'framing: custom')
      .replace('passphraseFile:', '# passphraseFile:');
    // This machine has none of the files that it names.
    const wrong = problems(text, env).filter((line) => !/(ca|cert|key|keyFile): can't read .*no such file/.test(line));
    assert.deepEqual(wrong, []);
  }
});
