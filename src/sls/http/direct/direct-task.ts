import type { ForwarderError } from '../../../errors/forwarder-error.js';
import type { HttpReply, HttpRequest } from '../exchange.js';
import type { SameReply } from './same-reply.js';

/**
 * Why there is no reply although nothing is wrong with the request: the service answers in a way that is left to Node's parser, or the connection
 * ended before it came to this request.
 */
export type NoReply = 'unusual' | 'dropped';

/** One request over a connection of ours, and where its outcome goes. */
export interface Task {
  readonly request: Pick<HttpRequest, 'what' | 'bodyBuffer' | 'bodyHeld'>;
  /** An abort gives up the request and closes its connection; undefined if no caller can give it up. */
  readonly signal: AbortSignal | undefined;
  /** The request as it travels. */
  readonly text: string;
  /** The last reply, for a request that is repeated. */
  readonly same?: SameReply;
  readonly resolve: (outcome: HttpReply | NoReply) => void;
  /** SLS_NETWORK, SLS_TIMEOUT (also when the signal aborts) or SLS_PROTOCOL (too large). */
  readonly reject: (error: ForwarderError) => void;
}
