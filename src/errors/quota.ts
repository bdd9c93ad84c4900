import type { ForwarderError } from './forwarder-error.js';

/** Whether a shard is over its own read quota (ShardReadQuotaExceed), which says nothing about others; else it is its project. */
export function isShardQuota({ code, details }: ForwarderError): boolean {
  return code === 'SLS_QUOTA' && /^Shard/i.test(String(details['errorCode'] ?? ''));
}
