import { fail } from './fault';
import { FAULT_PROTOBUF_CORRUPT } from './layout';

export const VARINT: u32 = 0;
export const LEN: u32 = 2;
export const FIXED32: u32 = 5;
const FIXED64: u32 = 1;

/** Start of the raw batch. */
let raw: usize = 0;

export function beginRaw(at: usize): void {
  raw = at;
}

/** The offset of an address in the raw batch. */
export function rawOffset(at: usize): u32 {
  return <u32>(at - raw);
}

/** The field that {@link readField} read last. */
@unmanaged
class Field {
  /** Its number << 3 | its wire type … */
  tag: u32;
  /** … the bytes of a length-delimited field … */
  start: usize;
  end: usize;
  /** … or the low 32 bits of any other. */
  scalar: u32;
}

/** Only this file writes it. */
export const field = changetype<Field>(memory.data(offsetof<Field>(), 16));

/** Where {@link varint} stopped reading. */
let after: usize = 0;

function corrupt(at: usize): void {
  fail(FAULT_PROTOBUF_CORRUPT, rawOffset(at));
}

function varint(p: usize, limit: usize): u64 {
  const first = p;
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 70; shift += 7) {
    if (p >= limit) corrupt(first);
    const byte: u64 = load<u8>(p++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      after = p;
      return value;
    }
  }
  corrupt(first);
  return 0;
}

/**
 * Reads one field and says where the next one begins.
 * @param p before the limit.
 * @param limit end of the message the field belongs to; the field never reaches beyond it.
 */
export function readField(p: usize, limit: usize): usize {
  // Nearly all fields: a small number, and text or a message of less than 16 KB.
  const first: u32 = load<u8>(p);
  if ((first & 0x87) == LEN && first >= 8) {
    const low: usize = load<u8>(p + 1);
    const high: usize = load<u8>(p + 2);
    const one = low < 0x80;
    const at = one ? p + 2 : p + 3;
    const length = one ? low : (low & 0x7f) | (high << 7);
    if ((one || high < 0x80) && at <= limit && length <= limit - at) {
      const end = at + length;
      field.tag = first;
      field.start = at;
      field.end = end;
      return end;
    }
  }
  // The time of nearly every log: a number of five bytes.
  if ((first & 0x87) == VARINT && first >= 8) {
    const bytes = load<u64>(p, 1);
    if ((bytes & 0x80_80_80_80_80) == 0x80_80_80_80 && p + 6 <= limit) {
      field.tag = first;
      field.scalar = fiveBytes(bytes);
      return p + 6;
    }
  }
  return readAnyField(p, limit);
}

/** The low 32 bits of a varint of five bytes. */
function fiveBytes(v: u64): u32 {
  const low =
    ((<u32>v) & 0x7f) | ((<u32>(v >> 1)) & 0x3f80) | ((<u32>(v >> 2)) & 0x1f_c000) | ((<u32>(v >> 3)) & 0x0fe0_0000);
  return low | ((<u32>(v >> 4)) & 0xf000_0000);
}

/** Groups (wire types 3 and 4) are long deprecated and no SDK of the service takes them. */
function readAnyField(p: usize, limit: usize): usize {
  const key = varint(p, limit);
  if (key < 8 || key > 0xffff_ffff) corrupt(p);
  const tag = <u32>key;
  const wire = tag & 7;
  field.tag = tag;
  const at = after;
  if (wire == LEN) {
    const length = varint(at, limit);
    const start = after;
    if (length > <u64>(limit - start)) corrupt(at);
    const end = start + <usize>length;
    field.start = start;
    field.end = end;
    return end;
  }
  if (wire == VARINT) {
    field.scalar = <u32>varint(at, limit);
    return after;
  }
  if (wire == FIXED32) {
    if (limit - at < 4) corrupt(at);
    field.scalar = load<u32>(at);
    return at + 4;
  }
  if (wire != FIXED64) corrupt(p);
  if (limit - at < 8) corrupt(at);
  return at + 8;
}
