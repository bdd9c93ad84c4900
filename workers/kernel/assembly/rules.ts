/** Conditions over the refs of a log: which logs go out, and how severe they are. */
import { matches as hostMatches } from './host';
import { isInRange, readIp } from './ip';
import {
  Condition,
  Head,
  IP_RANGE_SIZE,
  OP_ANY,
  OP_CIDR,
  OP_CONTAINS,
  OP_EQUALS,
  OP_EXISTS,
  OP_GT,
  OP_IGNORING_CASE,
  OP_LE,
  OP_LT,
  OP_NOT,
  OP_PREFIX,
  OP_REGEX,
  OP_SAMPLE,
  OP_SUFFIX,
  RULE_SIZE,
  Ref,
  Rule,
  TEXT_SIZE,
  Text,
} from './layout';
import { plan } from './plan';
import { refOf } from './refs';
import { isSame } from './same';
import { hashOf } from './sample';
import { finds } from './searches';
import { slotOf } from './slot';

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
  for (let i: u32 = 0; i < plan.rulesCount;) {
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
  if (condition.op == OP_CONTAINS) return finds(condition.ref, condition.count);
  if (condition.op != OP_EQUALS) return holds(condition);
  const ref = refOf(condition.ref);
  const length = ref.valueLength;
  for (let i: u32 = 0; i < condition.count; i++) {
    const text = changetype<Text>(condition.items + i * TEXT_SIZE);
    if (text.textLength == length && isSame(ref.value, text.text, length)) return true;
  }
  return false;
}

/** Whether a condition holds. It calls itself for the conditions inside, which the config limits in depth. */
function holds(condition: Condition): bool {
  const op = condition.op;
  if (op <= OP_NOT) return combined(condition, op);
  const ref = refOf(condition.ref);
  if (op == OP_EXISTS) return ref.valueLength != 0;
  if (op >= OP_IGNORING_CASE) return matchesFolded(condition, ref, op - OP_IGNORING_CASE);
  if (op == OP_REGEX) return hostMatches(condition.count, ref.value, ref.valueLength);
  if (op == OP_CIDR) return isInRanges(condition, ref);
  if (op == OP_SAMPLE) return isInSample(condition, ref);
  if (op >= OP_LT) return compares(ref, op, load<f64>(condition.number));
  for (let i: u32 = 0; i < condition.count; i++) {
    const text = changetype<Text>(condition.items + i * TEXT_SIZE);
    if (ref.valueLength < text.textLength) continue;
    const at = op == OP_PREFIX ? ref.value : ref.value + ref.valueLength - text.textLength;
    if (isSame(at, text.text, text.textLength)) return true;
  }
  return false;
}

function isInSample(condition: Condition, ref: Ref): bool {
  if (shares != AS_PLANNED) return shares == ALL_PASS;
  return hashOf(ref.value, ref.value + ref.valueLength) < condition.count;
}

function combined(condition: Condition, op: u32): bool {
  if (op == OP_NOT) return !isHeldByNot(condition);
  for (let i: u32 = 0; i < condition.count; i++) {
    const held = test(load<usize>(condition.items + (i << 2)));
    if (held == (op == OP_ANY)) return held;
  }
  return op != OP_ANY;
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
    const range = condition.items + i * IP_RANGE_SIZE;
    if (isInRange(range, load<u32>(range, 16))) return true;
  }
  return false;
}

function matchesFolded(condition: Condition, ref: Ref, op: u32): bool {
  for (let i: u32 = 0; i < condition.count; i++) {
    const text = changetype<Text>(condition.items + i * TEXT_SIZE);
    if (ref.valueLength < text.textLength) continue;
    const last = ref.value + ref.valueLength - text.textLength;
    if (op == OP_EQUALS && last != ref.value) continue;
    const first = op == OP_SUFFIX ? last : ref.value;
    for (let p = first; p <= (op == OP_CONTAINS ? last : first); p++) {
      if (isSameFolded(p, text)) return true;
    }
  }
  return false;
}

/** The text has no capital letters. */
function isSameFolded(p: usize, text: Text): bool {
  for (let i: u32 = 0; i < text.textLength; i++) {
    const c: u32 = load<u8>(p + i);
    if ((c - 0x41 <= 25 ? c | 0x20 : c) != load<u8>(text.text + i)) return false;
  }
  return true;
}
/** Where {@link isNumber} left what it read. */
let number: f64 = 0;

function compares(ref: Ref, op: u32, other: f64): bool {
  if (!isNumber(ref.value, ref.value + ref.valueLength)) return false;
  if (op == OP_LT) return number < other;
  if (op == OP_LE) return number <= other;
  return op == OP_GT ? number > other : number >= other;
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
