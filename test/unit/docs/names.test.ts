import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { jsonSchema } from '../../../src/config/json-schema.js';
import { CODES } from '../../../src/errors/codes.js';
import { createMetrics } from '../../../src/telemetry/metrics.js';
import { snapshot } from '../telemetry/snapshots.js';
import { documents, filesUnder, read, unknownNames, type Document } from './documents.js';

const sources = ['src', 'workers', 'test', 'bench', 'examples', '.ci'].flatMap(filesUnder);
const sourceText = [...sources.filter((file) => /\.(ts|mjs)$/.test(file)), '.ci/run', 'config.example.yaml']
  // What was a key once, and this file's own examples, are no proof that a name exists.
  .filter((file) => file !== 'src/config/moved-keys.ts' && !file.startsWith('test/unit/docs/'))
  .map(read)
  .join('\n');
const metricNames = [...(await createMetrics(() => snapshot({})).render()).matchAll(/^# TYPE (\S+)/gm)].map(
  ([, name = '']) => name,
);
const words = (pattern: RegExp) =>
  function* ({ code }: Document) {
    for (const one of code) for (const [name] of one.matchAll(pattern)) yield name;
  };

test('documents name error codes and variables of the environment that exist', () => {
  const isKnown = (name: string) => name in CODES || new RegExp(`\\b${name}\\b`).test(sourceText);
  assert.deepEqual(unknownNames(words(/\b[A-Z]+(?:_[A-Z]+)+\b/g), isKnown), []);
});

test('documents quote lines of the log that exist', () => {
  // The grammar of RELP is no line of a log.
  const grammar = /\b(TXNR|DATALEN)\b/;
  const loud = words(/\b[A-Z]{2,}(?: [A-Z]{2,})+( [a-z]+\b)*/g);
  assert.deepEqual(
    unknownNames(loud, (line) => grammar.test(line) || sourceText.includes(line)),
    [],
  );
});

test('documents name metrics that exist', () => {
  const full = words(/\bforwarder_[a-z_]+|\b(?:process|nodejs)_[a-z_]+|\b[a-z_]+_(?:total|seconds)\b/g);
  assert.ok(metricNames.length > 60);
  const isKnown = (name: string) => metricNames.some((known) => known === name || known === `forwarder_${name}`);
  assert.deepEqual(unknownNames(full, isKnown), []);
  const ends = words(/(?<=…_)[a-z_]+/g);
  assert.deepEqual(
    unknownNames(ends, (end) => metricNames.some((name) => name.endsWith(`_${end}`))),
    [],
  );
});

test('documents name npm scripts that exist', () => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  assert.deepEqual(
    unknownNames(words(/(?<=npm run (?:-s )?)[a-z:]+/g), (name) => name in scripts),
    [],
  );
});

test('documents name files that exist, and link to them and their headings', () => {
  const folders = ['', 'src/', 'test/', 'workers/', 'workers/kernel/', 'docs/'];
  const isThere = (name: string) =>
    folders.some(
      (folder) =>
        existsSync(new URL(`../../../../${folder}${name}`, import.meta.url)) || sources.includes(`${folder}${name}`),
    );
  const paths = words(
    /(?<![\w./~:-])(?:src|workers|test|bench|docs|examples|mappings|unit|e2e|load|model|property|chaos|peers|\.ci|flow|shard|delivery|group|sls|format|errors|emulator|telemetry|config|deadletter|preview|tune)\/[\w./-]*\w/g,
  );
  assert.deepEqual(
    unknownNames(paths, (name) => isThere(name) || isThere(`${name}.test.ts`) || isThere(`${name}.ts`)),
    [],
  );
  function* links({ file, text }: Document) {
    for (const [, target = ''] of text.matchAll(/\]\(([^)\s]+)\)/g))
      if (!/^https?:/.test(target)) yield new URL(target, `file:///${file}`).href.slice('file:///'.length);
  }
  const leads = (target: string) => {
    const [file = '', anchor] = target.split('#');
    if (!existsSync(new URL(`../../../../${file}`, import.meta.url))) return false;
    return anchor === undefined || headings(read(file)).includes(anchor);
  };
  assert.deepEqual(unknownNames(links, leads), []);
});

const headings = (text: string): string[] =>
  [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} -]/gu, '')
      .replaceAll(' ', '-'),
  );

test('documents name keys of the config that exist', () => {
  const paths = schemaPaths(JSON.parse(jsonSchema()) as Schema);
  const isPath = (name: string) => [...paths].some((path) => path === name || path.endsWith(`.${name}`));
  assert.ok(isPath('pull.maxBytes') && !isPath('pull.minBytes'));
  const files = /\.(ts|mjs|js|md|json|ya?ml|wasm|proto|pem|key|html|py|com)$/;
  // A field of ActionTrail, a key of rsyslog, a place in a config as a line of the log names it; a name of the reader's own, words of foreign programs.
  const others = /^event\.|^parser\.escapeControl|^pipelines\.flow\.|^slsId$|^credentialsURI$|^stateDiagram$/;
  const dotted = words(/(?<![\w./${%"-])[a-z][a-zA-Z]*(?:\.[a-z][a-zA-Z]*)+\b(?![.(/])/g);
  assert.deepEqual(
    unknownNames(dotted, (name) => files.test(name) || others.test(name) || isPath(name)),
    [],
  );
  const camel = words(/(?<![\w.$-])[a-z]+(?:[A-Z][a-z]*)+\b(?!\()/g);
  assert.deepEqual(
    unknownNames(camel, (name) => others.test(name) || isPath(name) || new RegExp(`\\b${name}\\b`).test(sourceText)),
    [],
  );
});

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

/** Every key with those that it lies in, joined by dots; items of lists and entries by name without a step of their own. */
function schemaPaths(schema: Schema, prefix = ''): Set<string> {
  const found = new Set<string>();
  const add = (paths: Iterable<string>) => [...paths].forEach((path) => found.add(path));
  for (const [key, value] of Object.entries(schema.properties ?? {})) {
    found.add(`${prefix}${key}`);
    add(schemaPaths(value, `${prefix}${key}.`));
  }
  if (typeof schema.additionalProperties === 'object') add(schemaPaths(schema.additionalProperties, prefix));
  for (const inner of [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])])
    add(schemaPaths(inner, prefix));
  return found;
}

test('a name of a file says which one it is: no two modules share it', () => {
  const isTwin = (file: string): boolean =>
    // A command is named after its word; the AssemblyScript mirrors what the host side makes.
    file.startsWith('src/cli/') || file.includes('/assembly/') || !file.endsWith('.ts');
  const modules = sources.filter((file) => /^(src|workers)\//.test(file) && !isTwin(file));
  const nameOf = (file: string): string => file.slice(file.lastIndexOf('/') + 1);
  const names = modules.map(nameOf);
  assert.ok(modules.length > 300, String(modules.length));
  assert.deepEqual(
    modules.filter((file) => names.indexOf(nameOf(file)) !== names.lastIndexOf(nameOf(file))),
    [],
  );
});

test('one word, one thing: no two modules export a type of the same name', () => {
  // The emulator speaks of the service as the service does; the AssemblyScript cannot import types.
  const modules = sources.filter(
    (file) => /^(src|workers)\/(?!emulator\/).*\.ts$/.test(file) && !file.includes('/assembly/'),
  );
  const exported = modules.flatMap((file) =>
    [...read(file).matchAll(/^export (?:abstract )?(?:class|interface|type) (\w+)/gm)].map(([, name = '']) => ({
      name,
      file,
    })),
  );
  assert.ok(exported.length > 300, String(exported.length));
  assert.deepEqual(
    exported.filter(({ name, file }) => exported.some((other) => other.name === name && other.file !== file)),
    [],
  );
});

test('documents are there', () => assert.ok(documents.length > 20));
