/** Conditions over the refs of a log: which logs go out, and how severe they are. */
import { matches as hostMatches } from './host';
import { isInRange, readIp } from './ip';
import { plan } from './plan';
import { Text, TEXT_SIZE } from './plan-fields';
import { Ref } from './plan-refs';
import { Condition, Head, Rule, RULE_SIZE } from './plan-rules';
import { refOf } from './refs';
import { isSame } from './same';
import { hashOf } from './sample';
import { finds } from './searches';
import { slotOf } from './slot';

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

/** What passes a sample: its share, or everything, or nothing. */
const AS_PLANNED: i32 = 0;
const ALL_PASS: i32 = 1;
const NONE_PASS: i32 = -1;
let shares: i32 = AS_PLANNED;

export function isWanted(): bool {
  if (plan.include != 0 && !test(plan.include)) return false;
  return plan.exclude == 0 || !test(plan.exclude);
}

/** Whether a log that is not wanted would be, if nothing were sampled. */
export function isSampledOut(): bool {
  if (plan.samples == 0) return false;
  shares = ALL_PASS;
  let isWanted = plan.include == 0 || test(plan.include);
  shares = NONE_PASS;
  if (isWanted && plan.exclude != 0) isWanted = !test(plan.exclude);
  shares = AS_PLANNED;
  return isWanted;
}

/** The head of the log: that of the first rule that holds. */
export function chooseHead(): Head {
  for (let i: u32 = 0; i < plan.ruleCount;) {
    const rule = changetype<Rule>(plan.rules + i * RULE_SIZE);
    if (rule.behind != 0 && !mayEqual(rule)) {
      i = rule.behind;
      continue;
    }
    if (test(rule.when)) return changetype<Head>(rule.head);
    i++;
  }
  return changetype<Head>(plan.head);
}

/** Whether the ref that a row of rules compares may be one of their texts. */
function mayEqual(rule: Rule): bool {
  const ref = refOf(changetype<Condition>(rule.when).ref);
  return ((load<u64>(rule.slots) >> slotOf(ref.value, ref.valueLength)) & 1) != 0;
}

/** Most conditions of most plans compare with texts of other lengths. */
function test(at: usize): bool {
  const condition = changetype<Condition>(at);
  if (condition.op == CONTAINS) return finds(condition.ref, condition.count);
  if (condition.op != EQUALS) return holds(condition);
  const ref = refOf(condition.ref);
  const length = ref.valueLength;
  for (let i: u32 = 0; i < condition.count; i++) {
    const text = changetype<Text>(condition.items + i * TEXT_SIZE);
    if (text.length == length && isSame(ref.value, text.at, length)) return true;
  }
  return false;
}

/** As deep as the config could be. */
function holds(condition: Condition): bool {
  const op = condition.op;
  if (op <= NOT) return combined(condition, op);
  const ref = refOf(condition.ref);
  if (op == EXISTS) return ref.valueLength != 0;
  if (op >= IGNORING_CASE) return matchesFolded(condition, ref, op - IGNORING_CASE);
  if (op == REGEX) return hostMatches(condition.count, ref.value, ref.valueLength);
  if (op == CIDR) return isInRanges(condition, ref);
  if (op == SAMPLE) return isInSample(condition, ref);
  if (op >= LESS) return compares(ref, op, load<f64>(condition.number));
  for (let i: u32 = 0; i < condition.count; i++) {
    const text = changetype<Text>(condition.items + i * TEXT_SIZE);
    if (ref.valueLength < text.length) continue;
    const at = op == PREFIX ? ref.value : ref.value + ref.valueLength - text.length;
    if (isSame(at, text.at, text.length)) return true;
  }
  return false;
}

function isInSample(condition: Condition, ref: Ref): bool {
  if (shares != AS_PLANNED) return shares == ALL_PASS;
  return hashOf(ref.value, ref.value + ref.valueLength) < condition.count;
}

function combined(condition: Condition, op: u32): bool {
  if (op == NOT) return !isHeldByNot(condition);
  for (let i: u32 = 0; i < condition.count; i++) {
    const held = test(load<usize>(condition.items + (i << 2)));
    if (held == (op == ANY)) return held;
  }
  return op != ANY;
}

/** What passes more must let this pass less. */
function isHeldByNot(condition: Condition): bool {
  shares = -shares;
  const held = test(load<usize>(condition.items));
  shares = -shares;
  return held;
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
