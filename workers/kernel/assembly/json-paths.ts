/**
 * Values inside contents that hold JSON. All refs into one content are found in one pass, which reads the objects they lead through member by
 * member, skips everything else, and ends when each was found or where the text is no longer JSON (ADR 0013).
 */
import { CLOSE_OBJECT, COLON, COMMA, NEXT_NAME, OPEN_OBJECT, QUOTE, TEXT_VALUE } from './json-bytes';
import { beginText, closingQuote, end, skipNested, skipValue, space } from './json-skip';
import { hasEscape, unescape } from './json-unescape';
import { plan } from './plan';
import { Level, LEVEL_SIZE, Ref, Root, ROOT_SIZE, Step, STEP_SIZE } from './plan-refs';
import { isSame } from './same';

/** The same as PATH_SLOT in plan-refs.ts: a longer string with escapes in it keeps them. */
const SLOT_SIZE: usize = 8192;
const TABLE_SIZE: usize = 4 * 64;

/** To be called once a batch. */
export function beginPaths(): void {
  for (let i: u32 = 0; i < plan.levelCount; i++) {
    const level = changetype<Level>(plan.levels + i * LEVEL_SIZE);
    memory.fill(level.table, 0, TABLE_SIZE);
    for (let j: u32 = 0; j < level.stepCount; j++) {
      const step = changetype<Step>(level.steps + j * STEP_SIZE);
      const slot = level.table + slotOf(step.key, step.keyLength);
      step.next = load<usize>(slot);
      store<usize>(slot, changetype<usize>(step));
    }
  }
}

/** Nearly every member is told by its length and its first byte to be none of those that are asked for. */
function slotOf(key: usize, length: usize): usize {
  const first: usize = length == 0 ? 0 : load<u8>(key);
  return ((length + first * 5) & 63) << 2;
}

/** Points the refs into JSON at their values; one whose full name is a content of its own keeps that. */
export function resolvePaths(): void {
  for (let i: u32 = 0; i < plan.rootCount; i++) {
    const root = changetype<Root>(plan.roots + i * ROOT_SIZE);
    beginText(root.value + root.valueLength);
    const p = space(root.value);
    if (p < end && <u32>load<u8>(p) == OPEN_OBJECT) readObject(root.level, p + 1, false);
  }
}

/**
 * Looks in an object, from behind its brace, for the keys of its Level: the first member of a name counts.
 * @param goesOn whether anything is asked for behind it. @returns behind the object, or 0 where there is nothing more to read.
 */
function readObject(at: usize, p: usize, goesOn: bool): usize {
  const level = changetype<Level>(at);
  const table = level.table;
  let left = level.stepCount;
  for (let i: u32 = 0; i < left; i++) changetype<Step>(level.steps + i * STEP_SIZE).seen = 0;
  let c: u32 = COMMA;
  while (c == COMMA) {
    p = space(p);
    if (p >= end) return 0;
    if (<u32>load<u8>(p) != QUOTE) return <u32>load<u8>(p) == CLOSE_OBJECT ? p + 1 : 0;
    const key = p + 1;
    const keyEnd = closingQuote(key);
    if (keyEnd == 0) return 0;
    const slot = load<usize>(table + slotOf(key, keyEnd - key));
    // Most members of most objects.
    if (slot == 0 && <u32>load<u16>(keyEnd, 1) == TEXT_VALUE) {
      p = closingQuote(keyEnd + 3);
      if (p == 0) return 0;
      if (<u32>load<u16>(p, 1) == NEXT_NAME) {
        p += 2;
        continue;
      }
    }
    p = space(keyEnd + 1);
    if (p >= end || <u32>load<u8>(p) != COLON) return 0;
    p = space(p + 1);
    if (p >= end) return 0;
    const step = stepOf(slot, key, keyEnd - key);
    if (step == 0) {
      p = skipValue(p);
    } else {
      left--;
      p = take(changetype<Step>(step), p, goesOn || left != 0);
      if (left == 0) return goesOn && p != 0 ? skipNested(p) : 0;
    }
    if (p == 0) return 0;
    p = space(p);
    if (p >= end) return 0;
    c = load<u8>(p++);
  }
  return c == CLOSE_OBJECT ? p : 0;
}

/** The Step of a key that was not there before, or 0. @param first of its slot. */
function stepOf(first: usize, key: usize, length: usize): usize {
  for (let at = first; at != 0; at = changetype<Step>(at).next) {
    const step = changetype<Step>(at);
    if (step.keyLength == length && isSame(key, step.key, length)) return step.seen ? 0 : at;
  }
  return 0;
}

/**
 * Both the value itself and values inside it may be asked for.
 * @returns behind it, whether or not all of it could be read: what one ref finds must not depend on others. Or 0.
 */
function take(step: Step, p: usize, goesOn: bool): usize {
  step.seen = 1;
  const isAsked = step.ref != 0;
  if (step.level != 0 && <u32>load<u8>(p) == OPEN_OBJECT) {
    const behind = readObject(step.level, p + 1, goesOn && !isAsked);
    if (!isAsked && (behind != 0 || !goesOn)) return behind;
  }
  const behind = skipValue(p);
  if (isAsked && behind != 0) point(changetype<Ref>(step.ref), p, behind);
  return behind;
}

/** `null` */
const NULL: u32 = 0x6c6c_756e;

function point(ref: Ref, from: usize, to: usize): void {
  if (ref.valueLength != 0) return;
  if (to - from == 4 && load<u32>(from) == NULL) return;
  if (<u32>load<u8>(from) == QUOTE) {
    from++;
    to--;
    if (to - from <= SLOT_SIZE && hasEscape(from, to)) {
      ref.value = ref.slot;
      ref.valueLength = <u32>(unescape(ref.slot, from, to) - ref.slot);
      return;
    }
  }
  ref.value = from;
  ref.valueLength = <u32>(to - from);
}
