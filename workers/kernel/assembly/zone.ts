import { Shift, SHIFT_SIZE } from './layout';

/** How many minutes a zone is ahead of UTC at a moment: what its last shift up to then says. */
export function minutesAhead(shifts: usize, count: u32, seconds: u32): i32 {
  let low: u32 = 0;
  for (let high = count; high > low + 1;) {
    const middle = (low + high) >> 1;
    if (changetype<Shift>(shifts + middle * SHIFT_SIZE).from <= seconds) low = middle;
    else high = middle;
  }
  return count == 0 ? 0 : changetype<Shift>(shifts + low * SHIFT_SIZE).minutes;
}
