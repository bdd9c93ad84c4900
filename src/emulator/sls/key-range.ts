/** Half-open range of the 128-bit key space that MD5 hash keys fall into (ListShards API page). */
export interface KeyRange {
  readonly begin: bigint;
  readonly end: bigint;
}

const SIZE = 1n << 128n;
export const WHOLE_RANGE: KeyRange = { begin: 0n, end: SIZE };

/** 32 hex digits; the end of the space, which does not fit, is written as its last key. */
export function hexKey(key: bigint): string {
  return (key < SIZE ? key : SIZE - 1n).toString(16).padStart(32, '0');
}

/** A hash key as clients write it: up to 32 hex digits. */
export function parseKey(text: string): bigint | undefined {
  return /^[0-9a-fA-F]{1,32}$/.test(text) ? BigInt(`0x${text}`) : undefined;
}

export function contains(range: KeyRange, key: bigint): boolean {
  return key >= range.begin && key < range.end;
}

/** Cuts a range into equal parts. */
export function divide(range: KeyRange, parts: number): KeyRange[] {
  const edge = (part: number): bigint => range.begin + ((range.end - range.begin) * BigInt(part)) / BigInt(parts);
  return Array.from({ length: parts }, (_, part) => ({ begin: edge(part), end: edge(part + 1) }));
}
