/**
 * Values inside contents that hold JSON. All refs into one content are found in one pass, which reads the objects and arrays they lead through
 * value by value, skips everything else, and ends when each was found or where the text is no longer JSON (ADR 0013).
 */
import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from './json-bytes';
import { beginText, closingQuote, isAtEnd, skipNested, skipValue, space } from './json-skip';
import { hasEscape, unescape } from './json-unescape';
import {
  ELEMENT_SIZE,
  Element,
  GUESS_SIZE,
  Guess,
  LEVEL_SIZE,
  Level,
  ROOT_SIZE,
  Ref,
  Root,
  STEP_SIZE,
  Step,
  LEVEL_SLOTS,
  PATH_SLOT,
} from './layout';
import { plan } from './plan';
import { isSame } from './same';
import { slotOf } from './slot';

/** To be called once a batch. */
export function beginPaths(): void {
  for (let i: u32 = 0; i < plan.levelsCount; i++) {
    const level = changetype<Level>(plan.levels + i * LEVEL_SIZE);
    memory.fill(level.table, 0, 4 * LEVEL_SLOTS);
    for (let j: u32 = 0; j < level.stepsCount; j++) {
      const step = changetype<Step>(level.steps + j * STEP_SIZE);
      const slot = level.table + (slotOf(step.key, step.keyLength) << 2);
      step.next = load<usize>(slot);
      store<usize>(slot, changetype<usize>(step));
    }
  }
}

/** Points the refs into JSON at their values; one whose full name is a content of its own keeps that. */
export function resolvePaths(): void {
  for (let i: u32 = 0; i < plan.rootsCount; i++) {
    const root = changetype<Root>(plan.roots + i * ROOT_SIZE);
    beginText(root.value + root.valueLength);
    const p = space(root.value);
    if (!isAtEnd(p) && leadsInto(root.level, p)) readLevel(root.level, p, false);
  }
}

/** Whether a key of the Level may be in the value at `p`: an object, or an array if one of them is a number. */
function leadsInto(at: usize, p: usize): bool {
  const c: u32 = load<u8>(p);
  return c == OPEN_OBJECT || (c == OPEN_ARRAY && changetype<Level>(at).elementsCount != 0);
}

/** From its bracket. @returns as {@link readObject}. */
function readLevel(at: usize, p: usize, goesOn: bool): usize {
  return <u32>load<u8>(p) == OPEN_OBJECT ? readObject(at, p + 1, goesOn) : readArray(at, p + 1, goesOn);
}

/** Looks in an array, from behind its bracket, for the elements of its Level. @returns as {@link readObject}. */
function readArray(at: usize, p: usize, goesOn: bool): usize {
  const level = changetype<Level>(at);
  const end = level.elements + level.elementsCount * ELEMENT_SIZE;
  let wanted = level.elements;
  let index: u32 = 0;
  p = space(p);
  while (true) {
    if (isAtEnd(p)) return 0;
    const element = changetype<Element>(wanted);
    if (element.index == index) {
      wanted += ELEMENT_SIZE;
      p = take(changetype<Step>(element.step), p, goesOn || wanted != end);
      if (wanted == end) return goesOn && p != 0 ? skipNested(p) : 0;
    } else {
      p = skipValue(p);
    }
    if (p == 0) return 0;
    p = space(p);
    if (isAtEnd(p)) return 0;
    const c: u32 = load<u8>(p);
    if (c != COMMA) return c == CLOSE_ARRAY ? p + 1 : 0;
    p = space(p + 1);
    index++;
  }
}

/**
 * Looks in an object, from behind its brace, for the keys of its Level: the first member of a name counts. Logs of a kind have their members in
 * one order, so what stands before a value is first taken for what stood there in the log before (LEEF of nine values inside ActionTrail: 705 ns
 * a log, 860 without).
 * @param goesOn whether anything is asked for behind it. @returns behind the object, or 0 where there is nothing more to read.
 */
function readObject(at: usize, p: usize, goesOn: bool): usize {
  const level = changetype<Level>(at);
  let left = level.stepsCount;
  for (let i: u32 = 0; i < left; i++) changetype<Step>(level.steps + i * STEP_SIZE).seen = 0;
  const lastGuess = level.guesses + (LEVEL_SLOTS - 1) * GUESS_SIZE;
  let guessAt = level.guesses;
  let isFirst = true;
  while (true) {
    const guess = changetype<Guess>(guessAt);
    if (isRight(guess, p)) {
      p = space(p + guess.length);
      step = guess.step;
    } else {
      const from = p;
      p = readName(level.table, p, isFirst);
      if (p == 0) return behindObject;
      note(guess, from, p);
    }
    if (isAtEnd(p)) return 0;
    if (guessAt != lastGuess) guessAt += GUESS_SIZE;
    isFirst = false;
    if (step == 0 || changetype<Step>(step).seen) {
      // Most values of most objects.
      if (<u32>load<u8>(p) == QUOTE) {
        p = closingQuote(p + 1);
        if (p == 0) return 0;
        p++;
        continue;
      }
      p = skipValue(p);
    } else {
      left--;
      const asked = changetype<Step>(step);
      if (asked.level == 0) {
        // Nearly all: what nothing leads into is asked for itself. Written out, because `take` is a call (LEEF by mapping: 3 % of the speed).
        asked.seen = 1;
        const from = p;
        p = skipValue(p);
        if (p != 0) point(changetype<Ref>(asked.ref), from, p);
      } else {
        p = take(asked, p, goesOn || left != 0);
      }
      if (left == 0) return goesOn && p != 0 ? skipNested(p) : 0;
    }
    if (p == 0) return 0;
  }
}

function isRight(guess: Guess, p: usize): bool {
  if (guess.length == 0) return false;
  const low = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), guess.text));
  const high = <u32>i8x16.bitmask(i8x16.eq(v128.load(p, 16), guess.more));
  return ((low | (high << 16)) & guess.mask) == guess.mask;
}

function note(guess: Guess, from: usize, to: usize): void {
  const length = <u32>(to - from);
  guess.text = v128.load(from);
  guess.more = v128.load(from, 16);
  guess.length = length <= 32 ? length : 0;
  guess.mask = length == 32 ? -1 : (1 << length) - 1;
  guess.step = step;
}

/** Where {@link readName} found no further name: behind the object, or 0. */
let behindObject: usize = 0;
/** The Step of the name that was read last, or 0. */
let step: usize = 0;

/** Reads what stands before a value: a comma, unless it is the first, and the name. @returns where the value begins, or 0 where there is none. */
function readName(table: usize, p: usize, isFirst: bool): usize {
  behindObject = 0;
  p = space(p);
  if (isAtEnd(p)) return 0;
  if (!isFirst) {
    const c: u32 = load<u8>(p);
    if (c == CLOSE_OBJECT) behindObject = p + 1;
    if (c != COMMA) return 0;
    p = space(p + 1);
    if (isAtEnd(p)) return 0;
  }
  if (<u32>load<u8>(p) != QUOTE) {
    if (<u32>load<u8>(p) == CLOSE_OBJECT) behindObject = p + 1;
    return 0;
  }
  const key = p + 1;
  const keyEnd = closingQuote(key);
  if (keyEnd == 0) return 0;
  p = space(keyEnd + 1);
  if (isAtEnd(p) || <u32>load<u8>(p) != COLON) return 0;
  step = stepOf(load<usize>(table + (slotOf(key, keyEnd - key) << 2)), key, keyEnd - key);
  return space(p + 1);
}

/** The Step of a key, or 0. @param first of its slot. */
function stepOf(first: usize, key: usize, length: usize): usize {
  for (let at = first; at != 0; at = changetype<Step>(at).next) {
    const step = changetype<Step>(at);
    if (step.keyLength == length && isSame(key, step.key, length)) return at;
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
  if (step.level != 0 && leadsInto(step.level, p)) {
    const behind = readLevel(step.level, p, goesOn && !isAsked);
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
    // A longer string with escapes in it keeps them.
    if (to - from <= PATH_SLOT && hasEscape(from, to)) {
      ref.value = ref.slot;
      ref.valueLength = <u32>(unescape(ref.slot, from, to) - ref.slot);
      return;
    }
  }
  ref.value = from;
  ref.valueLength = <u32>(to - from);
}
