/** What a receiver can be told and what it says. Everything here is plain data: it crosses a thread boundary. */

/**
 * How closely messages are looked at.
 *
 * `count`: frames and bytes. `sequence`: also the content `emu_seq=<shard>-<n>` of every message, for loss, order and
 * duplicates per shard. `strict`: also a full RFC 5424 parse.
 */
export type Tracking = 'count' | 'sequence' | 'strict';

/**
 * How the receiver behaves on its connections. A mode holds for the connections that are open and for those to come; the byte
 * counts of `resetting` and `fin` begin at zero for every connection, and when the mode is set.
 *
 * `slow`: reads `bytesPerSecond` in all, shared by the connections. `stalled`: accepts and reads nothing, so that the peer meets a zero window.
 * `resetting`: a RST after `afterBytes`. `fin`: closes after `afterBytes` as a process does that ends: a FIN, and a RST for whatever was or is sent
 * beyond it. `refusing`: no listener; open connections are reset. `hang`: accepts and reads nothing; no TLS handshake.
 */
export type ReceiverMode =
  | { readonly kind: 'normal' | 'stalled' | 'refusing' | 'hang' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number }
  | { readonly kind: 'resetting' | 'fin'; readonly afterBytes: number };

export interface ReceiverOptions {
  /** `tcp://host:port`, `tls://…` or `udp://…`; port 0 takes a free one. Default `tcp://127.0.0.1:0`. */
  readonly listen?: string;
  /** PEM texts; needed for `tls://`. */
  readonly tls?: ReceiverTls;
  /** Default `sequence`. */
  readonly tracking?: Tracking;
  /** Also measures delay from the content `emu_ts=<unix milliseconds>`. */
  readonly latency?: boolean;
  /** How many of the last messages to keep for {@link ReceiverHandle.last}. Default 16. */
  readonly keep?: number;
  /** Largest message taken, bytes. Default 1 MiB. */
  readonly maxFrameBytes?: number;
  readonly mode?: ReceiverMode;
}

export interface ReceiverTls {
  readonly cert: string;
  readonly key: string;
  /** Given: clients must show a certificate signed by it. */
  readonly clientCa?: string;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3';
}

export type Framing = 'lf' | 'nul' | 'octet-counting' | 'datagram';

export interface ShardStats {
  readonly shard: number;
  readonly received: number;
  readonly unique: number;
  /** Numbers never seen between `first` and `last`. */
  readonly lost: number;
  readonly duplicates: number;
  /** New numbers that came after a higher one. */
  readonly reordered: number;
  readonly first: number;
  readonly last: number;
}

/** Sums over all shards. */
export type SequenceTotals = Omit<ShardStats, 'shard' | 'first' | 'last'>;

/** What is wrong with the bytes, as opposed to their order. Zero everywhere means: flawless. */
export interface FlawCounts {
  /** The length before a message can't be right: the rest of that stream is meaningless and was cut off. */
  readonly framing: number;
  /** A connection went from one framing to the other: RFC 6587 §3.4 says not to; mostly a wrong octet count. */
  readonly framingChanges: number;
  readonly oversize: number;
  /** The stream ended inside a message. */
  readonly incomplete: number;
  readonly empty: number;
  /** Messages that are not RFC 5424; `strict` only. */
  readonly parse: number;
  /** LF-framed messages with control characters in them, which relays mangle; `strict` only. */
  readonly controlCharacters: number;
}

export interface ParseFlaw {
  readonly error: string;
  /** Byte of the message at which the grammar was left. */
  readonly offset: number;
  /** Its first 256 bytes. */
  readonly message: string;
}

export interface LatencyStats {
  readonly count: number;
  /** Milliseconds; percentiles are right within 4 %. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface ReceiverStats {
  readonly url: string;
  readonly mode: ReceiverMode;
  readonly connections: {
    readonly now: number;
    readonly total: number;
    readonly closed: number;
    /** Closed by a reset of the peer or another socket error. */
    readonly failed: number;
  };
  /** Read from the wire, inside TLS, framing included. */
  readonly bytes: number;
  readonly frames: number;
  /** Frames with a message in them. */
  readonly events: number;
  readonly framing: Readonly<Record<Framing, number>>;
  readonly flaws: FlawCounts;
  /** The first few messages that are not RFC 5424. */
  readonly parseFlaws: readonly ParseFlaw[];
  readonly sequence: SequenceTotals;
  readonly shards: readonly ShardStats[];
  readonly tls: {
    /** Handshakes by protocol version. */
    readonly versions: Readonly<Record<string, number>>;
    readonly failures: number;
    readonly lastFailure: string | undefined;
  };
  readonly latency: LatencyStats | undefined;
}

/** Least counts to wait for; all of those given must be reached. */
export interface Awaited {
  readonly events?: number;
  readonly bytes?: number;
  /** Distinct sequence numbers over all shards. */
  readonly unique?: number;
  readonly duplicates?: number;
  /** Connections since the start, and those over. */
  readonly connections?: number;
  readonly closed?: number;
  readonly tlsFailures?: number;
}

export interface ReceiverHandle {
  /** `tcp://127.0.0.1:40123` */
  readonly url: string;
  readonly port: number;
  stats(): Promise<ReceiverStats>;
  /** Resolves when the mode holds, for `refusing` and back: when the port is closed or open. Rejects with LISTEN_FAILED if it can't be opened again. */
  setMode(mode: ReceiverMode): Promise<void>;
  /** Resolves with the stats as soon as all counts are reached; rejects with what was reached instead after `timeoutMs`. */
  waitFor(awaited: Awaited, timeoutMs: number): Promise<ReceiverStats>;
  /** The last `count` messages as text, oldest first. */
  last(count: number): Promise<readonly string[]>;
  /** All counts from zero; connections stay. */
  reset(): Promise<void>;
  stop(): Promise<void>;
}
