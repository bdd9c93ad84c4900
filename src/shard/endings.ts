import type { ErrorCode } from '../errors/codes.js';
import type { ReleaseReason } from './release-reason.js';

/** Answers after which there is nothing to be read here any more. */
export const ENDINGS: Readonly<Partial<Record<ErrorCode, { readonly reason: ReleaseReason; readonly words: string }>>> =
  {
    SLS_SHARD_GONE: { reason: 'shardEnd', words: 'the shard no longer exists: everything in it has expired' },
    SLS_CONSUMER_UNKNOWN: {
      reason: 'leaseLost',
      words: 'the service does not know this consumer as the owner of the shard',
    },
  };
