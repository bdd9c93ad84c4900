/** A message before it is framed. */
export interface Message {
  readonly head: string;
  readonly body: string;
}

/** The first bytes, ending between two characters. */
export function textUpTo(bytes: Buffer, room: number): Buffer {
  let end = room;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}
