/** LEEF and CEF: a header between bars, then `name=value` with one byte between two. And a body of a single value. */
import { escaped, unfitForPairs } from './escape';
import { noteMembers } from './framing';
import { isContent, key, keyEnd, limited, readContent, shortEnd, value, valueEnd } from './log';
import { byte, isEmptyValue, literal, memberAt, writeTitle, writeValue } from './members';
import { beginNames, nameOf } from './names';
import { plan, REF_CONTENT, REST_CONTENTS, Title, TITLE_SIZE } from './plan';
import { beginTurn, isKept } from './shape';
import { copyReady } from './text';
import { flush, limit } from './window';

const BAR: u8 = 0x7c;
let first = true;

export function rawBody(dst: usize): usize {
  const value = titleAt(0);
  return writeValue(dst, value.parts, value.partCount, plan.titleMode);
}

export function pairsBody(dst: usize, contents: usize, logEnd: usize): usize {
  dst = copyReady(dst, plan.prefix, plan.prefixLength);
  for (let i: u32 = 0; i < plan.titleCount; i++) {
    const title = titleAt(i);
    dst = byte(writeTitle(dst, title.parts, title.partCount, plan.titleMode, title.maxLength), BAR);
  }
  noteMembers(dst);
  return pairsMembers(dst, contents, logEnd);
}

function titleAt(index: u32): Title {
  return changetype<Title>(plan.titles + index * TITLE_SIZE);
}

export function pairsMembers(dst: usize, contents: usize, logEnd: usize): usize {
  first = true;
  for (let i: u32 = 0; i < plan.memberCount; i++) {
    const member = memberAt(plan.members, i);
    if (isEmptyValue(member.parts, member.partCount)) continue;
    dst = writeValue(literal(between(dst), member), member.parts, member.partCount, plan.valueMode);
  }
  if (plan.rest != REST_CONTENTS) return dst;
  beginNames();
  for (let turn: u32 = 0; turn <= plan.orderCount; turn++) {
    beginTurn(turn);
    dst = contentsOf(dst, contents, logEnd);
  }
  return dst;
}

function between(dst: usize): usize {
  if (!first) return byte(dst, <u8>plan.delimiter);
  first = false;
  return dst;
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  const isChoosy = limited || plan.shaped != 0;
  while (p < logEnd) {
    if (!isChoosy && !first) {
      dst = shortContents(dst, p, logEnd);
      p = following;
      if (p >= logEnd) break;
    }
    p = readContent(p, logEnd);
    if (!isContent || value == valueEnd || (plan.shaped != 0 && !isKept(REF_CONTENT, false))) continue;
    dst = escaped(name(between(dst), key, keyEnd), value, valueEnd, plan.valueMode);
  }
  return dst;
}

/** Where {@link shortContents} stopped reading. */
let following: usize = 0;

/** The hot loop: contents of less than 128 bytes up to the first that is none. Most values are fewer than 32 bytes that two vectors copy. */
function shortContents(dst: usize, p: usize, logEnd: usize): usize {
  const delimiter = <u8>plan.delimiter;
  const mode = plan.valueMode;
  const own = i8x16.splat(delimiter);
  while (p < logEnd) {
    const next = shortEnd(p, logEnd);
    if (next == 0) break;
    const keyAt = p + 4;
    const keyEnd = keyAt + load<u8>(p, 3);
    const valueAt = keyEnd + 2;
    const length = next - valueAt;
    p = next;
    if (length == 0) continue;
    dst = name(byte(dst, delimiter), keyAt, keyEnd);
    const value0 = v128.load(valueAt);
    const value1 = v128.load(valueAt, 16);
    v128.store(dst, value0);
    v128.store(dst, value1, 16);
    const odd = (unfitForPairs(value0, own) | (unfitForPairs(value1, own) << 16)) & ((1 << (<u32>length)) - 1);
    dst = length < 32 && odd == 0 ? dst + length : escaped(dst, valueAt, next, mode);
  }
  following = p;
  return dst;
}

/** At most 271 bytes with its `=`. */
function name(dst: usize, key: usize, keyEnd: usize): usize {
  return nameOf(dst > limit ? flush(dst) : dst, key, keyEnd);
}
