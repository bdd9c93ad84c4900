import { fault } from './host';

/** The same numbers as REASONS in kernel.ts. */
export const LZ4_CORRUPT: u32 = 0;
export const SIZE_MISMATCH: u32 = 1;
export const SIZE_LIMIT: u32 = 2;
export const PROTOBUF_CORRUPT: u32 = 3;

/** Ends the run: control never comes back. */
export function fail(reason: u32, offset: usize): void {
  fault(reason, <i32>offset);
  unreachable();
}
