/** Whether two places hold the same `length` bytes; both have 16 readable bytes behind them. Most texts compared are short. */
export function isSame(a: usize, b: usize, length: usize): bool {
  if (length > 16) return memory.compare(a, b, length) == 0;
  const equal = <u32>i8x16.bitmask(i8x16.eq(v128.load(a), v128.load(b)));
  const wanted: u32 = (1 << (<u32>length)) - 1;
  return (equal & wanted) == wanted;
}
