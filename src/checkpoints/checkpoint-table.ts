import type { PipelineSettings } from '../group/pipeline.js';
import type { ShardView } from './look.js';

const HEAD = ['shard', 'status', 'position', 'behind', 'updated', 'consumer', 'checkpoint'];

/** The views as a table for a terminal, with its heading. */
export function tableOf({ project, logstore, consumerGroup }: PipelineSettings, views: readonly ShardView[]): string {
  const rows = [HEAD, ...views.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return [`${project}/${logstore}, consumer group ${consumerGroup}`, ...lines, ''].join('\n');
}

function cells({
  shard,
  status,
  position,
  behindSeconds,
  expired,
  updated,
  consumer,
  checkpoint,
}: ShardView): string[] {
  const behind = expired
    ? 'expired'
    : behindSeconds === null
      ? '-'
      : behindSeconds === 0
        ? 'at the end'
        : `${behindSeconds} s`;
  return [String(shard), status, position ?? '-', behind, updated ?? '-', consumer ?? '-', checkpoint ?? '-'];
}
