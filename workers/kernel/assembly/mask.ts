/** Values that are shown in another form than they have. Conditions are done with them before. */
import { sign, useKey } from './hmac';
import { MASKED_REF_SIZE, Mask, MaskedRef, REF_CONTENT, Ref } from './layout';
import { plan } from './plan';

const STARS: u32 = 0x2a2a_2a2a; // ****

/** The most that is shown of a value, in bytes: 32 characters, the stars, 32 characters. */
export const SHOWN_BOUND: u64 = 4 * 32 + 4 + 4 * 32;

/** To be called once a batch. */
export function beginMasks(): void {
  if (plan.hashKeyLength != 0) useKey(plan.hashKey, plan.hashKeyLength);
}

/** Of the refs to topic, source and tags, once a group. */
export function maskGroupRefs(): void {
  maskRefs(false);
}

/** Of the refs to contents, once they are looked up and no condition asks for them any more. */
export function maskContentRefs(): void {
  maskRefs(true);
}

function maskRefs(contents: bool): void {
  for (let i: u32 = 0; i < plan.maskedRefsCount; i++) {
    const masked = changetype<MaskedRef>(plan.maskedRefs + i * MASKED_REF_SIZE);
    const ref = changetype<Ref>(masked.ref);
    if ((ref.kind == REF_CONTENT) != contents) continue;
    const mask = changetype<Mask>(masked.mask);
    ref.valueLength = <u32>(shown(mask, ref.value, ref.value + ref.valueLength) - mask.slot);
    ref.value = mask.slot;
  }
}

/**
 * Writes what is shown instead of `[from, to)` to the mask's slot. Of several fields of one name the last that is read fills the slot, and
 * is the one that refs find.
 * @returns behind it.
 */
export function shown(mask: Mask, from: usize, to: usize): usize {
  const dst = mask.slot;
  if (from == to) return dst;
  if (mask.hashed != 0) return sign(dst, from, to, plan.hashDigits);
  const before: usize = headEnd(from, to, mask.first) - from;
  const behind: usize = to - tailBegin(from, to, mask.last);
  if ((before + behind) << 1 > to - from) return stars(dst);
  memory.copy(dst, from, before);
  const next = stars(dst + before);
  memory.copy(next, to - behind, behind);
  return next + behind;
}

function stars(dst: usize): usize {
  store<u32>(dst, STARS);
  return dst + 4;
}

/** Behind so many characters; whatever the bytes are, none has more than four. */
function headEnd(p: usize, to: usize, count: u32): usize {
  for (; count > 0 && p < to; count--) {
    const most = min<usize>(to, p + 4);
    p++;
    while (p < most && isContinuation(p)) p++;
  }
  return p;
}

/** Where the last so many characters begin. */
function tailBegin(from: usize, p: usize, count: u32): usize {
  for (; count > 0 && p > from; count--) {
    const least = p - min<usize>(p - from, 4);
    p--;
    while (p > least && isContinuation(p)) p--;
  }
  return p;
}

function isContinuation(p: usize): bool {
  return (load<u8>(p) & 0xc0) == 0x80;
}
