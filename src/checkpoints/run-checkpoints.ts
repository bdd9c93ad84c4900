import { startAt } from '../config/scalars.js';
import { choosePipeline } from '../config/choose-pipeline.js';
import { loadConfig } from '../config/load.js';
import { toSettings, type PipelinePlan } from '../config/settings.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { systemClock as clock } from '../flow/clock.js';
import { openSource } from '../app/service-access.js';
import type { OpenLogstore } from '../sls/client.js';
import { exportText, readExport } from './export-file.js';
import { setCheckpoints, type Wish } from './set.js';
import { look } from './look.js';
import { tableOf } from './checkpoint-table.js';
import type { CheckpointTask } from './checkpoint-task.js';

export interface CheckpointRequest {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the pipeline; the only one if not said. */
  readonly pipeline: string | undefined;
  /** One of its logstores; the only one if not said. */
  readonly logstore: string | undefined;
  readonly task: CheckpointTask;
}

const PATIENCE_MS = 120_000;
/** Nothing is pulled here. */
const READING = { compression: 'none', bodyBuffer: (size: number) => new ArrayBuffer(size) } as const;
/** What the client has to say is in the errors it throws. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Does one task.
 * @returns the text for standard output
 * @throws ForwarderError
 */
export async function runCheckpointTask({ configFile, env, task, ...choice }: CheckpointRequest): Promise<string> {
  const host = { cores: 1, consumer: 'checkpoint', now: clock.now() };
  const settings = toSettings(loadConfig(configFile, env), host);
  const plan = choosePipeline(settings, choice);
  const { source } = plan.settings;
  if (settings.sources.get(source) === 'embedded')
    throw new ForwarderError(
      'USAGE',
      'the embedded Log Service ends with its program: there are no checkpoints to look at',
    );
  const client = openSource(settings, source, undefined, { env, clock, log: SILENT });
  try {
    return await perform(task, plan, client.openLogstore({ ...plan.settings, ...READING }));
  } finally {
    client.close();
  }
}

async function perform(task: CheckpointTask, plan: PipelinePlan, logstore: OpenLogstore): Promise<string> {
  const { settings } = plan;
  const signal = AbortSignal.timeout(PATIENCE_MS);
  if (task.kind === 'show') {
    const rows = await look(logstore, clock.now(), signal);
    return task.json ? `${JSON.stringify(rows, undefined, 2)}\n` : tableOf(settings, rows);
  }
  if (task.kind === 'export') return exportText(settings, await logstore.admin.checkpoints(signal));
  await logstore.group.ensure(settings.group, signal);
  return setCheckpoints(logstore, await wishes(task, plan, logstore, signal), task.force, signal);
}

async function wishes(
  task: Extract<CheckpointTask, { kind: 'set' | 'import' }>,
  { settings }: PipelinePlan,
  { source }: OpenLogstore,
  signal: AbortSignal,
): Promise<readonly Wish[]> {
  if (task.kind === 'import') return readExport(task.file, settings);
  const { shard, to } = task;
  const all = (await source.listShards(signal)).map((info) => info.shard).sort((a, b) => a - b);
  const shards = shard === 'all' ? all : [shard];
  if (typeof to === 'object' && 'cursor' in to && shard === 'all')
    throw new ForwarderError('USAGE', 'a cursor belongs to one shard: name it with --shard');
  const position = typeof to === 'object' && 'cursor' in to ? to : startAt(to, clock.now());
  return Promise.all(
    shards.map(async (id) => {
      const given = typeof position === 'object' && 'cursor' in position;
      return { shard: id, cursor: given ? position.cursor : await source.getCursor(id, position, signal) };
    }),
  );
}
