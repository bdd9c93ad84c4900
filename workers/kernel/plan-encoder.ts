import type {
  Condition,
  FieldRef,
  FormatPlan,
  Framing,
  IpRange,
  NewlinePolicy,
  SizePlan,
  Zone,
} from '../../src/model/format-plan.js';
import { DataSegment } from './data-segment.js';
import { NUMBERS, SIZES, slotOf } from './numbers.js';
import type { Extent, Values } from './records.js';
import { type BodyLayout, encodeBody, layoutOf, templatesOfBody } from './plan-body.js';
import { encodeData, encodeHead, encodeSegments, styleOf, templatesOfHeader } from './plan-header.js';
import type { EncodedSearch } from './needles.js';
import { MaskTable } from './plan-masks.js';
import { encodeMaps } from './plan-maps.js';
import { encodeShape } from './plan-shape.js';
import { differsPerLog, eventIdRef, idOf, RefTable, refsIn } from './plan-refs.js';
import { isSearch, SearchTable } from './plan-searches.js';

const { FORMAT, NEWLINE, OP, OVER } = NUMBERS;

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
  const segment = new DataSegment(base);
  const { header, eventTime, include, exclude, rules } = plan;
  const conditions = [include, exclude, ...rules.map(({ when }) => when)].filter((one) => one !== undefined);
  const style = styleOf(header);
  const inHeader = templatesOfHeader(style).flatMap(refsIn);
  const body = layoutOf(plan.body);
  const newline = newlineOf(plan.newline, body);
  const masks = new MaskTable(segment, plan.masks);
  const shown = [...inHeader, ...templatesOfBody(body).flatMap(refsIn)];
  const asked = [...conditions.flatMap(refsOfCondition), ...(eventTime === undefined ? [] : [eventTime.ref])];
  const refs = new RefTable(segment, masks, shown, asked);
  const searches = new SearchTable(segment, refs, conditions);
  const around = { segment, refs, searches, numberOf };
  const encode = (condition: Condition): number => encodeCondition(around, condition);
  const head = (priority: number): number => encodeHead(segment, style, priority);
  const address = segment.record('Plan', {
    ...encodeFraming(segment, plan.framing),
    newline: NEWLINE[newline],
    fractionDigits: header.fractionDigits,
    timeStyle: style.time,
    headerPerLog: Number(inHeader.some(differsPerLog) || style.data.length > 0),
    refsPerLog: Number(refs.differsPerLog || conditions.length > 0 || eventTime !== undefined),
    head: head(header.priority),
    refs: refs.table,
    made: refs.made,
    ...refs.contents(),
    segments: encodeSegments(segment, style, refs),
    data: encodeData(segment, style, refs),
    include: include === undefined ? 0 : encode(include),
    exclude: exclude === undefined ? 0 : encode(exclude),
    rules: segment.list(
      'Rule',
      rules.map(({ when, priority }, i) => ({
        when: encode(when),
        head: head(priority),
        ...encodeRow(segment, rules, i),
      })),
    ),
    searches: searches.table,
    ...encodeBody(segment, refs, body),
    ...encodeSize(segment, plan.size ?? (newline === 'split' ? LONGEST_LINES : undefined), body, masks),
    zone: encodeZone(segment, header.zone),
    timeRef: eventTime === undefined ? 0 : refs.addressOf(eventTime.ref),
    timeFormat: eventTime === undefined ? 0 : FORMAT[eventTime.format],
    timeZone: encodeZone(segment, eventTime?.zone),
    ...encodeShape(segment, plan.shape, masks),
    maskedRefs: refs.masked(),
    mapped: encodeMaps(segment, plan.maps, refs),
    ...masks.hash,
    samples: Number([include, exclude].some(samples)),
  });
  return { bytes: segment.bytes(), address, searches: searches.encoded };
}

function encodeFraming(
  segment: DataSegment,
  framing: Framing,
): Pick<Values<'Plan'>, 'counted' | 'command' | 'trailer'> {
  const { command, trailer } = framing === 'octet-counting' ? { command: '', trailer: '' } : framing;
  return {
    counted: Number(command !== undefined),
    command: segment.text(command ?? ''),
    trailer: segment.text(trailer),
  };
}

/** Address and number of Shifts. */
function encodeZone(segment: DataSegment, zone: Zone | undefined): Extent {
  return segment.list('Shift', zone?.shifts ?? []);
}

/** What the first of several rules in a row that compare one field with texts says of them. */
function encodeRow(
  segment: DataSegment,
  rules: FormatPlan['rules'],
  begin: number,
): Pick<Values<'Rule'>, 'behind' | 'slots'> {
  const refAt = (i: number): string | undefined => {
    const when = rules[i]?.when;
    return when?.op === 'equals' && when.ignoreCase !== true ? idOf(when.ref) : undefined;
  };
  const ref = refAt(begin);
  if (ref === undefined || refAt(begin - 1) === ref) return NO_ROW;
  let end = begin + 1;
  while (refAt(end) === ref) end++;
  if (end - begin < 2) return NO_ROW;
  let slots = 0n;
  for (const { when } of rules.slice(begin, end)) {
    if (when.op === 'equals') for (const value of when.values) slots |= 1n << BigInt(slotOf(value));
  }
  return { behind: end, slots: segment.put(new Uint8Array(BigUint64Array.of(slots).buffer)) };
}

const NO_ROW = { behind: 0, slots: 0 };

type SizeMembers = Pick<
  Values<'Plan'>,
  'budget' | 'overBudget' | 'pieces' | 'marker' | 'trims' | 'partTexts' | 'partRef'
>;

const ANY_SIZE: SizeMembers = {
  budget: 0,
  overBudget: 0,
  pieces: 0,
  marker: [0, 0],
  trims: [0, 0],
  partTexts: 0,
  partRef: 0,
};

/** The plan's members about messages that are too large. */
function encodeSize(segment: DataSegment, size: SizePlan | undefined, body: BodyLayout, masks: MaskTable): SizeMembers {
  if (size === undefined) return ANY_SIZE;
  const { maxBytes, over, marker, idPrefix } = size;
  // What is shown of a hidden value is short.
  const trimFirst = size.trimFirst.filter((key) => masks.of({ kind: 'content', key }) === 0);
  const trims = trimFirst.map((key) => ({ key: segment.text(key), limit: SIZES.WHOLE }));
  const [texts] = segment.texts(body.parts);
  return {
    budget: maxBytes,
    overBudget: OVER[over],
    marker: segment.text(body.marker(marker)),
    trims: segment.list('Trim', trims),
    pieces: body.pieces,
    partTexts: texts,
    partRef: eventIdRef(segment, idPrefix),
  };
}

/** A line is held as a whole; one that is even longer goes in parts. */
const LONGEST_LINES: SizePlan = { maxBytes: 131_072, over: 'split', marker: '', trimFirst: [], idPrefix: '' };

function newlineOf(newline: NewlinePolicy, { isText }: BodyLayout): NewlinePolicy {
  return newline !== 'split' || isText ? newline : 'escape';
}

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
  readonly segment: DataSegment;
  readonly refs: RefTable;
  readonly searches: SearchTable;
  readonly numberOf: (pattern: string) => number;
}

function encodeCondition(around: Surroundings, condition: Condition): number {
  const { segment, refs, searches, numberOf } = around;
  const op = OP[condition.op];
  if ('of' in condition) {
    const parts =
      condition.op === 'not' ? [condition.of] : condition.op === 'any' ? merged(condition.of) : condition.of;
    return combine(
      segment,
      op,
      parts.map((part) => encodeCondition(around, part)),
    );
  }
  const put = (said: Partial<Values<'Condition'>>): number =>
    segment.record('Condition', { op, ref: 0, items: 0, count: 0, number: 0, ...said });
  if ('values' in condition && isSearch(condition)) {
    const asked = searches.find(condition).map(({ address, bits }) => put({ ref: address, count: bits }));
    return combine(segment, OP.any, asked);
  }
  const ref = refs.addressOf(condition.ref);
  switch (condition.op) {
    case 'exists':
      return put({ ref });
    case 'regex':
      return put({ ref, count: numberOf(condition.pattern) });
    case 'cidr': {
      const [items, count] = encodeRanges(segment, condition.ranges);
      return put({ ref, items, count });
    }
    case 'sample':
      return put({ ref, count: Math.min(Math.floor(condition.share * 2 ** 32), 0xffff_ffff) });
    case 'lt':
    case 'le':
    case 'gt':
    case 'ge':
      return put({ ref, number: segment.put(new Uint8Array(Float64Array.of(condition.number).buffer)) });
    default: {
      const { values, ignoreCase } = condition;
      const isFolded = ignoreCase === true;
      const [items, count] = segment.texts(isFolded ? values.map(inLowerCase) : values);
      return put({ op: isFolded ? op + OP.ignoringCase : op, ref, items, count });
    }
  }
}

/** Only of the letters that the kernel knows to have a case. */
const inLowerCase = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

/** Address and number of IpRanges. */
function encodeRanges(segment: DataSegment, ranges: readonly IpRange[]): Extent {
  return segment.list(
    'IpRange',
    ranges.map(({ address, bits }) => ({ address: Uint8Array.from(address), bits })),
  );
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
function combine(segment: DataSegment, op: number, items: readonly number[]): number {
  const [first = 0] = items;
  if (items.length === 1 && op !== OP.not) return first;
  const [address, count] = segment.addresses(items);
  return segment.record('Condition', { op, ref: 0, items: address, count, number: 0 });
}
