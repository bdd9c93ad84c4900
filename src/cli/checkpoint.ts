import { writeFileSync } from 'node:fs';
import { isWrong, parseStart, type Start } from '../config/scalars.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { writeFault } from '../errors/file-fault.js';
import type { CheckpointTask } from '../checkpoints/checkpoint-task.js';
import { CONFIG } from './config-option.js';
import { print } from './output.js';
import { checkPast } from './range.js';

export const CHECKPOINT_OPTIONS = {
  ...CONFIG,
  pipeline: { type: 'string', requiresArg: true, describe: 'Only this pipeline; needed if there are several' },
  logstore: { type: 'string', requiresArg: true, describe: 'Only this logstore of it, if it reads several' },
  json: { type: 'boolean', default: false, describe: 'show: JSON instead of a table' },
  shard: { type: 'string', requiresArg: true, describe: 'set: the shard, or all' },
  to: { type: 'string', requiresArg: true, describe: 'set: begin, end, a time, -2h, or a cursor' },
  force: { type: 'boolean', default: false, describe: 'set, import: even while the group has live consumers' },
} as const;

export interface CheckpointArguments {
  readonly action?: string;
  readonly file?: string | undefined;
  readonly config: string;
  readonly pipeline?: string | undefined;
  readonly logstore?: string | undefined;
  readonly json: boolean;
  readonly shard?: string | undefined;
  readonly to?: string | undefined;
  readonly force: boolean;
}

/** Shows or changes the checkpoints of one pipeline's consumer group. @throws ForwarderError */
export async function runCheckpoint(given: CheckpointArguments): Promise<number> {
  const task = taskOf(given);
  const { runCheckpointTask } = await import('../checkpoints/run-checkpoints.js');
  const { config: configFile, pipeline, logstore, file } = given;
  const text = await runCheckpointTask({ configFile, env: process.env, pipeline, logstore, task });
  print(task.kind === 'export' && file !== undefined ? written(file, text) : text);
  return 0;
}

function written(file: string, text: string): string {
  try {
    writeFileSync(file, text);
  } catch (cause) {
    throw new ForwarderError('USAGE', `checkpoint export: can't write "${file}": ${writeFault(cause)}`, { cause });
  }
  return `exported to ${file}\n`;
}

function taskOf({ action, file, json, shard, to, force }: CheckpointArguments): CheckpointTask {
  if ((action === 'show' || action === 'set') && file !== undefined) throw usage(`checkpoint ${action} takes no file`);
  if (action === 'show') return { kind: 'show', json };
  if (action === 'export') return { kind: 'export' };
  if (action === 'import') {
    if (file === undefined) throw usage('checkpoint import needs the file that checkpoint export wrote');
    return { kind: 'import', file, force };
  }
  if (action === 'set') return { kind: 'set', shard: shardOf(shard), to: positionOf(to), force };
  throw usage(`checkpoint ${action ?? ''}: write show, set, export or import`);
}

function shardOf(text: string | undefined): number | 'all' {
  if (text === 'all') return text;
  if (text !== undefined && /^\d{1,9}$/.test(text)) return Number(text);
  throw usage('checkpoint set needs --shard with the number of a shard, or --shard all');
}

function positionOf(text: string | undefined): Start | { readonly cursor: string } {
  if (text === undefined) throw usage('checkpoint set needs --to: begin, end, a time, -2h, or a cursor');
  const start = parseStart(text);
  if (!isWrong(start)) {
    checkPast('to', start, Date.now());
    return start;
  }
  if (/^[A-Za-z0-9+/]{8,510}={0,2}$/.test(text)) return { cursor: text };
  throw usage(`--to: ${start.wrong}, or a cursor`);
}

function usage(message: string): ForwarderError {
  return new ForwarderError('USAGE', `${message} (forwarder checkpoint --help)`);
}
