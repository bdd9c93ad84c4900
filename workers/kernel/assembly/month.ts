/** `Jan ` to `Dec `. */
const MONTHS = memory.data<u32>([
  0x206e_614a, 0x2062_6546, 0x2072_614d, 0x2072_7041, 0x2079_614d, 0x206e_754a, 0x206c_754a, 0x2067_7541, 0x2070_6553,
  0x2074_634f, 0x2076_6f4e, 0x2063_6544,
]);

/** The name of a month from 1 to 12 and a space, as four bytes. */
export function monthName(month: usize): u32 {
  return load<u32>(MONTHS + 4 * (month - 1));
}

/** 1 to 12, or 0 if the three bytes are the name of no month. */
export function monthNamed(at: usize): u32 {
  const name = (load<u32>(at) & 0xff_ffff) | 0x2000_0000;
  for (let month: u32 = 1; month <= 12; month++) if (monthName(month) == name) return month;
  return 0;
}
