/**
 * Values inside contents that hold JSON. All refs into one content are found in one pass, which reads the objects they lead through member by
 * member, skips everything else 64 bytes at a time, and ends when each was found or where the text is no longer JSON (ADR 0013).
 */
import {
  BACKSLASH,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COLON,
  COMMA,
  isSpace,
  NEXT_NAME,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  TEXT_VALUE,
} from './json-bytes';
import { Level, LEVEL_SIZE, plan, Ref, Root, ROOT_SIZE, Step, STEP_SIZE } from './plan';
import { hex, maskOf } from './quotes';
import { isSame } from './same';

/** What makes braces of brackets, and leaves braces as they are. */
const TO_BRACE: i8 = 0x20;
const BLOCK: usize = 64;

/** The same as SLOT_SIZE in plan-encoder.ts: a longer string with escapes in it keeps them. */
const SLOT_SIZE: usize = 8192;
const TABLE_SIZE: usize = 4 * 64;

/** Of the content being read. */
let end: usize = 0;

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
    end = root.value + root.valueLength;
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

/** Behind the value that begins at `p`, or 0 if it has no end. Brackets of both kinds count alike. */
function skipValue(p: usize): usize {
  const first: u32 = load<u8>(p);
  if (first == QUOTE) {
    const quote = closingQuote(p + 1);
    return quote == 0 ? 0 : quote + 1;
  }
  if (first == OPEN_OBJECT || first == OPEN_ARRAY) return skipNested(p + 1);
  for (let at = p; at < end; at++) {
    const c: u32 = load<u8>(at);
    if (c == COMMA || c == CLOSE_OBJECT || c == CLOSE_ARRAY || isSpace(c)) return at == p ? 0 : at;
    if (c == QUOTE || c == BACKSLASH || c == OPEN_OBJECT || c == OPEN_ARRAY) return 0;
  }
  return 0;
}

/** From inside a string: its closing quote, or 0. */
function closingQuote(p: usize): usize {
  while (p < end) {
    const v = v128.load(p);
    const stops = v128.or(i8x16.eq(v, i8x16.splat(<i8>QUOTE)), i8x16.eq(v, i8x16.splat(<i8>BACKSLASH)));
    const bits = <u32>i8x16.bitmask(stops);
    if (bits == 0) {
      p += 16;
      continue;
    }
    p += ctz(bits);
    if (p >= end) return 0;
    if (<u32>load<u8>(p) == QUOTE) return p;
    p += 2;
  }
  return 0;
}

/** From inside an object or array, but not inside a string of it: behind the bracket that closes it, or 0. */
function skipNested(p: usize): usize {
  let depth: u32 = 1;
  let inString: u64 = 0;
  let hides: u64 = 0;
  const quote = i8x16.splat(<i8>QUOTE);
  const backslash = i8x16.splat(<i8>BACKSLASH);
  const toBrace = i8x16.splat(TO_BRACE);
  const open = i8x16.splat(<i8>OPEN_OBJECT);
  const close = i8x16.splat(<i8>CLOSE_OBJECT);
  for (; p < end; p += BLOCK) {
    let v0 = v128.load(p);
    let v1 = v128.load(p, 16);
    let v2 = v128.load(p, 32);
    let v3 = v128.load(p, 48);
    let quotes = maskOf(i8x16.eq(v0, quote), i8x16.eq(v1, quote), i8x16.eq(v2, quote), i8x16.eq(v3, quote));
    const escapes = maskOf(
      i8x16.eq(v0, backslash),
      i8x16.eq(v1, backslash),
      i8x16.eq(v2, backslash),
      i8x16.eq(v3, backslash),
    );
    v0 = v128.or(v0, toBrace);
    v1 = v128.or(v1, toBrace);
    v2 = v128.or(v2, toBrace);
    v3 = v128.or(v3, toBrace);
    let opens = maskOf(i8x16.eq(v0, open), i8x16.eq(v1, open), i8x16.eq(v2, open), i8x16.eq(v3, open));
    let closes = maskOf(i8x16.eq(v0, close), i8x16.eq(v1, close), i8x16.eq(v2, close), i8x16.eq(v3, close));
    if ((escapes | hides) != 0) {
      const hidden = hiddenBy(escapes, hides);
      hides = hidesNext;
      quotes &= ~hidden;
      opens &= ~hidden;
      closes &= ~hidden;
    }
    const within = fromOddToEven(quotes) ^ inString;
    inString = <u64>((<i64>within) >> 63);
    opens &= ~within;
    closes &= ~within;
    const closing = <u32>popcnt(closes);
    if (closing < depth) {
      depth += <u32>popcnt(opens) - closing;
      continue;
    }
    for (let brackets = opens | closes; brackets != 0; brackets &= brackets - 1) {
      if ((opens & brackets & (0 - brackets)) != 0) {
        depth++;
      } else if (--depth == 0) {
        const behind = p + <usize>ctz(brackets) + 1;
        return behind <= end ? behind : 0;
      }
    }
  }
  return 0;
}

/** Every bit from each first of two to before the second. */
function fromOddToEven(bits: u64): u64 {
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/** 1 if the last byte of a block hides the first of the next. */
let hidesNext: u64 = 0;

/** The bytes behind backslashes that are not hidden themselves. @param first 1 if the first byte is hidden. */
function hiddenBy(escapes: u64, first: u64): u64 {
  let hidden = first;
  hidesNext = 0;
  for (escapes &= ~first; escapes != 0; escapes &= escapes - 1) {
    const bit = escapes & (0 - escapes);
    if (bit >> 63 != 0) hidesNext = 1;
    hidden |= bit << 1;
    escapes &= ~(bit << 1);
  }
  return hidden;
}

function space(p: usize): usize {
  while (p < end && isSpace(load<u8>(p))) p++;
  return p;
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

function hasEscape(p: usize, end: usize): bool {
  for (; p < end; p += 16) {
    let bits = <u32>i8x16.bitmask(i8x16.eq(v128.load(p), i8x16.splat(<i8>BACKSLASH)));
    const left = <u32>(end - p);
    if (left < 16) bits &= (1 << left) - 1;
    if (bits != 0) return true;
  }
  return false;
}

function unescape(dst: usize, p: usize, end: usize): usize {
  while (p < end) {
    const c: u32 = load<u8>(p++);
    if (c != BACKSLASH) {
      store<u8>(dst++, c);
      continue;
    }
    const letter: u32 = load<u8>(p++);
    if (letter == 0x75 && hex(p) >= 0) {
      dst = codePoint(dst, p, end);
      p = afterCodePoint;
    } else {
      store<u8>(dst++, plainOf(letter));
    }
  }
  return dst;
}

function plainOf(letter: u32): u32 {
  if (letter == 0x6e) return 0x0a;
  if (letter == 0x74) return 0x09;
  if (letter == 0x72) return 0x0d;
  if (letter == 0x62) return 0x08;
  return letter == 0x66 ? 0x0c : letter;
}

let afterCodePoint: usize = 0;

/** The UTF-8 of four hexadecimal digits, or of a pair of surrogates; of half a pair that of U+FFFD. */
function codePoint(dst: usize, p: usize, end: usize): usize {
  let code: u32 = hex(p);
  p += 4;
  if (code >= 0xd800 && code <= 0xdfff) {
    const isPair = code < 0xdc00 && end - p >= 6 && load<u16>(p) == 0x755c;
    const low: u32 = isPair ? hex(p + 2) : 0;
    if (low >= 0xdc00 && low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    } else {
      code = 0xfffd;
    }
  }
  afterCodePoint = p;
  if (code < 0x80) {
    store<u8>(dst, code);
    return dst + 1;
  }
  if (code < 0x800) {
    store<u8>(dst, 0xc0 | (code >> 6));
    store<u8>(dst + 1, 0x80 | (code & 63));
    return dst + 2;
  }
  if (code < 0x10000) {
    store<u8>(dst, 0xe0 | (code >> 12));
    store<u8>(dst + 1, 0x80 | ((code >> 6) & 63));
    store<u8>(dst + 2, 0x80 | (code & 63));
    return dst + 3;
  }
  store<u8>(dst, 0xf0 | (code >> 18));
  store<u8>(dst + 1, 0x80 | ((code >> 12) & 63));
  store<u8>(dst + 2, 0x80 | ((code >> 6) & 63));
  store<u8>(dst + 3, 0x80 | (code & 63));
  return dst + 4;
}
