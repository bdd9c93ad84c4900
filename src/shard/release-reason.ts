/**
 * Why a shard is given up. The reasons are ranked: one may only be replaced by a higher one, because each forbids more.
 *
 *     shutdown    we stop: drain, commit, leave.
 *     unassigned  the service gives the shard to another consumer: drain, commit, then stop listing it.
 *     shardEnd    nothing will ever come any more.
 *     stalled     it does not move and says nothing: never send, never commit again; whoever gets it begins anew.
 *     leaseLost   the shard may be somebody else's by now: never send, never commit again.
 */
export type ReleaseReason = 'shutdown' | 'unassigned' | 'shardEnd' | 'stalled' | 'leaseLost';

const RANK: Readonly<Record<ReleaseReason, number>> = {
  shutdown: 0,
  unassigned: 1,
  shardEnd: 2,
  stalled: 3,
  leaseLost: 4,
};

export function outranks(next: ReleaseReason, current: ReleaseReason | undefined): boolean {
  return current === undefined || RANK[next] > RANK[current];
}
