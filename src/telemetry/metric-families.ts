import type { ConnectionPhase, ConnectionSnapshot, ConnectionStall } from '../model/snapshot.js';
import { maxLag, sumKnown, timeToLoss } from './lag-figures.js';
import {
  byKey,
  ofDestination,
  ofPipeline,
  ofProcess,
  ofShard,
  PIPELINE,
  pipelineLabels,
  type Family,
} from './metric-family.js';

const PHASES: readonly ConnectionPhase[] = ['idle', 'dialling', 'connected', 'waiting', 'parked', 'ending', 'closed'];

const PROOFS: readonly ConnectionSnapshot['proof'][] = ['answer', 'time', 'probation', 'none'];

const STALLS: readonly ConnectionStall[] = ['zeroWindow', 'silent'];

const sum = (connections: readonly ConnectionSnapshot[], read: (one: ConnectionSnapshot) => number): number =>
  connections.reduce((total, one) => total + read(one), 0);

export const FAMILIES: readonly Family[] = [
  ofPipeline('pulls_total', 'Successful pulls.', ({ totals }) => totals.pulls),
  ofPipeline(
    'pulled_bytes_total',
    'Bytes of pull replies as they came, compressed.',
    ({ totals }) => totals.pulledBytes,
  ),
  ofPipeline('raw_bytes_total', 'Bytes of pull replies, decompressed.', ({ totals }) => totals.rawBytes),
  ofPipeline('log_groups_total', 'Log groups pulled.', ({ totals }) => totals.logGroups),
  ofPipeline('settled_events_total', 'Events settled at the destination.', ({ totals }) => totals.settledEvents),
  ofPipeline('settled_bytes_total', 'Bytes of settled frames.', ({ totals }) => totals.settledBytes),
  ofPipeline('filtered_events_total', 'Events that the filters left out.', ({ totals }) => totals.filteredEvents),
  ofPipeline('sampled_events_total', 'Events that only sampling left out.', ({ totals }) => totals.sampledEvents),
  ofPipeline(
    'dropped_events_total',
    'Events not sent because of their size (oversize: drop).',
    ({ totals }) => totals.droppedEvents,
  ),
  ofPipeline(
    'truncated_events_total',
    'Events cut to maxEventBytes (oversize: truncate).',
    ({ totals }) => totals.truncatedEvents,
  ),
  ofPipeline(
    'empty_events_total',
    'Events not sent because nothing is left of them: a message of no bytes.',
    ({ totals }) => totals.emptyEvents,
  ),
  ofPipeline(
    'bare_events_total',
    'Events sent that show nothing of their log: none of the fields they are made of has a value.',
    ({ totals }) => totals.bareEvents,
  ),
  ofPipeline(
    'untimed_events_total',
    "Events sent with the time of the log because their eventTime is missing or can't be read.",
    ({ totals }) => totals.untimedEvents,
  ),
  ofPipeline('checkpoints_total', 'Checkpoints stored.', ({ totals }) => totals.checkpoints),
  ofPipeline(
    'gaps_total',
    'Ranges that were not delivered, each told to the receiver by a gap event.',
    ({ totals }) => totals.gaps,
  ),
  ofPipeline('dead_letters_total', 'Of those, kept as dead letters.', ({ totals }) => totals.deadLetters),
  ofPipeline(
    'consumer_collisions_total',
    'Checkpoints somebody else stored for a shard of ours: a second process under our consumer name.',
    ({ totals }) => totals.consumerCollisions,
  ),
  ofPipeline('shards_acquired_total', 'Shards taken over since the start.', ({ totals }) => totals.shardsAcquired),
  {
    name: 'forwarder_shards_released_total',
    help: 'Shards given up, by reason.',
    labels: [...PIPELINE, 'reason'],
    isCounter: true,
    samples: ({ pipelines }) =>
      pipelines.flatMap((pipeline) => byKey(pipelineLabels(pipeline), 'reason', pipeline.totals.shardsReleased)),
  },
  {
    name: 'forwarder_source_errors_total',
    help: 'Failed requests to the Log Service and batches that could not be decoded, by error code.',
    labels: [...PIPELINE, 'code'],
    isCounter: true,
    samples: ({ pipelines }) =>
      pipelines.flatMap((pipeline) => byKey(pipelineLabels(pipeline), 'code', pipeline.totals.errors)),
  },
  ofPipeline('heartbeats_total', 'Heartbeats the service accepted.', ({ heartbeats }) => heartbeats),
  ofPipeline('heartbeat_age_seconds', 'Since the last accepted heartbeat.', (pipeline) => pipeline.heartbeatAgeSeconds),
  ofPipeline('shards_owned', 'Shards held now.', ({ shards }) => shards.length),
  ofPipeline('lag_max_seconds', 'Lag of the shard that is furthest behind.', ({ shards }) => maxLag(shards)),
  ofPipeline(
    'lag_events_estimate',
    'Events that wait for delivery in the shards held: log groups times the average of each shard.',
    ({ shards }) => sumKnown(shards.map(({ lag }) => lag.estimatedEvents)),
  ),
  ofPipeline('retention_seconds', 'For how long the logstore keeps what it gets.', ({ retention }) =>
    retention === 'forEver' ? undefined : retention,
  ),
  ofPipeline(
    'time_to_loss_seconds',
    'Until the service deletes what was not delivered: the retention minus the lag of the shard furthest behind.',
    (pipeline) => timeToLoss(pipeline, maxLag(pipeline.shards)),
  ),
  {
    name: 'forwarder_found_logstores',
    help: 'Logstores that the patterns of a pipeline find now, by whether they are read.',
    labels: ['pipeline', 'source', 'state'],
    isCounter: false,
    samples: ({ discoveries }) =>
      discoveries.flatMap(({ pipeline, source, found, unread }) => [
        { labels: { pipeline, source, state: 'read' }, value: found - unread },
        { labels: { pipeline, source, state: 'unread' }, value: unread },
      ]),
  },
  ofShard(
    'lag_seconds',
    'Between now and the receive time of the watermark; about 0 at the tip; at least so much where it is not known.',
    ({ lag }) => lag.seconds,
  ),
  ofShard('lag_log_groups', 'Log groups from the watermark to the end of the shard.', ({ lag }) => lag.logGroups),
  ofShard(
    'lag_events_estimate',
    'Events in them: that many times the average of the shard.',
    ({ lag }) => lag.estimatedEvents,
  ),
  ofShard('lag_bytes_estimate', 'Likewise bytes, decompressed.', ({ lag }) => lag.estimatedBytes),
  ofShard('time_to_loss_seconds', 'The retention minus the lag.', ({ lag }, pipeline) =>
    timeToLoss(pipeline, lag.seconds),
  ),
  ofShard('caught_up', '1 when the shard was at its tip when last asked.', ({ caughtUp }) => (caughtUp ? 1 : 0)),
  ofShard('idle_seconds', 'Since something was pulled, settled or found to be at its end.', (one) => one.idleSeconds),
  ofShard('stalled', '1 when the shard has data and made no progress for admin.maxStall.', ({ stalled }) =>
    stalled ? 1 : 0,
  ),
  ofShard('in_flight_batches', 'Batches between pull and settled.', ({ inFlightBatches }) => inFlightBatches),
  ofShard('in_flight_bytes', 'Bytes between pull and settled.', ({ inFlightBytes }) => inFlightBytes),
  ofShard('failing_seconds', 'Since the first of the failures that still go on; 0: none.', ({ failing }) =>
    failing.reduce((longest, { seconds }) => Math.max(longest, seconds), 0),
  ),
  ofShard('checkpoint_age_seconds', 'Since the watermark was last stored.', (one) => one.checkpointAgeSeconds),
  ofDestination('written_bytes_total', 'Bytes our kernel accepted.', ({ totals }) => totals.writtenBytes),
  ofDestination(
    'written_events_total',
    'Events our kernel accepted, those sent again included.',
    (one) => one.totals.writtenEvents,
  ),
  ofDestination('settled_bytes_total', 'Bytes of settled frames.', ({ totals }) => totals.settledBytes),
  ofDestination('settled_events_total', 'Events settled.', ({ totals }) => totals.settledEvents),
  ofDestination(
    'resent_events_total',
    'Events written again after a connection was lost that may have arrived before: at most so many duplicates.',
    ({ totals }) => totals.resentEvents,
  ),
  ofDestination('eps_used', 'Events a second that went out, over the last ten seconds.', ({ rate }) => rate.usedEps),
  ofDestination('eps_limit', 'Events a second that this process may send at present.', ({ rate }) => rate.limitEps),
  ofDestination('bytes_limit', 'Bytes a second that this process may send at present.', ({ rate }) => rate.limitBytes),
  ofDestination(
    'rate_share',
    'What part of the rate is that of this process, 0 to 1 (`rate.share`).',
    ({ rate }) => rate.part,
  ),
  ofDestination('connects_total', 'Connections made.', ({ totals }) => totals.connects),
  {
    name: 'forwarder_destination_errors_total',
    help: 'Lost connections and failed attempts to connect, by error code.',
    labels: ['destination', 'code'],
    isCounter: true,
    samples: ({ destinations }) =>
      destinations.flatMap(({ name, totals }) => byKey({ destination: name }, 'code', totals.errors)),
  },
  {
    name: 'forwarder_destination_connections',
    help: 'Connections, by phase.',
    labels: ['destination', 'phase'],
    isCounter: false,
    samples: ({ destinations }) =>
      destinations.flatMap(({ name, connections }) =>
        PHASES.map((phase) => ({
          labels: { destination: name, phase },
          value: connections.filter((one) => one.phase === phase).length,
        })),
      ),
  },
  {
    name: 'forwarder_destination_stalled_connections',
    help: 'Connections that could not get rid of what was written when last looked at, by kind: zeroWindow (the receiver reads nothing), silent (its kernel does not answer).',
    labels: ['destination', 'kind'],
    isCounter: false,
    samples: ({ destinations }) =>
      destinations.flatMap(({ name, connections }) =>
        STALLS.map((kind) => ({
          labels: { destination: name, kind },
          value: connections.filter((one) => one.stall === kind).length,
        })),
      ),
  },
  {
    name: 'forwarder_destination_proof_connections',
    help: 'Connections, by what makes events on them count as delivered: answer (of the receiver or its kernel, as the guarantee says), time, probation (nothing yet: the connection is young), none (nothing: the ones before it were ended early).',
    labels: ['destination', 'proof'],
    isCounter: false,
    samples: ({ destinations }) =>
      destinations.flatMap(({ name, connections }) =>
        PROOFS.map((proof) => ({
          labels: { destination: name, proof },
          value: connections.filter((one) => one.proof === proof).length,
        })),
      ),
  },
  {
    name: 'forwarder_destination_certificate_days_left',
    help: 'Days until a certificate expires: own and ca as they are on disk, or the one an endpoint showed last.',
    labels: ['destination', 'certificate'],
    isCounter: false,
    samples: ({ destinations }) =>
      destinations.flatMap(({ name: destination, certificates }) =>
        certificates.map(({ name, daysLeft }) => ({ labels: { destination, certificate: name }, value: daysLeft })),
      ),
  },
  ofDestination(
    'blind_connections',
    'Connections of which the kernel does not tell what is acked: bytes and time decide.',
    ({ connections }) => connections.filter(({ blind }) => blind).length,
  ),
  ofDestination('pending_bytes', 'Bytes handed over whose frames are held in memory.', ({ connections }) =>
    sum(connections, ({ pendingBytes }) => pendingBytes),
  ),
  ofDestination('unproven_events', 'Events handed over and not yet settled.', ({ connections }) =>
    sum(connections, ({ unprovenEvents }) => unprovenEvents),
  ),
  ofDestination(
    'unacked_bytes',
    "Bytes written and not yet known to be acked by the peer's kernel.",
    ({ connections }) => sum(connections, ({ unackedBytes }) => unackedBytes),
  ),
  ofProcess('budget_limit_bytes', 'Bound of all data in flight.', ({ budget }) => budget.limitBytes),
  ofProcess('budget_reserved_bytes', 'Of which reserved now.', ({ budget }) => budget.reservedBytes),
  ofProcess('budget_waiting_pulls', 'Pulls that wait for room.', ({ budget }) => budget.waiting),
  ofProcess('dead_letter_limit_bytes', 'Bound of the dead-letter directory.', (now) => now.deadLetters?.limitBytes),
  ofProcess('dead_letter_bytes', 'Of which used.', (now) => now.deadLetters?.bytes),
  ofProcess('log_lost_lines_total', 'Lines of the log that could not be written.', ({ log }) => log.lostLines),
  ofProcess('formatter_threads', 'Formatter threads.', ({ formatter }) => formatter.threads),
  ofProcess(
    'formatter_queued_batches',
    'Batches that wait for a formatter thread.',
    ({ formatter }) => formatter.queued,
  ),
  ofProcess('formatter_batches_total', 'Batches given to the formatter threads.', ({ formatter }) => formatter.tasks),
];
