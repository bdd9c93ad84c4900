import { readRegularFile } from '../flow/read-file.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { readFault } from '../errors/file-fault.js';
import type { PipelineSettings } from '../group/pipeline.js';
import type { CheckpointRow } from '../sls/api/get-checkpoint.js';
import type { Wish } from './set.js';

/** The checkpoints of a group as JSON; shards without one are left out. */
export function exportText(settings: PipelineSettings, rows: readonly CheckpointRow[]): string {
  const { project, logstore, consumerGroup } = settings;
  const known = rows.flatMap(({ shard, checkpoint }) =>
    checkpoint === undefined ? [] : [[shard, checkpoint] as const],
  );
  const file = { project, logstore, consumerGroup, checkpoints: Object.fromEntries(known) };
  return `${JSON.stringify(file, undefined, 2)}\n`;
}

/**
 * Reads what {@link exportText} wrote. The group may be another one; the logstore must be the same, since a cursor means nothing elsewhere.
 * @throws ForwarderError CONFIG_UNREADABLE, CONFIG_INVALID
 */
export function readExport(file: string, { project, logstore }: PipelineSettings): readonly Wish[] {
  const { project: fromProject, logstore: fromLogstore, checkpoints } = parse(file);
  if (fromProject !== project || fromLogstore !== logstore)
    throw wrong(
      file,
      `is of ${String(fromProject)}/${String(fromLogstore)}, and cursors mean nothing in ${project}/${logstore}`,
    );
  if (typeof checkpoints !== 'object' || checkpoints === null) throw wrong(file, 'has no checkpoints in it');
  return Object.entries(checkpoints).map(([shard, cursor]: [string, unknown]) => {
    if (!/^\d{1,9}$/.test(shard) || typeof cursor !== 'string')
      throw wrong(file, `the checkpoint of shard "${shard}" can't be read`);
    return { shard: Number(shard), cursor };
  });
}

function parse(file: string): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = readRegularFile(file).toString('utf8');
  } catch (thrown) {
    throw new ForwarderError('CONFIG_UNREADABLE', `${file}: can't be read: ${readFault(thrown)}`, { cause: thrown });
  }
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Readonly<Record<string, unknown>>;
  } catch {
    // Said below, together with JSON that is no object.
  }
  throw wrong(file, 'is not what checkpoint export writes');
}

function wrong(file: string, problem: string): ForwarderError {
  return new ForwarderError('CONFIG_INVALID', `${file}: ${problem}`);
}
