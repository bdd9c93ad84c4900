/** The content or the tag that was read last. */
import { PAIR_KEY, PAIR_VALUE } from './messages';
import { field, readField } from './protobuf';

@unmanaged
class Pair {
  key: usize;
  keyEnd: usize;
  value: usize;
  valueEnd: usize;
  /** Whether it is a content: a log has other fields, too. */
  isContent: bool;
}

/** Only this file writes it. */
export const pair = changetype<Pair>(memory.data(offsetof<Pair>(), 16));

/** Reads a Content or a LogTag. */
export function readPair(p: usize, limit: usize): void {
  setPair(0, 0, 0, 0);
  while (p < limit) {
    p = readField(p, limit);
    if (field.tag == PAIR_KEY) renameKey(field.start, field.end);
    else if (field.tag == PAIR_VALUE) replaceValue(field.start, field.end);
  }
}

/** @param between bytes between the key and the value, which ends at `next`. */
export function setPair(key: usize, keyLength: usize, between: usize, next: usize): void {
  pair.key = key;
  pair.keyEnd = key + keyLength;
  pair.value = key + keyLength + between;
  pair.valueEnd = next;
}

export function markContent(is: bool): void {
  pair.isContent = is;
}

/** It has another name now. */
export function renameKey(from: usize, to: usize): void {
  pair.key = from;
  pair.keyEnd = to;
}

/** What is shown of it. */
export function replaceValue(from: usize, to: usize): void {
  pair.value = from;
  pair.valueEnd = to;
}
