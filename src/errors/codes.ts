/**
 * Every way this program can fail, in one closed table.
 *
 * class: `retry`: the same thing may work later; the puller and the connection try again with back-off.
 *        `permanent`: the same input will always fail; retrying is pointless, something else must happen with it.
 *        `fatal`: an operator must act. At start this ends the process; later the loops keep trying, slowly and loudly,
 *                 because a corrected key or permission ends it.
 * exit:  the sysexits code when this ends the process.
 */
export const CODES = {
  // the command line and the config
  USAGE: { class: 'fatal', exit: 64 },
  CONFIG_UNREADABLE: { class: 'fatal', exit: 66 },
  CONFIG_INVALID: { class: 'fatal', exit: 78 },
  /** Another process uses the directory for dead letters. */
  DIRECTORY_IN_USE: { class: 'fatal', exit: 75 },
  /** Checkpoints of a consumer group can't be set while somebody reads. */
  GROUP_IN_USE: { class: 'fatal', exit: 75 },
  /** What a command prints can't be written. */
  OUTPUT_FAILED: { class: 'fatal', exit: 74 },
  /** This process, or the machine, can't open more files. */
  TOO_MANY_FILES: { class: 'retry', exit: 71 },
  LISTEN_FAILED: { class: 'fatal', exit: 69 },

  // the Log Service
  SLS_NETWORK: { class: 'retry', exit: 69 },
  /** What stands between us and the service does not let us through: wrong password, or not allowed. */
  PROXY_REFUSED: { class: 'fatal', exit: 77 },
  SLS_TIMEOUT: { class: 'retry', exit: 69 },
  SLS_SERVER: { class: 'retry', exit: 69 },
  SLS_QUOTA: { class: 'retry', exit: 75 },
  SLS_CLOCK_SKEW: { class: 'fatal', exit: 78 },
  SLS_UNAUTHORIZED: { class: 'fatal', exit: 77 },
  SLS_NOT_FOUND: { class: 'fatal', exit: 78 },
  SLS_REQUEST_INVALID: { class: 'fatal', exit: 76 },
  /** The reply is not what the protocol says: HTML from a proxy, a missing header, a truncated body. */
  SLS_PROTOCOL: { class: 'retry', exit: 76 },
  /** The cursor is expired or garbage. */
  SLS_CURSOR_INVALID: { class: 'permanent', exit: 65 },
  SLS_SHARD_GONE: { class: 'permanent', exit: 65 },
  /** The service does not know this consumer (any more): it owns nothing. */
  SLS_CONSUMER_UNKNOWN: { class: 'permanent', exit: 75 },

  // formatting
  /** The body can't be decoded. */
  FORMAT_CORRUPT: { class: 'permanent', exit: 65 },
  FORMATTER_CRASHED: { class: 'retry', exit: 70 },

  // dead letters
  /** No room, or the disk fails: the shard waits. */
  DEAD_LETTER_REFUSED: { class: 'fatal', exit: 74 },

  // the receiver
  DIAL_FAILED: { class: 'retry', exit: 69 },
  DIAL_TIMEOUT: { class: 'retry', exit: 69 },
  TLS_FAILED: { class: 'retry', exit: 69 },
  CONNECTION_RESET: { class: 'retry', exit: 69 },
  CONNECTION_ENDED: { class: 'retry', exit: 69 },
  /** RELP: an answer other than 200. The same message is sent again, loudly: only the receiver's operator can mend it. */
  RELP_REFUSED: { class: 'fatal', exit: 76 },
  /** What listens on this port speaks another protocol (TLS, RELP, HTTP): only the operator can mend it. */
  WRONG_PROTOCOL: { class: 'fatal', exit: 76 },
  RELP_PROTOCOL: { class: 'retry', exit: 76 },
  CONNECTION_STALLED: { class: 'retry', exit: 69 },

  // our own doing
  /** The lease was lost or the program stops hard: what was in flight is given up and will be read again by its next owner. */
  ABANDONED: { class: 'permanent', exit: 75 },
  /** A deadline passed at shutdown with something left to redeliver. */
  DRAIN_DEADLINE: { class: 'fatal', exit: 75 },
  INTERNAL: { class: 'fatal', exit: 70 },
} as const satisfies Record<string, CodeEntry>;

interface CodeEntry {
  readonly class: ErrorClass;
  readonly exit: number;
}

export type ErrorClass = 'retry' | 'permanent' | 'fatal';
export type ErrorCode = keyof typeof CODES;
