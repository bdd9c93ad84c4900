/** Whether two places hold the same `length` bytes; both have 16 readable bytes behind them. Most texts compared are short, or differ soon. */
export function isSame(a: usize, b: usize, length: usize): bool {
  const equal = <u32>i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
  if (length > 16) return equal == 0xffff && memory.compare(a + 16, b + 16, length - 16) == 0;
  const wanted: u32 = (1 << (<u32>length)) - 1;
  return (equal & wanted) == wanted;
}
