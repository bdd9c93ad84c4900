/**
 * How many log groups lie between two cursors of one shard. A cursor is base64 of a decimal number and consecutive log groups have consecutive
 * numbers (so the official SDKs count); neither is documented, so everything that looks different is "unknown".
 */
export function groupsBetween(from: string, to: string): number | undefined {
  const [first, last] = [position(from), position(to)];
  if (first === undefined || last === undefined || last < first) return undefined;
  return Number(last - first);
}

function position(cursor: string): bigint | undefined {
  const digits = Buffer.from(cursor, 'base64').toString('latin1');
  return /^\d{1,19}$/.test(digits) ? BigInt(digits) : undefined;
}
