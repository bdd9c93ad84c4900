import type { BackoffSettings } from '../flow/backoff.js';
import type { RateSettings } from './pace.js';

/** One receiver. */
export interface Endpoint {
  /** What it begins with: a name in the table of transports. */
  readonly scheme: string;
  readonly tls: boolean;
  /** Name, IPv4 or IPv6 address; an IPv6 address without brackets. */
  readonly host: string;
  readonly port: number;
  /** The endpoint as the config has it. Logs and metrics show this text. */
  readonly text: string;
}

/** When a batch counts as delivered, from weak to strong: see {@link SpanLedger}. */
export type Guarantee = 'written' | 'acked' | 'settled' | 'relp';

/** That of receivers that answer each event. */
export const ANSWERED = 'relp' satisfies Guarantee;

export interface TlsSettings {
  /** Paths of PEM files; they are read again for every connection, so a renewed certificate needs no restart. */
  readonly ca: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly passphrase: string | undefined;
  /** Path of a file that holds it. */
  readonly passphraseFile: string | undefined;
  /** Name to expect in the certificate and to send as SNI, if not the host. */
  readonly servername: string | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** OpenSSL cipher list; undefined: Node's. */
  readonly ciphers: string | undefined;
  /**
   * Fingerprints `sha-256:AB:…` or `sha-1:…` (RFC 5425 §4.2.2), one of which the receiver's certificate must have. Without `ca` that is all it must
   * have, so it may be self-signed; with `ca` it must be valid as well.
   */
  readonly pins: readonly string[];
  readonly insecureSkipVerify: boolean;
}

/** When a connection is replaced by another. */
export interface SuccessionSettings {
  /** How a connection that had to go elsewhere comes back to a receiver it would rather have. */
  readonly failback: { readonly intervalMs: number; readonly probes: number };
  /** A connection this old, or one that has carried so much, is replaced; undefined: never. */
  readonly rebind: { readonly afterMs: number | undefined; readonly afterBytes: number | undefined };
  /** How often a name is resolved again while connected. */
  readonly resolveIntervalMs: number;
}

export interface DestinationSettings extends SuccessionSettings {
  readonly name: string;
  /** At least one. A connection goes on to the next whenever it loses one, and comes back. */
  readonly endpoints: readonly Endpoint[];
  /** All connections prefer the first, or each its own. */
  readonly mode: 'failover' | 'loadBalance';
  readonly tls: TlsSettings;
  readonly guarantee: Guarantee;
  /** At least 1. */
  readonly connections: number;
  /** For one attempt to connect, TLS handshake included. */
  readonly connectTimeoutMs: number;
  /** A receiver whose kernel has not answered for this long is taken for dead; a RELP receiver that has answered no command for this long, too. */
  readonly stallTimeoutMs: number;
  /** How long a batch must stay acked on a healthy connection that has proven itself before it is settled … */
  readonly proofMs: number;
  /** … or how many bytes must be acked behind it: at least as many as the largest receive buffer on the way holds. */
  readonly proofBytes: number;
  /** How long a connection must live before it has proven itself: longer than a load balancer waits for its server. */
  readonly probationMs: number;
  /** The memory horizon: so many bytes of a connection are held for sending them again without asking the service. See {@link halves}. */
  readonly replayBytes: number;
  readonly retry: BackoffSettings;
  readonly rate: RateSettings;
}

/**
 * How a replay window is spent. Half is what may be on its way, not known to be acked: that binds no kernel whose largest send buffer is
 * Linux's default of 4 MiB. The other half is held in memory behind what is acked: Linux's receive buffers hold 6 MiB by default.
 */
export function halves(replayBytes: number): { readonly maxUnackedBytes: number; readonly holdBytes: number } {
  const half = Math.floor(replayBytes / 2);
  return { maxUnackedBytes: half, holdBytes: half };
}

/** What no user should have to think about. */
export interface DeliveryTuning {
  /** How often the acknowledgements are looked at while something is unsettled. A look costs up to 4 ms of CPU, so it is not done more often. */
  readonly beatMs: number;
  /** … and the pause lasts this many times as long as the look did (a fifth of that when somebody waits for the answer). */
  readonly restPerLook: number;
  /** A receiver that is alive but reads nothing is named in the log after this long. */
  readonly shutWindowNoticeMs: number;
  /** … and is left for another one, if there is one, after this long. */
  readonly shutWindowTimeoutMs: number;
  /** One write: small enough for its callback to say something, large enough to cost nothing. */
  readonly sliceBytes: { readonly tcp: number; readonly tls: number };
  /** How long frames are held in memory after they were acked, where few bytes follow. */
  readonly holdMs: number;
  /** How a young connection's end is proven: its age at the end at least, … */
  readonly leastAgeMs: number;
  /** … the time within which the receiver answers an end itself, … */
  readonly promptMs: number;
  /** … and how long an empty connection, made to confirm that, must stay open. All of it tells a receiver from a balancer that gives up. */
  readonly confirmMs: number;
  /** How often a connection may be replaced only for the sake of proof. */
  readonly askEveryMs: number;
  /** A window shut for this long, while a sibling flows, belongs to a connection that nobody reads. */
  readonly unreadMs: number;
  /** How long such a connection rests. */
  readonly parkMs: number;
  /** A connection that lived this long was a good one: the back-off starts again at its shortest. */
  readonly provenMs: number;
  /** How long to wait for the receiver's FIN after ours, with nothing left to settle. */
  readonly endGraceMs: number;
  /** Where the kernel does not tell what is acked: what was written this long ago is taken for acked. */
  readonly blindAckMs: number;
  /** Folder with the kernel's tables of sockets. */
  readonly kernelTables: string;
  /** How often a connection looks whether it should be replaced by another. */
  readonly lookoutMs: number;
}

export const TUNING: DeliveryTuning = {
  beatMs: 200,
  restPerLook: 50,
  shutWindowNoticeMs: 5_000,
  shutWindowTimeoutMs: 60_000,
  sliceBytes: { tcp: 1024 * 1024, tls: 256 * 1024 },
  holdMs: 2_000,
  leastAgeMs: 1_000,
  promptMs: 250,
  confirmMs: 500,
  askEveryMs: 1_000,
  unreadMs: 10_000,
  parkMs: 10 * 60_000,
  provenMs: 5_000,
  endGraceMs: 2_000,
  blindAckMs: 10_000,
  kernelTables: '/proc/self/net',
  lookoutMs: 1_000,
};
