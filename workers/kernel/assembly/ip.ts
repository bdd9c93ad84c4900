/** IP addresses as text: dotted decimal, and RFC 4291 §2.2. Leading zeros and zones make no address. */

/** The address read last: 16 bytes, IPv4 as `::ffff:a.b.c.d`. */
const address = memory.data(16, 16);
let isV4: bool = false;

const V4_MAPPED: u32 = 0xffff_0000;
const LONGEST: usize = 45;
const DOT: u32 = 0x2e;
const COLON: u32 = 0x3a;

/** @returns whether all of it is an address. */
export function readIp(p: usize, end: usize): bool {
  if (end - p > LONGEST) return false;
  isV4 = readV4(p, end, address + 12);
  if (!isV4) return readV6(p, end);
  store<u64>(address, 0);
  store<u32>(address, V4_MAPPED, 8);
  return true;
}

/** Whether the address read last begins with these bits. A range of IPv6 that is shorter than all of IPv4 has no IPv4 address in it. */
export function isInRange(range: usize, bits: u32): bool {
  if (isV4 && bits < 96) return false;
  const whole = bits >> 3;
  if (memory.compare(address, range, whole) != 0) return false;
  const rest = bits & 7;
  return rest == 0 || (load<u8>(address + whole) ^ load<u8>(range + whole)) >> (<u8>(8 - rest)) == 0;
}

function readV4(p: usize, end: usize, to: usize): bool {
  for (let i: usize = 0; i < 4; i++) {
    const from = p;
    let value: u32 = 0;
    for (; p < end && p - from < 3; p++) {
      const digit = <u32>load<u8>(p) - 0x30;
      if (digit > 9) break;
      value = value * 10 + digit;
    }
    if (p == from || value > 255 || (p - from > 1 && load<u8>(from) == 0x30)) return false;
    store<u8>(to + i, <u8>value);
    if (i == 3) return p == end;
    if (p == end || load<u8>(p++) != DOT) return false;
  }
  return false;
}

function readV6(p: usize, end: usize): bool {
  const last = address + 16;
  let dst = address;
  /** Where `::` stands; 0 while there was none. */
  let gap: usize = 0;
  if (end - p >= 2 && load<u16>(p) == 0x3a3a) {
    gap = dst;
    p += 2;
    if (p == end) return widen(gap, dst, last);
  }
  while (true) {
    const from = p;
    let value: u32 = 0;
    for (let digit: u32; p < end && (digit = hexDigit(load<u8>(p))) < 16; p++) value = (value << 4) | digit;
    if (p < end && load<u8>(p) == DOT) {
      return dst + 4 <= last && readV4(from, end, dst) && close(gap, dst + 4, last);
    }
    if (p == from || p - from > 4 || dst == last) return false;
    store<u16>(dst, bswap<u16>(<u16>value));
    dst += 2;
    if (p == end) return close(gap, dst, last);
    if (load<u8>(p++) != COLON || p == end) return false;
    if (load<u8>(p) != COLON) continue;
    if (gap != 0) return false;
    gap = dst;
    if (++p == end) return widen(gap, dst, last);
  }
}

function close(gap: usize, dst: usize, last: usize): bool {
  return gap == 0 ? dst == last : widen(gap, dst, last);
}

/** Puts the zeros that `::` stands for in their place: at least one group. */
function widen(gap: usize, dst: usize, last: usize): bool {
  if (dst == last) return false;
  const tail = dst - gap;
  memory.copy(last - tail, gap, tail);
  memory.fill(gap, 0, last - dst);
  return true;
}

/** 16 and more for what is none. */
function hexDigit(c: u32): u32 {
  if (c - 0x30 <= 9) return c - 0x30;
  const letter = (c | 0x20) - 0x61;
  return letter <= 5 ? letter + 10 : 16;
}
