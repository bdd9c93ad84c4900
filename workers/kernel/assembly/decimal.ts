const UNDERSCORE: u8 = 0x5f;

/** How many digits the decimal form of `value` has. */
export function digitsOf(value: u32): u32 {
  let digits: u32 = 1;
  while (value >= 10) {
    value /= 10;
    digits++;
  }
  return digits;
}

/** Writes exactly `digits` digits, with leading zeros where the value is shorter. */
export function decimal(dst: usize, value: u32, digits: u32): usize {
  const end = dst + digits;
  for (let at = end; at > dst; value /= 10) store<u8>(--at, 0x30 + (value % 10));
  return end;
}

/** Writes what tells a repeated name from the one before: `_2`, `_3` … */
export function suffixed(dst: usize, suffix: u32): usize {
  store<u8>(dst, UNDERSCORE);
  return decimal(dst + 1, suffix, digitsOf(suffix));
}
