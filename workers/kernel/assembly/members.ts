/** Values made of parts, and members: a name with such a value. */
import { compactJson } from './compact';
import { escaped, jsonString } from './escape';
import { isJson } from './json';
import { ESCAPE_JSON, MEMBER_SIZE, Member, PART_SIZE, Part, Ref, TITLE_SIZE, Title } from './layout';
import { plan } from './plan';
import { flush, room } from './room';
import { copyReady } from './text';

const QUOTE: u8 = 0x22;

export function memberAt(members: usize, index: u32): Member {
  return changetype<Member>(members + index * MEMBER_SIZE);
}

/** One of the plan's titles. */
export function titleAt(index: u32): Title {
  return changetype<Title>(plan.titles + index * TITLE_SIZE);
}

export function partAt(parts: usize, index: u32): Part {
  return changetype<Part>(parts + index * PART_SIZE);
}

/** The first ref of the part that is not empty, or null. */
export function firstNonEmpty(part: Part): Ref {
  for (let i: u32 = 0; i < part.refsCount; i++) {
    const ref = changetype<Ref>(load<usize>(part.refs + (i << 2)));
    if (ref.valueLength != 0) return ref;
  }
  return changetype<Ref>(0);
}

/** What the value of most members is: one ref, without a fallback; else null. */
export function onlyRef(member: Member): Ref {
  const part = partAt(member.parts, 0);
  const isOnly = member.partsCount == 1 && part.refsCount == 1 && part.textLength == 0;
  return changetype<Ref>(isOnly ? load<usize>(part.refs) : 0);
}

export function isEmptyValue(parts: usize, count: u32): bool {
  for (let i: u32 = 0; i < count; i++) {
    const part = partAt(parts, i);
    if (part.textLength != 0 || changetype<usize>(firstNonEmpty(part)) != 0) return false;
  }
  return true;
}

export function writeValue(dst: usize, parts: usize, count: u32, mode: u32): usize {
  for (let i: u32 = 0; i < count; i++) {
    const part = partAt(parts, i);
    const ref = firstNonEmpty(part);
    dst =
      changetype<usize>(ref) == 0
        ? escaped(dst, part.text, part.text + part.textLength, mode)
        : escaped(dst, ref.value, ref.value + ref.valueLength, mode);
  }
  return dst;
}

/** No more than so many bytes of the value (before anything is escaped), ending between two characters. */
export function writeTitle(dst: usize, parts: usize, count: u32, mode: u32, left: u32): usize {
  for (let i: u32 = 0; i < count; i++) {
    const part = partAt(parts, i);
    const ref = firstNonEmpty(part);
    const isText = changetype<usize>(ref) == 0;
    const from = isText ? part.text : ref.value;
    const length = isText ? part.textLength : ref.valueLength;
    let kept = min(length, left);
    if (kept < length) while (kept > 0 && (load<u8>(from + kept) & 0xc0) == 0x80) kept--;
    dst = escaped(dst, from, from + kept, mode);
    if (kept < length) break;
    left -= kept;
  }
  return dst;
}

/** A member's value in JSON: an object or array where it is one and is to become one, else a string. */
export function writeJsonValue(dst: usize, member: Member, expand: bool): usize {
  if (expand && member.partsCount == 1) {
    const ref = firstNonEmpty(partAt(member.parts, 0));
    if (changetype<usize>(ref) != 0 && isJson(ref.value, ref.value + ref.valueLength)) {
      return compactJson(dst, ref.value, ref.value + ref.valueLength);
    }
  }
  dst = byte(dst, QUOTE);
  return byte(writeValue(dst, member.parts, member.partsCount, ESCAPE_JSON), QUOTE);
}

/** A value of the log itself, as {@link writeJsonValue} writes that of a member. */
export function writeJsonText(dst: usize, from: usize, to: usize, expand: bool): usize {
  if (expand && mayBeJson(from) && isJson(from, to)) return compactJson(dst, from, to);
  return jsonString(dst, from, to);
}

/** A bracket, or space before one. */
export function mayBeJson(at: usize): bool {
  const c: u32 = load<u8>(at);
  return c <= 0x20 || c == 0x7b || c == 0x5b;
}

export function byte(dst: usize, c: u8): usize {
  if (dst > room.limit) dst = flush(dst);
  store<u8>(dst, c);
  return dst + 1;
}

/** The ready bytes of a member, which may be many. */
export function literal(dst: usize, member: Member): usize {
  return copyReady(dst, member.literal, member.literalLength);
}
