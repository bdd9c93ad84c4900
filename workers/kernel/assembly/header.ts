/** The header fields of RFC 5424 §6.2.4–§6.2.7 and the (nil) structured data: everything between TIMESTAMP and MSG. */
import { Part, PART_SIZE, plan, Ref, Segment, SEGMENT_SIZE } from './plan';

const NILVALUE: u8 = 0x2d;
const UNDERSCORE: i8 = 0x5f;

/** At most about 500 bytes: the caller has room for them. */
export function headerFields(dst: usize): usize {
  for (let i: u32 = 0; i < plan.segmentCount; i++) {
    const segment = changetype<Segment>(plan.segments + i * SEGMENT_SIZE);
    memory.copy(dst, segment.literal, segment.literalLength);
    dst += segment.literalLength;
    if (segment.maxLength != 0) dst = headerField(dst, segment);
  }
  return dst;
}

function headerField(dst: usize, segment: Segment): usize {
  const begin = dst;
  const limit = dst + segment.maxLength;
  for (let i: u32 = 0; i < segment.partCount; i++) {
    const part = changetype<Part>(segment.parts + i * PART_SIZE);
    const ref = firstNonEmpty(part);
    dst =
      changetype<usize>(ref) == 0
        ? printable(dst, limit, part.text, part.textLength)
        : printable(dst, limit, ref.value, ref.valueLength);
  }
  if (dst == begin) store<u8>(dst++, NILVALUE);
  return dst;
}

function firstNonEmpty(part: Part): Ref {
  for (let i: u32 = 0; i < part.refCount; i++) {
    const ref = changetype<Ref>(load<usize>(part.refs + (i << 2)));
    if (ref.valueLength != 0) return ref;
  }
  return changetype<Ref>(0);
}

/** PRINTUSASCII only, cut to what the field may still hold. */
function printable(dst: usize, limit: usize, src: usize, length: usize): usize {
  const end = dst + min<usize>(length, limit - dst);
  while (dst < end) {
    const v = v128.load(src);
    // With 1 added, DEL and all bytes from 0x80 are negative.
    const bad = i8x16.lt_s(i8x16.add(v, i8x16.splat(1)), i8x16.splat(0x22));
    v128.store(dst, v128.bitselect(i8x16.splat(UNDERSCORE), v, bad));
    dst += 16;
    src += 16;
  }
  return end;
}
