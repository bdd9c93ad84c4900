/** Small logs and groups, written shortly. */
import type { FormatPlan } from '../../../src/model/format-plan.js';
import { framesOf, kernelOf, PLAN, run, textOf } from './oracle.js';
import { encode, type Log, type LogGroup, type Pair } from './log-group-list.js';

export const bytes = (text: string): Uint8Array => Buffer.from(text);
export const pair = (key: string, value: string): Pair => ({ key: bytes(key), value: bytes(value) });

/** With one content, `k`. */
export const log = (time: number | undefined, value = 'v', timeNs?: number): Log => ({
  time,
  timeNs,
  contents: [pair('k', value)],
});
export const group = (logs: readonly Log[], tags: LogGroup['tags'] = []): LogGroup => ({ logs, tags });

/** The frames of one batch of these groups. */
export function format(groups: readonly LogGroup[], plan: FormatPlan = PLAN): string[] {
  return textOf(framesOf(run(kernelOf([plan]), encode(groups))));
}
