import { fault } from './host';

/** Ends the run: control never comes back. */
export function fail(reason: u32, offset: usize): void {
  fault(reason, <i32>offset);
  unreachable();
}
