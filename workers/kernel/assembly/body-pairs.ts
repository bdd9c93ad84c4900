/** LEEF and CEF: a header between bars, then `name=value` with one byte between two. And a body of a single value. */
import { escaped } from './escape';
import { noteMembers } from './framing';
import { isContent, key, keyEnd, readContent, value, valueEnd } from './log';
import { byte, isEmptyValue, literal, memberAt, writeTitle, writeValue } from './members';
import { beginNames, uniqueName } from './names';
import { plan, REF_CONTENT, REST_CONTENTS, Title, TITLE_SIZE } from './plan';
import { beginTurn, isKept } from './shape';
import { copyReady } from './text';
import { flush, limit } from './window';

const BAR: u8 = 0x7c;
const EQUALS: u8 = 0x3d;
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
  while (p < logEnd) {
    p = readContent(p, logEnd);
    if (!isContent || value == valueEnd || (plan.shaped != 0 && !isKept(REF_CONTENT, false))) continue;
    dst = escaped(name(between(dst)), value, valueEnd, plan.valueMode);
  }
  return dst;
}

/** At most 271 bytes with its `=`. */
function name(dst: usize): usize {
  if (dst > limit) dst = flush(dst);
  dst = uniqueName(dst, key, keyEnd);
  store<u8>(dst, EQUALS);
  return dst + 1;
}
