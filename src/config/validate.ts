import type { z } from 'zod';
import { describeValue, type Tree } from './document.js';
import { hints } from './leaves.js';
import { movedKey, movedSource, OLD_SOURCE } from './moved-keys.js';
import type { Path, Problem } from './problem.js';
import { didYouMean } from './suggest.js';

type Issue = z.core.$ZodIssue;
type Schema = z.core.$ZodType;

/**
 * Checks a part of the file against its schema. Every problem that is found goes to `problems`, in words.
 * @param base where in the file this part stands
 */
export function validate<S extends z.ZodType>(
  schema: S,
  tree: Tree,
  base: Path,
  problems: Problem[],
): z.output<S> | undefined {
  const value = at(tree.value, base);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  for (const issue of result.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
    problems.push(...explain(issue, writtenPath([...base, ...path], tree), schemaAt(schema, path), tree));
  }
  return undefined;
}

/** What may be one text or a list of them is checked as a list. */
function writtenPath(path: Path, tree: Tree): Path {
  const above = path.slice(0, -1);
  return path.at(-1) === 0 && typeof at(tree.value, above) === 'string' ? above : path;
}

function explain(issue: Issue, path: Path, schema: Schema | undefined, tree: Tree): Problem[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const value = at(tree.value, [...path, key]);
      const moved = path.length === 0 && key === OLD_SOURCE ? movedSource(tree) : movedText(key, value);
      const unknown = `unknown key${BLANK.test(key) ? NO_BLANK : didYouMean(key, keysOf(schema))}`;
      const message = key === '<<' ? MERGE : (moved ?? unknown);
      return { offset: tree.keyOffsetOf([...path, key]), path: [...path, key], message };
    });
  }
  const value = at(tree.value, path);
  const offset = issue.code === 'invalid_key' ? tree.keyOffsetOf(path) : tree.offsetOf(path);
  return [{ offset, path, message: sentence(issue, value, schema) }];
}

const movedText = (key: string, value: unknown): string | undefined =>
  typeof value === 'string' ? movedKey(key, value) : undefined;

const BLANK = /^\w+:/;
const NO_BLANK = '; is the blank after ":" missing?';
const MERGE = 'merge keys are not supported; write the keys out, or use an alias for the whole value';

function sentence(issue: Issue, value: unknown, schema: Schema | undefined): string {
  if (issue.code === 'custom') return issue.message;
  if (issue.code === 'invalid_key')
    return 'a name may have up to 64 letters, digits, "-", "_" and ".", and begins with a letter or digit';
  const { expects, secret } = (schema && hints.get(schema)) ?? {};
  if (value === undefined) return `missing${expects === undefined ? '' : `; write ${expects}`}`;
  const got =
    secret === true ? 'what YAML does not take for text' : wantsSection(issue) ? kindOf(value) : describeValue(value);
  if (issue.code === 'invalid_value') {
    const words = issue.values.map(String);
    return `expected ${oneOf(words)}, got ${got}${typeof value === 'string' ? didYouMean(value, words) : ''}`;
  }
  return `expected ${expects ?? expectation(issue)}, got ${got}${isUnquoted(issue, value, expects) ? '; put it in quotes' : ''}`;
}

/** Text in place of a section may be the secret that belongs into it. */
const kindOf = (value: unknown): string => (typeof value === 'string' && value !== '' ? 'text' : describeValue(value));

const wantsSection = (issue: Issue): boolean =>
  issue.code === 'invalid_type' && ['object', 'record', 'array'].includes(issue.expected);

const oneOf = (words: readonly string[]): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1) ?? ''}`;

/** YAML took text for a number or a boolean. */
function isUnquoted(issue: Issue, value: unknown, expects: string | undefined): boolean {
  const wantsText = issue.code === 'invalid_type' && issue.expected === 'string';
  return wantsText && expects === undefined && (typeof value === 'number' || typeof value === 'boolean');
}

const TYPES: Readonly<Record<string, string>> = {
  object: 'a section (key: value)',
  record: 'a section (name: …)',
  array: 'a list (lines that begin with "- ")',
  string: 'text',
};

function expectation(issue: Issue): string {
  if (issue.code === 'invalid_type') return TYPES[issue.expected] ?? issue.expected;
  if (issue.code === 'too_small') return issue.origin === 'array' ? `at least ${issue.minimum} entry` : 'some text';
  if (issue.code === 'too_big') return `at most ${issue.maximum} entries`;
  return 'something else';
}

function at(value: unknown, path: Path): unknown {
  let here = value;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string | number, unknown>)[part];
  }
  return here;
}

interface Definition {
  readonly type: string;
  readonly innerType?: Schema;
  readonly in?: Schema;
  readonly out?: Schema;
  readonly element?: Schema;
  readonly valueType?: Schema;
  readonly getter?: () => Schema;
  readonly shape?: Readonly<Record<string, Schema>>;
}

const definition = (schema: Schema): Definition => schema._zod.def;

/** The schema itself, without its default, its transformation … */
function core(schema: Schema): Schema {
  const { type, innerType, getter, in: input, out } = definition(schema);
  if (innerType !== undefined) return core(innerType);
  if (getter !== undefined) return core(getter());
  if (type !== 'pipe' || input === undefined || out === undefined) return schema;
  return core(definition(input).type === 'transform' ? out : input);
}

function schemaAt(schema: Schema, path: Path): Schema | undefined {
  let here: Schema | undefined = core(schema);
  for (const part of path) {
    const { shape, element, valueType }: Definition = definition(here);
    const next: Schema | undefined = shape?.[part] ?? element ?? valueType;
    if (next === undefined) return undefined;
    here = core(next);
  }
  return here;
}

function keysOf(schema: Schema | undefined): string[] {
  return schema === undefined ? [] : Object.keys(definition(schema).shape ?? {});
}
