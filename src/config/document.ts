import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml';
import type { Document, ErrorCode, Node, Pair, Scalar, YAMLError, YAMLMap } from 'yaml';
import { ForwarderError } from '../errors/forwarder-error.js';
import { substitute, type Environment } from './environment.js';
import { quoted, type Path, type Problem } from './problem.js';
import { writtenAs } from './written.js';

/** Plain data with the `${VAR}` of its text leaves filled in, and where in the file everything stands. */
export interface Tree {
  /** False when the YAML is broken: then there is no value to check. */
  readonly readable: boolean;
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Something stands at the path, were it only a key. */
  has(path: Path): boolean;
  /** The text at the path is a variable of the environment and nothing else. */
  isFromEnvironment(path: Path): boolean;
  /** What stands under a key at the top of the file, on one line. @param shown keys whose values are no secrets */
  written(key: string, shown: ReadonlySet<string>): string;
  /** Offset of the value at the path, or of what comes nearest to it from the top. */
  offsetOf(path: Path): number | undefined;
  /** Offset of the key itself. */
  keyOffsetOf(path: Path): number | undefined;
  position(offset: number): { line: number; col: number };
}

/** Far more than a config needs, far less than nested aliases can make of a few lines. */
const MAX_NODES = 20_000;
const MAX_DEPTH = 24;

/** @throws ForwarderError CONFIG_INVALID only when the text can't even be walked */
export function readTree(file: string, text: string, env: Environment): Tree {
  const lines = new LineCounter();
  const doc = parse(file, text, lines);
  const walker = new Walker(doc, text, env);
  const faults = [...doc.errors, ...doc.warnings].map(yamlProblem);
  // A broken text is walked in vain: what was understood of it is a guess.
  const value = faults.length > 0 ? undefined : walker.walk(doc.contents, [], 0);
  return {
    readable: faults.length === 0,
    value,
    problems: [...faults, ...walker.problems],
    has: (path) => walker.keys.has(id(path)),
    isFromEnvironment: (path) => walker.variables.has(id(path)),
    written: (key, shown) => writtenAs(doc, (doc.get(key, true) as Node | undefined) ?? null, shown),
    offsetOf: (path) => walker.nearest(path),
    keyOffsetOf: (path) => walker.keys.get(id(path)) ?? walker.nearest(path),
    position: (offset) => lines.linePos(offset),
  };
}

function parse(file: string, text: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true });
  } catch (thrown) {
    // The parser is recursive: absurd nesting exhausts its stack.
    throw new ForwarderError(
      'CONFIG_INVALID',
      `${file}: is not YAML a config could be written in (nested too deeply?)`,
      {
        cause: thrown,
      },
    );
  }
}

/** The parser's own words repeat what stands in the file, which may be a secret; these never do. */
const ADVICE: Readonly<Record<ErrorCode, string>> = {
  DUPLICATE_KEY: 'this key stands here twice; remove one',
  TAB_AS_INDENT: 'a tab is not allowed here; indent with spaces',
  MULTIPLE_DOCS: 'a second document ("---") begins here; a config is one document',
  BAD_INDENT: 'the indentation does not fit; keys of one section stand in one column',
  MULTILINE_IMPLICIT_KEY: 'a key must stand on one line; is a ":" missing, or a line indented too far?',
  BLOCK_AS_IMPLICIT_KEY: 'a key can\'t begin here; text with ": " in it needs quotes',
  BAD_ALIAS: 'an alias (*name) needs an anchor (&name) before it; text that begins with "*" needs quotes',
  RESOURCE_EXHAUSTION: 'nested too deeply for a config',
  ALIAS_PROPS: 'an alias (*name) takes neither anchor nor tag',
  BAD_COLLECTION_TYPE: 'a tag ("!…") does not fit here; text that begins with "!" needs quotes',
  BAD_DIRECTIVE: 'a line that begins with "%" is no YAML here; text that begins with "%" needs quotes',
  BAD_DQ_ESCAPE: 'in double quotes a backslash begins an escape; double it, or use single quotes',
  BAD_PROP_ORDER: 'an anchor (&name) or a tag ("!…") stands in the wrong place',
  BLOCK_IN_FLOW: 'lines with "key:" or "- " can\'t stand inside { } or [ ]',
  IMPOSSIBLE: 'is not valid YAML here',
  KEY_OVER_1024_CHARS: 'a key is too long; is a line break missing?',
  MISSING_CHAR: 'a quote, a bracket, a comma or a space after ":" is missing here or before',
  MULTIPLE_ANCHORS: 'two anchors (&name) stand here; text that begins with "&" needs quotes',
  MULTIPLE_TAGS: 'two tags ("!…") stand here; text that begins with "!" needs quotes',
  NON_STRING_KEY: 'a key must be plain text',
  TAG_RESOLVE_FAILED: 'text that begins with "!" needs quotes',
  UNEXPECTED_TOKEN: 'nothing was expected here; text with special characters needs quotes around all of it',
  BAD_SCALAR_START: 'text that begins with this character needs quotes',
};

function yamlProblem(error: YAMLError): Problem {
  return { offset: error.pos[0], path: [], message: ADVICE[error.code] };
}

const id = (path: Path): string => JSON.stringify(path);

/** Without a default, which would stand in the file. */
const VARIABLE = /^\$\{[A-Za-z_][A-Za-z0-9_]*\}$/;

class Walker {
  readonly problems: Problem[] = [];
  readonly keys = new Map<string, number>();
  readonly variables = new Set<string>();
  readonly #values = new Map<string, number>();
  readonly #doc: Document.Parsed;
  readonly #text: string;
  readonly #env: Environment;
  #nodes = 0;

  constructor(doc: Document.Parsed, text: string, env: Environment) {
    this.#doc = doc;
    this.#text = text;
    this.#env = env;
  }

  nearest(path: Path): number | undefined {
    for (let length = path.length; length >= 0; length--) {
      const offset = this.#values.get(id(path.slice(0, length)));
      if (offset !== undefined) return offset;
    }
    return undefined;
  }

  walk(node: Node | null, path: Path, depth: number): unknown {
    if (node === null) return undefined;
    const offset = node.range?.[0];
    if (offset !== undefined && !this.#values.has(id(path))) this.#values.set(id(path), offset);
    this.#nodes += 1;
    if (this.#nodes === MAX_NODES || depth > MAX_DEPTH) {
      this.#nodes = MAX_NODES;
      this.#say(offset, path, 'too many or too deeply nested values for a config (an alias that contains itself?)');
    }
    if (this.#nodes >= MAX_NODES) return undefined;
    if (isAlias(node)) {
      const meant = node.resolve(this.#doc);
      if (meant === undefined) this.#say(offset, path, ADVICE.BAD_ALIAS);
      return this.walk(meant ?? null, path, depth + 1);
    }
    if (isMap(node)) return this.#map(node, path, depth);
    if (isSeq(node))
      return node.items.map((item, index) => this.walk(item as Node | null, [...path, index], depth + 1));
    return isScalar(node) ? this.#scalar(node, path) : undefined;
  }

  #map(node: YAMLMap, path: Path, depth: number): Record<string, unknown> {
    // Without a prototype a key named __proto__ is a key like any other.
    const result = Object.create(null) as Record<string, unknown>;
    for (const { key, value } of node.items as Pair<Node, Node | null>[]) {
      const name = isScalar(key) ? String(key.value) : undefined;
      if (name === undefined) {
        this.#say(key.range?.[0], path, 'a key must be plain text');
        continue;
      }
      const child = [...path, name];
      const offset = key.range?.[0];
      if (offset !== undefined) {
        this.keys.set(id(child), offset);
        if (isEmpty(value)) this.#values.set(id(child), offset);
      }
      result[name] = this.walk(value, child, depth + 1);
    }
    return result;
  }

  /** "key:" with nothing behind it counts as not written. */
  #scalar(node: Scalar, path: Path): unknown {
    if (node.value === null) return undefined;
    if (typeof node.value !== 'string') return node.value;
    if (VARIABLE.test(node.value)) this.variables.add(id(path));
    const [start = 0, end = start] = node.range ?? [];
    return substitute(node.value, this.#env, (message, variable) => {
      const at = this.#text.indexOf(variable, start);
      this.#say(at >= 0 && at < end ? at : start, path, message);
    });
  }

  #say(offset: number | undefined, path: Path, message: string): void {
    this.problems.push({ offset, path, message });
  }
}

function isEmpty(value: Node | null): boolean {
  return value === null || (isScalar(value) && value.value === null);
}

/** What a person calls this kind of value. */
export function describeValue(value: unknown): string {
  if (value === undefined || value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'string') return value === '' ? 'empty text' : quoted(value);
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? `the number ${value}` : 'a section (key: value)';
}
