import { z } from 'zod';
import { readFault } from '../errors/file-fault.js';
import { readRegularFile } from '../flow/read-file.js';
import type { ValueMap } from '../model/format-plan.js';
import { named } from './leaves.js';
import { quoted, type Say } from './problem.js';
import { isWrong, type Parsed } from './scalars.js';
import { didYouMean } from './suggest.js';
import { writtenRefs } from './written-refs.js';

/** What stands for the values of a field: the section `format.maps`. */

const MOST_MAPS = 64;
const MOST_VALUES = 10_000;
const MOST_BYTES = 1024;
const MOST_FILE_BYTES = 4 * 1024 * 1024;
/** What stands for all values that a map does not name. */
const DEFAULT = 'default';

interface Wrong {
  readonly message: string;
  /** The value that is wrong, where the map stands in the config. */
  readonly key?: string;
}

const map = z
  .unknown()
  .meta({
    anyOf: [
      { type: 'string', minLength: 1 },
      { type: 'object', additionalProperties: { type: ['string', 'number', 'boolean'] }, minProperties: 1 },
    ],
  })
  .transform((raw, context): ValueMap => {
    const read = typeof raw === 'string' ? readFile(raw) : readInline(raw);
    if (!('message' in read)) return read;
    const { message, key } = read;
    context.issues.push({ code: 'custom', message, input: raw, ...(key === undefined ? {} : { path: [key] }) });
    return z.NEVER;
  });

export const maps = z
  .record(named(/^[A-Za-z0-9][\w.-]{0,63}$/, 'a name of letters, digits, "-", "_" and "."'), map)
  .prefault({})
  .describe(
    'What stands for values, by the name of a map: { direction: { in: "0", out: "1", default: "" } }, or the path of a CSV file with two columns. Templates use it as %{map:direction(field)}. Without "default" other values stay as they are.',
  );

function readInline(raw: unknown): ValueMap | Wrong {
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    return { message: 'expected values and what stands for them (in: "0"), or the path of a CSV file' };
  }
  const pairs: [string, string][] = [];
  for (const [key, value] of Object.entries(raw as Readonly<Record<string, unknown>>)) {
    const isText = ['string', 'number', 'boolean'].includes(typeof value);
    const wrong = isText ? pairFault(key, String(value)) : 'expected text that stands for the value';
    if (wrong !== undefined) return { message: wrong, key };
    pairs.push([key, String(value)]);
  }
  return toMap(pairs);
}

function readFile(file: string): ValueMap | Wrong {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(readRegularFile(file, { maxBytes: MOST_FILE_BYTES }));
    const pairs = parseCsv(text);
    return isWrong(pairs) ? { message: `${file}:${pairs.wrong}` } : withFile(file, toMap(pairs));
  } catch (thrown) {
    const why = thrown instanceof TypeError ? 'it is not UTF-8' : readFault(thrown);
    return { message: `can't read ${quoted(file)}: ${why}; write values (in: "0"), or the path of a CSV file` };
  }
}

const withFile = (file: string, read: ValueMap | Wrong): ValueMap | Wrong =>
  'message' in read ? { message: `${file}: ${read.message}` } : read;

/** A cell of RFC 4180, and what is behind it. */
const CELL = /("(?:[^"]|"")*"|[^",\r\n]*)(,|\r?\n|$)/y;

/** Lines of two cells; empty lines are left out. What is wrong begins with its line and column. */
function parseCsv(text: string): Parsed<[string, string][]> {
  const pairs: [string, string][] = [];
  let row: string[] = [];
  let rowAt = 0;
  for (let at = text.startsWith('\ufeff') ? 1 : 0; at < text.length || row.length > 0;) {
    CELL.lastIndex = at;
    const match = CELL.exec(text);
    if (match === null) return { wrong: `${placeOf(text, at)}: a quote that is not closed, or text behind one` };
    const [all, cell = '', end] = match;
    if (row.length === 0) rowAt = at;
    row.push(cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell);
    at += all.length;
    if (end === ',' && at < text.length) continue;
    if (end === ',') row.push('');
    const [from = '', to] = row;
    const isEmpty = row.length === 1 && cell === '';
    const wrong = row.length === 2 && to !== undefined ? pairFault(from, to) : `expected two cells, got ${row.length}`;
    if (!isEmpty && wrong !== undefined) return { wrong: `${placeOf(text, rowAt)}: ${wrong}` };
    if (!isEmpty) pairs.push([from, to ?? '']);
    row = [];
  }
  return pairs;
}

/** Line and column, from 1. */
function placeOf(text: string, at: number): string {
  const before = text.slice(0, at).split('\n');
  return `${before.length}:${(before.at(-1) ?? '').length + 1}`;
}

function pairFault(from: string, to: string): string | undefined {
  if (from === '') return 'an empty value is never looked up; remove it';
  const long = [from, to].find((text) => Buffer.byteLength(text) > MOST_BYTES);
  return long === undefined ? undefined : `a value may have at most ${MOST_BYTES} bytes`;
}

function toMap(pairs: readonly (readonly [string, string])[]): ValueMap | Wrong {
  const entries = new Map(pairs);
  if (entries.size === 0) return { message: 'names no value; write at least one' };
  if (entries.size > MOST_VALUES) return { message: `has ${entries.size} values, at most ${MOST_VALUES} are possible` };
  if (entries.size < pairs.length) {
    const seen = new Set<string>();
    const [twice = ''] = pairs.find(([from]) => seen.size === seen.add(from).size) ?? [];
    return { message: `names ${quoted(twice)} twice; remove one` };
  }
  const other = entries.get(DEFAULT);
  entries.delete(DEFAULT);
  return { entries: [...entries], other };
}

/** Maps that templates name must be there; and there are not too many. */
export function checkMaps(format: { readonly maps: Readonly<Record<string, ValueMap>> }, say: Say): void {
  const names = Object.keys(format.maps);
  if (names.length > MOST_MAPS) say(['maps'], `at most ${MOST_MAPS} maps are possible`);
  for (const [path, ref] of writtenRefs(format)) {
    if (ref.kind !== 'mapped' || names.includes(ref.map)) continue;
    const known = names.length === 0 ? 'there are none; write maps:' : `known: ${names.join(', ')}`;
    say(path, `no map is called ${quoted(ref.map)}${didYouMean(ref.map, names)} (${known})`);
  }
}
