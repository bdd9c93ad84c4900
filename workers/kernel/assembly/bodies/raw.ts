/** A single value. */
import { cutText } from '../cut';
import { titleAt, writeValue } from '../members';
import { plan } from '../plan';

export function begin(): void {
  // Nothing is kept from log to log.
}

export function bareSize(): i32 {
  return 0;
}

export function share(dst: usize, most: usize): bool {
  return true;
}

export function write(dst: usize, logEnd: usize): usize {
  const value = titleAt(0);
  return writeValue(dst, value.parts, value.partsCount, plan.titleMode);
}

export function members(dst: usize, logEnd: usize): usize {
  return write(dst, logEnd);
}

export function cut(body: usize, end: usize): usize {
  return cutText(body, end);
}
