/** What a shard's lag follows from. Times in milliseconds unless they say otherwise. */
interface Standing {
  /** Wall clock. */
  readonly nowMs: number;
  readonly monotonicMs: number;
  /** Monotonic: when the service last said that there is nothing after what was pulled. */
  readonly tipAt: number | undefined;
  readonly inFlight: number;
  /** Receive time of the watermark, unix seconds. */
  readonly watermarkTime: number | undefined;
}

/**
 * Seconds a shard is behind: since the receive time of its watermark, or, at the tip, since the service last confirmed that; true also
 * while pulls fail or nothing settles. Undefined until known.
 */
export function lagSeconds({ nowMs, monotonicMs, tipAt, inFlight, watermarkTime }: Standing): number | undefined {
  if (tipAt !== undefined && inFlight === 0) return (monotonicMs - tipAt) / 1000;
  return watermarkTime === undefined ? undefined : Math.max(0, nowMs / 1000 - watermarkTime);
}
