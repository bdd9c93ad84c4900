/** What the kernel asks of its host. `fault` never returns: the host throws through the kernel, and the next run starts afresh. */

/**
 * Takes everything in the window: `length` bytes at `from`, and the absolute end offsets (u32) of the `frames` messages that ended in them.
 * @param consumed bytes of the raw batch read so far, for the host's guess of what is still to come.
 */
export declare function emit(from: usize, length: u32, ends: usize, frames: u32, consumed: u32): void;

/**
 * Writes the octet count of a message whose beginning was emitted before its length was known. The host holds `reserved` bytes for it at
 * the output offset `start`, followed by the message, and moves that if the count needs more or fewer.
 */
export declare function count(start: u32, reserved: u32, length: u32): void;

/**
 * Takes a log that is too large to be sent: its group's bytes, its own among them, their numbers, and the bytes of its message.
 */
export declare function reject(
  group: usize,
  groupLength: u32,
  log: usize,
  logLength: u32,
  groupIndex: u32,
  index: u32,
  messageBytes: u32,
): void;

/** Whether something in a value matches a pattern, by the number that the plan has for it. */
export declare function matches(pattern: u32, from: usize, length: u32): bool;

export declare function fault(reason: u32, offset: i32): void;
