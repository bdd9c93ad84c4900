/**
 * A cursor is standard base64 of a decimal int64: a base of the shard's own plus the number of a log group (GetCursor API
 * page, and what the SDKs decode). To clients it is opaque and strictly increasing within a shard.
 */
export function encodeCursor(position: bigint): string {
  return Buffer.from(position.toString(), 'latin1').toString('base64');
}

/** The position, or undefined if the text is no cursor. Padding may be missing: documentation shows both. */
export function decodeCursor(text: string): bigint | undefined {
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text)) return undefined;
  const digits = Buffer.from(text, 'base64').toString('latin1');
  return /^\d{1,19}$/.test(digits) ? BigInt(digits) : undefined;
}
