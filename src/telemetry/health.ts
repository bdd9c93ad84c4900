import {
  isBlocked,
  type ConnectionSnapshot,
  type ConnectionStall,
  type DestinationSnapshot,
  type DiscoverySnapshot,
  type Failing,
  type PipelineSnapshot,
  type ShardSnapshot,
  type Snapshot,
} from '../model/snapshot.js';

/** The answer of a probe; `problems` says in words why it is not fine. */
export interface Verdict {
  readonly ok: boolean;
  readonly problems: readonly string[];
  /** What is not fine either, but a restart could not mend it. */
  readonly warnings?: readonly string[];
  /** What makes events count as delivered, by destination. */
  readonly proof?: Readonly<Record<string, string>>;
}

export interface HealthSettings {
  /** A shard with data but no progress for longer is stuck. */
  readonly maxStallSeconds: number;
}

function verdict(problems: readonly string[], { log, destinations, pipelines, discoveries }: Snapshot): Verdict {
  const warnings = [
    ...pipelines.flatMap(failures),
    ...pipelines.flatMap(startFailures),
    ...discoveries.flatMap(discoveryWarnings),
    ...destinations.flatMap((one) => [...receiverWarnings(one), ...unreadWarnings(one)]),
  ];
  if (log.fault !== undefined) {
    warnings.push(`the log can't be written: ${log.fault}; ${log.lostLines} lines are lost`);
  }
  return { ok: problems.length === 0, problems, ...(warnings.length === 0 ? {} : { warnings }) };
}

/** The proof of the connection that proves least. */
function proofText({ guarantee, connections }: DestinationSnapshot): string {
  if (guarantee !== 'settled') return BY_GUARANTEE[guarantee] ?? guarantee;
  const weakest = PROOFS.find((proof) => connections.some((one) => one.proof === proof));
  return PROOF_WORDS[weakest ?? 'probation'];
}

const BY_GUARANTEE: Readonly<Record<string, string>> = {
  relp: 'answer: the receiver answers each event',
  acked: "acknowledgement: of the receiver's kernel, whether or not the receiver reads (guarantee: acked)",
  written: 'none: our kernel took the event (guarantee: written)',
};

type Proof = ConnectionSnapshot['proof'];
const PROOFS: readonly Proof[] = ['none', 'probation', 'time'];

const PROOF_WORDS: Readonly<Record<Proof, string>> = {
  none: 'none: connections are accepted and then ended early; nothing counts as delivered',
  probation: 'none yet: a connection is young, or its receiver takes nothing; its events count as delivered later',
  time: 'time: events that stay acknowledged on a connection that has proven itself (settle)',
  answer: 'answer: the receiver answers each event',
};

/** One warning for each receiver that some connections cannot use: code, since when, why, and what happens to the events. */
function receiverWarnings({ name, connections }: DestinationSnapshot): string[] {
  const byText = new Map<string, { count: number; seconds: number }>();
  for (const { failure, stall, endpoint } of connections) {
    const text = failure === undefined ? stallText(stall, endpoint) : `${failure.code}: ${failure.message}`;
    if (text === undefined) continue;
    const { count, seconds } = byText.get(text) ?? { count: 0, seconds: 0 };
    byText.set(text, { count: count + 1, seconds: Math.max(seconds, failure?.seconds ?? 0) });
  }
  return [...byText].map(([text, { count, seconds }]) => {
    const since = seconds > 0 ? ` for ${Math.round(seconds)} s` : '';
    return `destination ${name}: ${count} of ${connections.length} connections not usable${since}: ${text}; ${WHAT_TO_DO}`;
  });
}

/** One warning for each endpoint that accepts connections and ends them early. */
function unreadWarnings({ name, connections }: DestinationSnapshot): string[] {
  const unread = connections.filter(({ proof }) => proof === 'none');
  return [...new Set(unread.map(({ endpoint }) => endpoint))].map((endpoint) => {
    const events = unread
      .filter((one) => one.endpoint === endpoint)
      .reduce((sum, { unprovenEvents }) => sum + unprovenEvents, 0);
    return `destination ${name}: ${endpoint} accepts connections and ends them early, as a load balancer does when nobody behind it reads; ${events} events wait for proof and are sent again; check the servers behind it`;
  });
}

const WHAT_TO_DO = 'the events wait and are sent when the receiver takes them; check the receiver and the way to it';

function stallText(stall: ConnectionStall | undefined, endpoint: string): string | undefined {
  if (stall === undefined) return undefined;
  return stall === 'silent'
    ? `${endpoint}: the receiver does not answer`
    : `${endpoint}: the receiver is alive but reads nothing`;
}

/** What fails for longer is no passing trouble. */
const FAILING_SECONDS = 60;

const WORDS: Readonly<Record<Failing['deed'], string>> = {
  acquire: 'its start position could not be had',
  pull: 'pulls have failed',
  format: 'a batch could not be made ready',
  commit: 'its checkpoint could not be stored',
};

function failures({ title, shards }: PipelineSnapshot): string[] {
  return shards.flatMap(({ shard, failing }) =>
    failing
      .filter(({ seconds }) => seconds >= FAILING_SECONDS)
      .map(
        ({ deed, code, seconds }) =>
          `pipeline ${title}: shard ${shard}: ${WORDS[deed]} for ${Math.round(seconds)} s (${code})`,
      ),
  );
}

function startFailures(pipeline: PipelineSnapshot): string[] {
  const { title, startFailing } = pipeline;
  if (startFailing === undefined || startFailing.seconds < FAILING_SECONDS) return [];
  return [`pipeline ${title}: can't join its consumer group${whyNot(pipeline)}`];
}

const whyNot = ({ source, startFailing }: PipelineSnapshot): string =>
  startFailing === undefined
    ? ''
    : ` (source ${source}: ${startFailing.code} for ${Math.round(startFailing.seconds)} s)`;

function discoveryWarnings(one: DiscoverySnapshot): string[] {
  const { pipeline, failing, unread } = one;
  const isFailing = failing !== undefined && failing.seconds >= FAILING_SECONDS;
  return [
    ...(isFailing
      ? [`pipeline ${pipeline}: not all that its patterns may find can be listed${whyNotListed(one)}`]
      : []),
    ...(unread > 0
      ? [`pipeline ${pipeline}: ${unread} logstores that its patterns find are not read; the log says why`]
      : []),
  ];
}

const whyNotListed = ({ source, failing }: DiscoverySnapshot): string =>
  failing === undefined ? '' : ` (source ${source}: ${failing.code} for ${Math.round(failing.seconds)} s)`;

/** It is said why, and a new process would be refused as well. */
const isExplained = ({ failing, heldBack }: ShardSnapshot): boolean =>
  heldBack ||
  failing.some(({ deed, code }) => deed !== 'commit' && code !== 'INTERNAL' && code !== 'FORMATTER_CRASHED');

/**
 * Is this process doing its work? Only what a restart could mend counts: a receiver that is away or takes nothing holds its shards up,
 * but killing us would only add duplicates to the outage.
 */
export function health(snapshot: Snapshot, settings: HealthSettings): Verdict {
  const blocked = new Set(snapshot.destinations.filter((one) => isBlocked(one.connections)).map(({ name }) => name));
  const answer = verdict(
    snapshot.pipelines.flatMap((pipeline) => {
      const stuck = pipeline.shards.filter((shard) => isStuck(shard, settings, blocked.has(pipeline.destination)));
      return [...lateHeartbeat(pipeline), ...stuck.map((shard) => stuckText(pipeline, shard))];
    }),
    snapshot,
  );
  const proof = Object.fromEntries(snapshot.destinations.map((one) => [one.name, proofText(one)]));
  return { ...answer, proof };
}

function lateHeartbeat({
  title,
  heartbeatAgeSeconds: age,
  heartbeatTimeoutSeconds: timeout,
}: PipelineSnapshot): string[] {
  if (age === undefined || age <= timeout) return [];
  return [`pipeline ${title}: no heartbeat was accepted for ${Math.round(age)} s (timeout ${timeout} s)`];
}

function stuckText({ title }: PipelineSnapshot, { shard, idleSeconds }: ShardSnapshot): string {
  return `pipeline ${title}: shard ${shard} has data but made no progress for ${Math.round(idleSeconds)} s`;
}

function isStuck(shard: ShardSnapshot, { maxStallSeconds }: HealthSettings, isReceiverBlocked: boolean): boolean {
  if (shard.idleSeconds <= maxStallSeconds || shard.phase === 'released' || isExplained(shard)) return false;
  if (shard.inFlightBatches > 0) return !isReceiverBlocked;
  return !shard.caughtUp;
}

/** A shard further behind than this has a backlog to catch up on. */
const CATCHING_UP_SECONDS = 60;

/** Is a pipeline of this destination working off a backlog? */
export function isCatchingUp(pipelines: readonly PipelineSnapshot[], destination: string): boolean {
  const isBehind = ({ caughtUp, lag }: ShardSnapshot): boolean => !caughtUp && lag.seconds > CATCHING_UP_SECONDS;
  return pipelines.some((pipeline) => pipeline.destination === destination && pipeline.shards.some(isBehind));
}

/**
 * Has everything that must come up come up once? A receiver that goes away later is a warning and leaves us ready: nobody sends us requests
 * that could go elsewhere, and a rolling update must not stop because a receiver restarts.
 */
export function readiness(snapshot: Snapshot): Verdict {
  const pipelines = snapshot.pipelines.filter(({ heartbeats }) => heartbeats === 0);
  const destinations = snapshot.destinations.filter(({ totals }) => totals.connects === 0);
  return verdict(
    [
      ...pipelines.map(
        (one) => `pipeline ${one.title}: has not joined consumer group ${one.consumerGroup} yet${whyNot(one)}`,
      ),
      ...snapshot.discoveries
        .filter(({ looked }) => !looked)
        .map((one) => `pipeline ${one.pipeline}: its patterns have not been looked for yet${whyNotListed(one)}`),
      ...destinations.map(({ name }) => `destination ${name}: has not been connected yet`),
    ],
    snapshot,
  );
}
