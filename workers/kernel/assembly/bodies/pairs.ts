/** LEEF and CEF: a header between bars, then `name=value` with one byte between two. */
import { readContent, shortEnd } from '../contents';
import { cutText, mark, markerLength } from '../cut';
import { escaped, unfitForPairs } from '../escape';
import { noteMembers } from '../framing';
import { expectedAt, expectedEnd, isShort, KNOWN_SIZE, NAME, nameLengthAt, passKnown } from '../known';
import { ESCAPE_CEF_VALUE, REF_CONTENT, REST_CONTENTS, Title } from '../layout';
import { log } from '../log';
import { byte, isEmptyValue, literal, memberAt, onlyRef, partAt, titleAt, writeTitle, writeValue } from '../members';
import { beginNames, forgetNames, nameOf } from '../names';
import { pair } from '../pair';
import { characterEnd, escapeEnd } from '../piece-end';
import { plan } from '../plan';
import { beginElsewhere, endElsewhere, flush, room } from '../room';
import { beginTurn, isKept } from '../shape';
import { copyReady } from '../text';
import { trimmed } from '../trimmed';

const BAR: u8 = 0x7c;
let first = true;

/** The beginning of the header, up to the first title that depends on the log, ready to be copied. */
const ready = memory.data(4096, 16);
const READY_ROOM: u32 = 3072;
let readyLength: usize = 0;
let readyTitles: u32 = 0;

export function begin(): void {
  forgetNames(false);
  const kept = beginElsewhere();
  let dst = copyReady(ready, plan.prefix, plan.prefixLength);
  let left = READY_ROOM;
  for (readyTitles = 0; readyTitles < plan.titlesCount; readyTitles++) {
    const title = titleAt(readyTitles);
    const bound = literalBound(title);
    if (bound > left) break;
    left -= bound;
    dst = titled(dst, title);
  }
  readyLength = dst - ready;
  endElsewhere(kept);
}

/** The most bytes of a title that is the same in every event. */
function literalBound(title: Title): u32 {
  let bound: u32 = 1;
  for (let i: u32 = 0; i < title.partsCount; i++) {
    const part = partAt(title.parts, i);
    if (part.refsCount != 0 || part.textLength > READY_ROOM) return u32.MAX_VALUE;
    bound += 2 * part.textLength;
  }
  return bound;
}

/** There are always titles. */
export function bareSize(): i32 {
  return -1;
}

export function share(dst: usize, most: usize): bool {
  return true;
}

export function write(dst: usize, logEnd: usize): usize {
  dst = copyReady(dst, ready, readyLength);
  for (let i = readyTitles; i < plan.titlesCount; i++) dst = titled(dst, titleAt(i));
  noteMembers(dst);
  return members(dst, logEnd);
}

/** Of LEEF nothing is escaped with a backslash. */
export function cut(body: usize, end: usize): usize {
  if (plan.valueMode != ESCAPE_CEF_VALUE) return cutText(body, end);
  const marker = markerLength(body, end);
  return mark(escapeEnd(body, characterEnd(body, end - marker)), marker);
}

function titled(dst: usize, title: Title): usize {
  return byte(writeTitle(dst, title.parts, title.partsCount, plan.titleMode, title.maxLength), BAR);
}

export function members(dst: usize, logEnd: usize): usize {
  first = true;
  for (let i: u32 = 0; i < plan.membersCount; i++) {
    const member = memberAt(plan.members, i);
    const only = onlyRef(member);
    if (changetype<usize>(only) != 0) {
      if (only.valueLength == 0) continue;
      dst = escaped(literal(between(dst), member), only.value, only.value + only.valueLength, plan.valueMode);
    } else if (!isEmptyValue(member.parts, member.partsCount)) {
      dst = writeValue(literal(between(dst), member), member.parts, member.partsCount, plan.valueMode);
    }
  }
  if (plan.rest != REST_CONTENTS) return dst;
  beginNames();
  for (let turn: u32 = 0; turn <= plan.orderCount; turn++) {
    beginTurn(turn);
    dst = contentsOf(dst, log.contents, logEnd);
  }
  return dst;
}

function between(dst: usize): usize {
  if (!first) return byte(dst, <u8>plan.delimiter);
  first = false;
  return dst;
}

function contentsOf(dst: usize, p: usize, logEnd: usize): usize {
  const isChoosy = trimmed.on || plan.shaped != 0;
  while (p < logEnd) {
    if (!isChoosy && !first) {
      dst = shortContents(dst, p, logEnd);
      p = following;
      if (p >= logEnd) break;
    }
    p = readContent(p, logEnd);
    if (!pair.isContent || pair.value == pair.valueEnd || (plan.shaped != 0 && !isKept(REF_CONTENT, false))) continue;
    dst = escaped(name(between(dst), pair.key, pair.keyEnd), pair.value, pair.valueEnd, plan.valueMode);
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
  let known = expectedAt();
  let knownEnd = expectedEnd();
  while (p < logEnd) {
    const next = shortEnd(p, logEnd);
    if (next == 0) break;
    const keyAt = p + 4;
    const keyLength: u32 = load<u8>(p, 3);
    const keyEnd = keyAt + keyLength;
    const valueAt = keyEnd + 2;
    const length = next - valueAt;
    p = next;
    if (length == 0) continue;
    dst = byte(dst, delimiter);
    if (known != knownEnd && isShort(known, keyLength, v128.load(keyAt), v128.load(keyAt, 16))) {
      v128.store(dst, v128.load(known, NAME));
      v128.store(dst, v128.load(known, NAME + 16), 16);
      dst += nameLengthAt(known);
      known += KNOWN_SIZE;
    } else {
      passKnown(known);
      dst = name(dst, keyAt, keyEnd);
      known = expectedAt();
      knownEnd = expectedEnd();
    }
    const value0 = v128.load(valueAt);
    const value1 = v128.load(valueAt, 16);
    v128.store(dst, value0);
    v128.store(dst, value1, 16);
    const odd = (unfitForPairs(value0, own) | (unfitForPairs(value1, own) << 16)) & ((1 << (<u32>length)) - 1);
    dst = length < 32 && odd == 0 ? dst + length : escaped(dst, valueAt, next, mode);
  }
  passKnown(known);
  following = p;
  return dst;
}

/** At most 271 bytes with its `=`. */
function name(dst: usize, key: usize, keyEnd: usize): usize {
  return nameOf(dst > room.limit ? flush(dst) : dst, key, keyEnd);
}
