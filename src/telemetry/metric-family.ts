import type { DestinationSnapshot, PipelineSnapshot, ShardSnapshot, Snapshot } from '../model/snapshot.js';

interface Sample {
  readonly labels: Record<string, string | number>;
  readonly value: number;
}

/** One metric: its name and how to read it from a snapshot. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly isCounter: boolean;
  readonly samples: (snapshot: Snapshot) => Sample[];
}

type Value = number | undefined;

/** What is not known yet has no series, rather than one that lies. */
const known = (labels: Sample['labels'], value: Value): Sample[] => (value === undefined ? [] : [{ labels, value }]);

export const PIPELINE = ['pipeline', 'source', 'project', 'logstore'];
export const pipelineLabels = ({ name, source, project, logstore }: PipelineSnapshot): Sample['labels'] => ({
  pipeline: name,
  source,
  project,
  logstore,
});

export function ofPipeline(name: string, help: string, read: (pipeline: PipelineSnapshot) => Value): Family {
  return {
    name: `forwarder_${name}`,
    help,
    labels: PIPELINE,
    isCounter: name.endsWith('_total'),
    samples: ({ pipelines }) => pipelines.flatMap((pipeline) => known(pipelineLabels(pipeline), read(pipeline))),
  };
}

export function ofShard(
  name: string,
  help: string,
  read: (shard: ShardSnapshot, pipeline: PipelineSnapshot) => Value,
): Family {
  return {
    name: `forwarder_shard_${name}`,
    help,
    labels: [...PIPELINE, 'shard'],
    isCounter: false,
    samples: ({ pipelines }) =>
      pipelines.flatMap((pipeline) =>
        pipeline.shards.flatMap((shard) =>
          known({ ...pipelineLabels(pipeline), shard: shard.shard }, read(shard, pipeline)),
        ),
      ),
  };
}

export function ofDestination(name: string, help: string, read: (destination: DestinationSnapshot) => Value): Family {
  return {
    name: `forwarder_destination_${name}`,
    help,
    labels: ['destination'],
    isCounter: name.endsWith('_total'),
    samples: ({ destinations }) => destinations.flatMap((one) => known({ destination: one.name }, read(one))),
  };
}

export function ofProcess(name: string, help: string, read: (snapshot: Snapshot) => Value): Family {
  return {
    name: `forwarder_${name}`,
    help,
    labels: [],
    isCounter: name.endsWith('_total'),
    samples: (snapshot) => known({}, read(snapshot)),
  };
}

export const byKey = (labels: Sample['labels'], key: string, counts: Readonly<Record<string, number>>): Sample[] =>
  Object.entries(counts).map(([name, value]) => ({ labels: { ...labels, [key]: name }, value }));
