/** The text replies of the service as values nobody trusts yet. */
interface TextReply {
  readonly body: ArrayBuffer;
  readonly bodyLength: number;
}

/** The body as JSON, undefined if it is not. */
export function tryJson({ body, bodyLength }: TextReply): unknown {
  try {
    return JSON.parse(Buffer.from(body, 0, bodyLength).toString()) as unknown;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Shard ids, timeouts, counts: integers that fit 31 bits. */
export function isSmallInteger(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0x7fff_ffff;
}

/** A cursor is opaque; what we pass on must at least be able to travel in a query and a log line. */
export function isCursor(value: unknown): value is string {
  return typeof value === 'string' && /^[!-~]{1,512}$/.test(value);
}
