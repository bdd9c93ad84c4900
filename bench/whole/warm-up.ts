/**
 * From a process's first event to its window: V8 compiles for so long (ActionTrail over TLS: 384,000 events per CPU-second in the first two
 * seconds, 446,000 after four, 510,000 from the sixteenth on), and a forwarder runs for weeks.
 */
export const WARM_UP_MS = 15_000;

/** Where only ratios of programs that compile the same count. */
export const SHORT_WARM_UP_MS = 2_500;
