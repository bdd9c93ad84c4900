import type { EventTimePlan, FieldRef, FoundField, Template, TemplatePart } from '../model/format-plan.js';
import { quoted } from './problem.js';
import { isPlainName, parsePath, splitNames, TEMPLATE_FIELD } from './path.js';
import { isWrong, type Parsed } from './scalars.js';
import { didYouMean } from './suggest.js';

/** A name whose value needs the pipeline's own names. */
type OwnName = 'project' | 'logstore' | 'eventId';

/** A name that is the same for every log of a pipeline. */
type Constant = 'project' | 'logstore';

type ConfigPart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly names: readonly (FieldRef | OwnName)[]; readonly fallback: string };

/** A template as it was written: the pipeline's own names are not filled in yet. */
export type TemplateConfig = readonly ConfigPart[];

const MADE = { __time__: 'time', __time_ms__: 'timeMs', __rating__: 'rating' } as const;
/** What people know from other tools; a log may well have a field `count(1)`. */
const FUNCTION =
  /^(?:upper|lower|trim|substr|replace|default|json|md5|sha1|sha256|hash|mask|base64|date|now)\(([^()]*)\)$/i;
const RESERVED = [
  ...['__topic__', '__source__', '__tag__:', '__project__', '__logstore__', '__event_id__'],
  ...Object.keys(MADE),
];

/**
 * Text with fields in it: `sls-%{__tag__:__hostname__|__source__:-unknown}`. The first field that is not empty counts, else what
 * follows `:-` (or nothing). `%%{` is a literal `%{`. Names are as in {@link parsePath}.
 */
export function parseTemplate(text: string): Parsed<TemplateConfig> {
  const parts: ConfigPart[] = [];
  let from = 0;
  for (const match of text.matchAll(TEMPLATE_FIELD)) {
    const [reference, names, fallback, close] = match;
    parts.push({ kind: 'literal', text: text.slice(from, match.index) });
    from = match.index + reference.length;
    if (names === undefined) {
      parts.push({ kind: 'literal', text: '%{' });
      continue;
    }
    if (close === '') {
      const what = text[from] === '"' ? `the quote at character ${from + 1}` : `"%{" at character ${match.index + 1}`;
      return { wrong: `${what} is never closed with ${text[from] === '"' ? 'another' : '"}"'}` };
    }
    const part = parseField(names, fallback?.slice(2) ?? '', match.index + 3);
    if (isWrong(part)) return part;
    parts.push(part);
  }
  parts.push({ kind: 'literal', text: text.slice(from) });
  return parts;
}

/** Whether a template anywhere in a part of the config holds the id of the event. */
export function usesEventId(part: unknown): boolean {
  if (typeof part !== 'object' || part === null) return false;
  const { names } = part as { readonly names?: unknown };
  return (Array.isArray(names) && names.includes('eventId')) || Object.values(part).some(usesEventId);
}

/** Fills in what is the same for all logs of a pipeline, and joins the literals that then touch. */
export function fillTemplate(config: TemplateConfig, constants: Readonly<Record<Constant, string>>): Template {
  const filled: TemplatePart[] = [];
  for (const part of config) {
    const next = part.kind === 'literal' ? part : fillField(part.names, part.fallback, constants);
    const last = filled.at(-1);
    if (next.kind === 'literal' && last?.kind === 'literal') filled.pop();
    const text = next.kind === 'literal' && last?.kind === 'literal' ? last.text + next.text : undefined;
    filled.push(text === undefined ? next : { kind: 'literal', text });
  }
  return filled.filter((part) => part.kind === 'field' || part.text !== '');
}

function fillField(
  names: readonly (FieldRef | OwnName)[],
  fallback: string,
  constants: Readonly<Record<Constant, string>>,
): TemplatePart {
  const refs: FieldRef[] = [];
  for (const name of names) {
    if (typeof name === 'object') {
      refs.push(name);
      continue;
    }
    if (name === 'eventId') {
      refs.push({ kind: 'eventId', prefix: `${constants.project}/${constants.logstore}/` });
      continue;
    }
    // A constant is never empty, so nothing behind it can count.
    const text = constants[name];
    return refs.length === 0 ? { kind: 'literal', text } : { kind: 'field', refs, fallback: text };
  }
  return { kind: 'field', refs, fallback };
}

/** @param at position in the whole text of the first character inside the braces, from 1; for messages. */
function parseField(chain: string, fallback: string, at: number): Parsed<ConfigPart> {
  const names: (FieldRef | OwnName)[] = [];
  let position = at;
  for (const name of splitNames(chain)) {
    const parsed = parseName(name, position);
    if (isWrong(parsed)) return parsed;
    names.push(parsed);
    position += name.length + 1;
  }
  return { kind: 'field', names, fallback };
}

/** The field a condition is about. */
export function parseFieldRef(name: string): Parsed<FieldRef> {
  const ref = parseName(name, 1);
  if (typeof ref === 'object' && 'kind' in ref && ref.kind === 'mapped') {
    return { wrong: `${quoted(name)}: maps are for templates; name the field itself, and its values as they are` };
  }
  return typeof ref === 'string'
    ? { wrong: `${quoted(name)} is the same for every event; there is nothing to choose by` }
    : ref;
}

/** A field that is found in the log, not made from it. */
export function parseFoundRef(name: string): Parsed<EventTimePlan['ref']> {
  const ref = parseFieldRef(name);
  if (isWrong(ref)) return ref;
  const isFound = ref.kind === 'topic' || ref.kind === 'source' || ref.kind === 'tag' || ref.kind === 'content';
  return isFound ? ref : { wrong: `${quoted(name)} says nothing that is not known; name a field of the log` };
}

function parseMapped(name: string, at: number): Parsed<FieldRef> {
  const [, map = '', field] = /^map:([^()]*)\((.*)\)$/s.exec(name) ?? [];
  if (field === undefined || map === '') {
    return {
      wrong: `${quoted(name)} at character ${at} is not closed; write %{map:NAME(field)}, and the next name behind "|"`,
    };
  }
  const of = parseName(field, at + map.length + 5);
  if (isWrong(of)) return of;
  const isFound = typeof of === 'object' && ['topic', 'source', 'tag', 'content'].includes(of.kind);
  return isFound
    ? { kind: 'mapped', map, of: of as FoundField }
    : { wrong: `${quoted(field)} at character ${at + map.length + 5} is no field of the log, which a map takes` };
}

function parseName(name: string, at: number): Parsed<FieldRef | OwnName> {
  const where = `at character ${at}`;
  if (name === '')
    return { wrong: `a field name is missing ${where}; write %{name}, %{name|other} or %{name:-fallback}` };
  if (name !== name.trim()) return { wrong: `${quoted(name)} ${where} has a space at its end` };
  if (name === '__topic__') return { kind: 'topic' };
  if (name === '__source__') return { kind: 'source' };
  if (name === '__project__') return 'project';
  if (name === '__logstore__') return 'logstore';
  if (name === '__event_id__') return 'eventId';
  if (Object.hasOwn(MADE, name)) return { kind: MADE[name as keyof typeof MADE] };
  if (name === '__tag__' || name === '__tag__:') {
    return { wrong: `${quoted(name)} ${where} needs the tag's name, such as __tag__:__hostname__` };
  }
  if (name.startsWith('__tag__:')) return { kind: 'tag', key: name.slice(8) };
  if (name.startsWith('map:')) return parseMapped(name, at);
  if (!isPlainName(name)) return parsePath(name, where);
  const [, inside] = FUNCTION.exec(name) ?? [];
  if (inside !== undefined) {
    return { wrong: `${quoted(name)} ${where} is a function, and there are none here; did you mean "${inside}"?` };
  }
  if (/^__\w*(__|:)/.test(name)) {
    return { wrong: `unknown field ${quoted(name)} ${where}${didYouMean(name, RESERVED)}` };
  }
  return { kind: 'content', key: name };
}
