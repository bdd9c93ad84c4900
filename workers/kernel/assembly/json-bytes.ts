/** The bytes that JSON gives a meaning (RFC 8259 §2). */
export const QUOTE: u32 = 0x22;
export const BACKSLASH: u32 = 0x5c;
export const COMMA: u32 = 0x2c;
export const COLON: u32 = 0x3a;
export const OPEN_OBJECT: u32 = 0x7b;
export const CLOSE_OBJECT: u32 = 0x7d;
export const OPEN_ARRAY: u32 = 0x5b;
export const CLOSE_ARRAY: u32 = 0x5d;
/** `:"`, as two bytes in memory are read. */
export const TEXT_VALUE: u32 = 0x223a;
/** `,"` */
export const NEXT_NAME: u32 = 0x222c;

export function isSpace(c: u32): bool {
  return c == 0x20 || c == 0x0a || c == 0x0d || c == 0x09;
}
