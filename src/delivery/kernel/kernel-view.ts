import type { ConnectionStall } from '../../model/snapshot.js';
import type { KernelSocket, SocketKey } from './kernel-sockets.js';
import type { PeerState } from './stall-watch.js';

/** What our kernel's table of sockets tells of one of them. */
export interface KernelView {
  /** Where the table tells of it; undefined: the socket was closed before it could be asked for its ends. */
  readonly key: SocketKey | undefined;
  /** Something is under way that may or may not arrive. */
  readonly busy: boolean;
  /** There is no way to learn what is acked. */
  readonly blind: boolean;
  /** How the receiver was last seen not to take anything. */
  readonly stall: ConnectionStall | undefined;
  /** When the receiver was last seen not to take what it should. */
  readonly troubledAt: number;
  /**
   * Whether so much has moved since this was last asked that a look at the table, which costs 4 ms of CPU, would tell little: what was written
   * before is acked, and the receiver alive.
   */
  flows(): boolean;
  /**
   * To be called *before* the table is read.
   * @returns what to call with the socket's row in that table; undefined where it has none.
   */
  sample(): (now: number, row: KernelSocket | undefined) => PeerState;
}
