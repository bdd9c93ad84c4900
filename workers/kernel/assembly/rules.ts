/** Conditions over the refs of a log: which logs go out, and how severe they are. */
import { matches as hostMatches } from './host';
import { isInRange, readIp } from './ip';
import { Condition, Head, plan, Ref, Rule, RULE_SIZE, Text, TEXT_SIZE } from './plan';
import { isSame } from './same';
import { hashOf } from './sample';

/** The same numbers as OPS in plan-encoder.ts. */
const ALL: u32 = 0;
const ANY: u32 = 1;
const NOT: u32 = 2;
const EXISTS: u32 = 3;
const EQUALS: u32 = 4;
const PREFIX: u32 = 5;
const SUFFIX: u32 = 6;
const CONTAINS: u32 = 7;
const LESS: u32 = 8;
const LESS_OR_EQUAL: u32 = 9;
const GREATER: u32 = 10;
const REGEX: u32 = 12;
const CIDR: u32 = 13;
const SAMPLE: u32 = 14;
const IGNORING_CASE: u32 = 16;
const RANGE_SIZE: usize = 20;

const MAX_DIGITS: u32 = 15;

export function isWanted(): bool {
  if (plan.include != 0 && !holds(plan.include)) return false;
  return plan.exclude == 0 || !holds(plan.exclude);
}

/** The head of the log: that of the first rule that holds. */
export function chooseHead(): Head {
  for (let i: u32 = 0; i < plan.ruleCount; i++) {
    const rule = changetype<Rule>(plan.rules + i * RULE_SIZE);
    if (holds(rule.when)) return changetype<Head>(rule.head);
  }
  return changetype<Head>(plan.head);
}

/** As deep as the config could be. */
function holds(at: usize): bool {
  const condition = changetype<Condition>(at);
  const op = condition.op;
  if (op <= NOT) return combined(condition, op);
  const ref = changetype<Ref>(condition.ref);
  if (op == EXISTS) return ref.valueLength != 0;
  if (op >= IGNORING_CASE) return matchesFolded(condition, ref, op - IGNORING_CASE);
  if (op == REGEX) return hostMatches(condition.count, ref.value, ref.valueLength);
  if (op == CIDR) return isInRanges(condition, ref);
  if (op == SAMPLE) return hashOf(ref.value, ref.value + ref.valueLength) < condition.count;
  if (op >= LESS) return compares(ref, op, load<f64>(condition.number));
  for (let i: u32 = 0; i < condition.count; i++) {
    if (matches(op, ref.value, ref.valueLength, changetype<Text>(condition.items + i * TEXT_SIZE))) return true;
  }
  return false;
}

function combined(condition: Condition, op: u32): bool {
  for (let i: u32 = 0; i < condition.count; i++) {
    const held = holds(load<usize>(condition.items + (i << 2)));
    if (op == NOT) return !held;
    if (held == (op == ANY)) return held;
  }
  return op != ANY;
}

function matches(op: u32, value: usize, length: u32, text: Text): bool {
  if (length < text.length) return false;
  if (op == EQUALS) return length == text.length && same(value, text);
  if (op == PREFIX) return same(value, text);
  if (op == SUFFIX) return same(value + length - text.length, text);
  return contains(value, length, text);
}

function same(value: usize, text: Text): bool {
  return isSame(value, text.at, text.length);
}

/** Looks for the first byte 16 at a time. The text is not empty. */
function contains(value: usize, length: u32, text: Text): bool {
  const first = i8x16.splat(load<i8>(text.at));
  const last = value + length - text.length;
  for (let p = value; p <= last; p += 16) {
    for (let bits = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), first)); bits != 0; bits &= bits - 1) {
      const at = p + ctz(bits);
      if (at > last) return false;
      if (same(at, text)) return true;
    }
  }
  return false;
}

function isInRanges(condition: Condition, ref: Ref): bool {
  if (!readIp(ref.value, ref.value + ref.valueLength)) return false;
  for (let i: u32 = 0; i < condition.count; i++) {
    const range = condition.items + i * RANGE_SIZE;
    if (isInRange(range, load<u32>(range, 16))) return true;
  }
  return false;
}

function matchesFolded(condition: Condition, ref: Ref, op: u32): bool {
  for (let i: u32 = 0; i < condition.count; i++) {
    const text = changetype<Text>(condition.items + i * TEXT_SIZE);
    if (ref.valueLength < text.length) continue;
    const last = ref.value + ref.valueLength - text.length;
    if (op == EQUALS && last != ref.value) continue;
    const first = op == SUFFIX ? last : ref.value;
    for (let p = first; p <= (op == CONTAINS ? last : first); p++) {
      if (isSameFolded(p, text)) return true;
    }
  }
  return false;
}

/** The text has no capital letters. */
function isSameFolded(p: usize, text: Text): bool {
  for (let i: u32 = 0; i < text.length; i++) {
    const c: u32 = load<u8>(p + i);
    if ((c - 0x41 <= 25 ? c | 0x20 : c) != load<u8>(text.at + i)) return false;
  }
  return true;
}

/** Where {@link isNumber} left what it read. */
let number: f64 = 0;

function compares(ref: Ref, op: u32, other: f64): bool {
  if (!isNumber(ref.value, ref.value + ref.valueLength)) return false;
  if (op == LESS) return number < other;
  if (op == LESS_OR_EQUAL) return number <= other;
  return op == GREATER ? number > other : number >= other;
}

/** `-12.5`: at most 15 digits, so that both the digits and the power of ten are exact and their quotient is the nearest double. */
function isNumber(p: usize, end: usize): bool {
  const negative = p < end && load<u8>(p) == 0x2d;
  if (negative) p++;
  let value: f64 = 0;
  let scale: f64 = 1;
  let digits: u32 = 0;
  let fraction = false;
  for (; p < end; p++) {
    const c: u32 = load<u8>(p);
    if (c == 0x2e) {
      if (fraction || digits == 0 || p + 1 == end) return false;
      fraction = true;
      continue;
    }
    if (c - 0x30 > 9 || digits == MAX_DIGITS) return false;
    digits++;
    value = value * 10 + <f64>(c - 0x30);
    if (fraction) scale *= 10;
  }
  number = (negative ? -value : value) / scale;
  return digits != 0;
}
