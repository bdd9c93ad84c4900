/** LEEF and CEF: a header between bars, then `name=value` with one byte between two. And a body of a single value. */
import { escaped } from './escape';
import { noteMembers } from './framing';
import { isContent, key, keyEnd, readContent, value, valueEnd } from './log';
import { byte, isEmptyValue, literal, memberAt, writeValue } from './members';
import { plan, REST_CONTENTS } from './plan';
import { isReserved } from './reserved';
import { copyReady } from './text';
import { flush, limit } from './window';

const BAR: u8 = 0x7c;
const EQUALS: u8 = 0x3d;
const UNDERSCORE: u8 = 0x5f;

/** Names of LEEF and CEF are single words; longer ones are cut to this. */
const MAX_NAME: usize = 255;
/** `sls_`, before a content's name that is the plan's own. */
const OURS: u32 = 0x5f73_6c73;

let first = true;

export function rawBody(dst: usize): usize {
  const value = memberAt(plan.titles, 0);
  return writeValue(dst, value.parts, value.partCount, plan.titleMode);
}

export function pairsBody(dst: usize, contents: usize, logEnd: usize): usize {
  dst = copyReady(dst, plan.prefix, plan.prefixLength);
  for (let i: u32 = 0; i < plan.titleCount; i++) {
    const title = memberAt(plan.titles, i);
    dst = byte(writeValue(literal(dst, title), title.parts, title.partCount, plan.titleMode), BAR);
  }
  noteMembers(dst);
  return pairsMembers(dst, contents, logEnd);
}

export function pairsMembers(dst: usize, contents: usize, logEnd: usize): usize {
  first = true;
  for (let i: u32 = 0; i < plan.memberCount; i++) {
    const member = memberAt(plan.members, i);
    if (isEmptyValue(member.parts, member.partCount)) continue;
    dst = writeValue(literal(between(dst), member), member.parts, member.partCount, plan.valueMode);
  }
  return plan.rest == REST_CONTENTS ? contentsOf(dst, contents, logEnd) : dst;
}

function between(dst: usize): usize {
  if (!first) return byte(dst, <u8>plan.delimiter);
  first = false;
  return dst;
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  while (p < logEnd) {
    p = readContent(p, logEnd);
    if (!isContent || value == valueEnd) continue;
    dst = escaped(name(between(dst)), value, valueEnd, plan.valueMode);
  }
  return dst;
}

/** Letters, digits and `_`; at most 260 bytes with its `=`. */
function name(dst: usize): usize {
  if (dst > limit) dst = flush(dst);
  const length = min<usize>(keyEnd - key, MAX_NAME);
  for (let i: usize = 0; i < length; i++) {
    const c: u32 = load<u8>(key + i);
    const isWord = c - 0x30 <= 9 || (c | 0x20) - 0x61 <= 25;
    store<u8>(dst + i, isWord ? c : UNDERSCORE);
  }
  if (length == 0) store<u8>(dst, UNDERSCORE);
  let wide = max<usize>(length, 1);
  if (isReserved(dst, wide)) {
    memory.copy(dst + 4, dst, wide);
    store<u32>(dst, OURS);
    wide += 4;
  }
  store<u8>(dst + wide, EQUALS);
  return dst + wide + 1;
}
