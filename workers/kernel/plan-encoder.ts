import type {
  Condition,
  FieldRef,
  FormatPlan,
  Framing,
  IpRange,
  NewlinePolicy,
  SizePlan,
  TimeFormat,
  Zone,
} from '../../src/model/format-plan.js';
import { Arena } from './arena.js';
import { encodeBody, encodeQuotes, partTexts, templatesOfBody } from './plan-body.js';
import { encodeData, encodeHead, encodeSegments, templatesOfHeader } from './plan-header.js';
import type { EncodedSearch } from './needles.js';
import { MaskTable } from './plan-masks.js';
import { encodeShape } from './plan-shape.js';
import { differsPerLog, eventIdRef, idOf, RefTable, refsIn } from './plan-refs.js';
import { isSearch, SearchTable } from './plan-searches.js';

/** The numbers and the order of members are those of assembly/plan.ts. */
const NEWLINES: Record<NewlinePolicy, number> = { escape: 0, space: 1, octal: 2, keep: 3, split: 4 };
const OVER: Record<SizePlan['over'], number> = { truncate: 0, drop: 1, deadLetter: 2, split: 3 };

/** Powers of ten for units, as nanoseconds; the rest are those of assembly/plan.ts. */
const TIME_FORMATS: Record<TimeFormat, number> = { s: 9, ms: 6, us: 3, ns: 0, iso8601: 10, clf: 11 };
const DIALECTS: Record<FormatPlan['header']['dialect'], number> = { bsd: 1, year: 2, iso8601: 3 };
const NO_HEADER = 4;

/** The numbers are those of assembly/rules.ts. */
const OPS: Record<Condition['op'], number> = {
  all: 0,
  any: 1,
  not: 2,
  exists: 3,
  equals: 4,
  prefix: 5,
  suffix: 6,
  contains: 7,
  lt: 8,
  le: 9,
  gt: 10,
  ge: 11,
  regex: 12,
  cidr: 13,
  sample: 14,
};
/** Added to the op of a comparison that ignores case. */
const IGNORING_CASE = 16;

/** Plain data for the kernel's memory. */
export interface EncodedPlan {
  readonly bytes: Uint8Array;
  /** Address of the plan itself; `bytes` belong at the address the encoder was given. */
  readonly address: number;
  readonly searches: readonly EncodedSearch[];
}

/**
 * Lays a plan out as the kernel reads it.
 * @param base where the bytes will lie, a multiple of 16.
 * @param numberOf gives the number by which the kernel asks its host for a pattern.
 */
export function encodePlan(plan: FormatPlan, base: number, numberOf: (pattern: string) => number): EncodedPlan {
  const arena = new Arena(base);
  const { header, eventTime, include, exclude, rules } = plan;
  const conditions = [include, exclude, ...rules.map(({ when }) => when)].filter((one) => one !== undefined);
  const inHeader = templatesOfHeader(header).flatMap(refsIn);
  const masks = new MaskTable(arena, plan.masks);
  const shown = [...inHeader, ...templatesOfBody(plan.body).flatMap(refsIn)];
  const asked = [...conditions.flatMap(refsOfCondition), ...(eventTime === undefined ? [] : [eventTime.ref])];
  const refs = new RefTable(arena, masks, shown, asked);
  const searches = new SearchTable(arena, refs, conditions);
  const around = { arena, refs, searches, numberOf };
  const encode = (condition: Condition): number => encodeCondition(around, condition);
  const head = (priority: number): number => encodeHead(arena, header, priority);
  const address = arena.words([
    ...encodeFraming(arena, plan.framing),
    NEWLINES[newlineOf(plan)],
    header.fractionDigits,
    header.style === 'none' ? NO_HEADER : header.style === 'rfc3164' ? DIALECTS[header.dialect] : 0,
    Number(inHeader.some(differsPerLog) || header.structuredData.length > 0),
    Number(refs.differsPerLog || conditions.length > 0 || eventTime !== undefined),
    head(header.priority),
    ...arena.text(plan.body.kind === 'kv' ? plan.body.separator : ''),
    ...refs.table,
    ...refs.made,
    ...refs.contents(),
    ...encodeSegments(arena, header, refs),
    ...encodeData(arena, header, refs),
    include === undefined ? 0 : encode(include),
    exclude === undefined ? 0 : encode(exclude),
    arena.words(
      rules.flatMap(({ when, priority }, i) => [encode(when), head(priority), ...encodeRow(arena, rules, i)]),
    ),
    rules.length,
    ...searches.table,
    ...encodeBody(arena, refs, plan.body),
    ...encodeSize(arena, plan, masks),
    ...encodeZone(arena, header.zone),
    ...(eventTime === undefined ? [0, 0] : [refs.addressOf(eventTime.ref), TIME_FORMATS[eventTime.format]]),
    ...encodeZone(arena, eventTime?.zone),
    ...encodeShape(arena, plan.shape, masks),
    ...refs.masked(),
    ...masks.hash,
    ...encodeQuotes(arena, plan.body),
    Number([include, exclude].some(samples)),
  ]);
  return { bytes: arena.bytes(), address, searches: searches.encoded };
}

/** Whether messages are counted, the command before the count, the trailer. */
function encodeFraming(arena: Arena, framing: Framing): number[] {
  const { command, trailer } = framing === 'octet-counting' ? { command: '', trailer: '' } : framing;
  return [Number(command !== undefined), ...arena.text(command ?? ''), ...arena.text(trailer)];
}

/** Address and number of shifts. */
function encodeZone(arena: Arena, zone: Zone | undefined): [number, number] {
  const shifts = zone?.shifts ?? [];
  return [arena.words(shifts.flatMap(({ from, minutes }) => [from, minutes])), shifts.length];
}

/** Of a rule that begins a row of those that compare one field with texts: the rule behind the row, and which texts there are. */
function encodeRow(arena: Arena, rules: FormatPlan['rules'], begin: number): [number, number] {
  const refAt = (i: number): string | undefined => {
    const when = rules[i]?.when;
    return when?.op === 'equals' && when.ignoreCase !== true ? idOf(when.ref) : undefined;
  };
  const ref = refAt(begin);
  if (ref === undefined || refAt(begin - 1) === ref) return [0, 0];
  let end = begin + 1;
  while (refAt(end) === ref) end++;
  if (end - begin < 2) return [0, 0];
  let slots = 0n;
  for (const { when } of rules.slice(begin, end)) {
    if (when.op === 'equals') for (const value of when.values) slots |= 1n << BigInt(slotOf(value));
  }
  return [end, arena.put(new Uint8Array(BigUint64Array.of(slots).buffer))];
}

/** As in assembly/slot.ts. */
function slotOf(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return (bytes.length + (bytes[0] ?? 0) * 5) & 63;
}

/** The plan's members from budget to partRef. */
function encodeSize(arena: Arena, plan: FormatPlan, masks: MaskTable): number[] {
  const { body } = plan;
  const size = plan.size ?? (newlineOf(plan) === 'split' ? LONGEST_LINES : undefined);
  if (size === undefined) return [0, 0, 0, 0, 0, 0, 0, 0];
  const { maxBytes, over, marker, idPrefix } = size;
  // What is shown of a hidden value is short.
  const trimFirst = size.trimFirst.filter((key) => masks.of({ kind: 'content', key }) === 0);
  const mark = body.kind === 'json' && marker !== '' ? ',"_truncated":true' : marker;
  const trims = trimFirst.flatMap((key) => [...arena.text(key), WHOLE]);
  const [texts] = arena.texts(partTexts(body));
  const id = eventIdRef(arena, idPrefix);
  return [maxBytes, OVER[over], ...arena.text(mark), arena.words(trims), trimFirst.length, texts, id];
}

/** A line is held as a whole; one that is even longer goes in parts. */
const LONGEST_LINES: SizePlan = { maxBytes: 131_072, over: 'split', marker: '', trimFirst: [], idPrefix: '' };

/** A line of JSON, LEEF, CEF or quoted text is not what its receiver can read. */
function newlineOf({ newline, body }: FormatPlan): NewlinePolicy {
  const isText = body.kind === 'raw' || (body.kind === 'kv' && body.quote === 'none');
  return newline !== 'split' || isText ? newline : 'escape';
}

/** Of a content that is not shortened. */
const WHOLE = 0xffff_ffff;

function samples(condition: Condition | undefined): boolean {
  if (condition === undefined || !('of' in condition)) return condition?.op === 'sample';
  return condition.op === 'not' ? samples(condition.of) : condition.of.some(samples);
}

function refsOfCondition(condition: Condition): FieldRef[] {
  if ('ref' in condition) return [condition.ref];
  return condition.op === 'not' ? refsOfCondition(condition.of) : condition.of.flatMap(refsOfCondition);
}

/** What a condition's parts have in common. */
interface Surroundings {
  readonly arena: Arena;
  readonly refs: RefTable;
  readonly searches: SearchTable;
  readonly numberOf: (pattern: string) => number;
}

function encodeCondition(around: Surroundings, condition: Condition): number {
  const { arena, refs, searches, numberOf } = around;
  const op = OPS[condition.op];
  if ('of' in condition) {
    const parts =
      condition.op === 'not' ? [condition.of] : condition.op === 'any' ? merged(condition.of) : condition.of;
    return combine(
      arena,
      op,
      parts.map((part) => encodeCondition(around, part)),
    );
  }
  if ('values' in condition && isSearch(condition)) {
    const asked = searches.find(condition).map(({ address, bits }) => arena.words([op, address, 0, bits, 0]));
    return combine(arena, OPS.any, asked);
  }
  const ref = refs.addressOf(condition.ref);
  switch (condition.op) {
    case 'exists':
      return arena.words([op, ref, 0, 0, 0]);
    case 'regex':
      return arena.words([op, ref, 0, numberOf(condition.pattern), 0]);
    case 'cidr':
      return arena.words([op, ref, encodeRanges(arena, condition.ranges), condition.ranges.length, 0]);
    case 'sample':
      return arena.words([op, ref, 0, Math.min(Math.floor(condition.share * 2 ** 32), 0xffff_ffff), 0]);
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return arena.words([op, ref, 0, 0, arena.put(new Uint8Array(Float64Array.of(condition.number).buffer))]);
    default: {
      const { values, ignoreCase } = condition;
      if (ignoreCase !== true) return arena.words([op, ref, ...arena.texts(values), 0]);
      return arena.words([op + IGNORING_CASE, ref, ...arena.texts(values.map(inLowerCase)), 0]);
    }
  }
}

/** Only of the letters that the kernel knows to have a case. */
const inLowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** The 16 bytes of the address, then how many of their bits count. */
function encodeRanges(arena: Arena, ranges: readonly IpRange[]): number {
  const table = new Uint8Array(ranges.length * 20);
  const view = new DataView(table.buffer);
  for (const [index, { address, bits }] of ranges.entries()) {
    table.set(address, index * 20);
    view.setUint32(index * 20 + 16, bits, true);
  }
  return arena.put(table);
}

/** Alternatives that compare one ref in one way with different texts are one condition with all of these. */
function merged(alternatives: readonly Condition[]): Condition[] {
  const all = new Map<string, Condition>();
  for (const [i, one] of alternatives.entries()) {
    const id = 'values' in one ? `${one.op} ${one.ignoreCase} ${idOf(one.ref)}` : String(i);
    const other = all.get(id);
    const both = other !== undefined && 'values' in other && 'values' in one;
    all.set(id, both ? { ...one, values: [...other.values, ...one.values] } : one);
  }
  return [...all.values()];
}

/** @param op one of one is that one. */
function combine(arena: Arena, op: number, items: readonly number[]): number {
  const [first = 0] = items;
  if (items.length === 1 && op !== OPS.not) return first;
  return arena.words([op, 0, arena.words(items), items.length, 0]);
}
