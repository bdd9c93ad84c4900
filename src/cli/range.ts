import type { Range } from '../config/settings.js';
import { isWrong, parseStart, startAt, type Start } from '../config/scalars.js';
import { ForwarderError } from '../errors/forwarder-error.js';

export const RANGE_OPTIONS = {
  once: { type: 'boolean', default: false, describe: 'Read every shard up to its end at start, then end: as --to end' },
  from: { type: 'string', requiresArg: true, describe: 'Start of shards without a checkpoint: begin, a time, or -2h' },
  to: { type: 'string', requiresArg: true, describe: 'Read up to this receive time, then end: end, a time, or -2h' },
} as const;

export interface RangeArguments {
  readonly once: boolean;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/**
 * What of the logstores to read.
 * @param now milliseconds since the epoch
 * @throws ForwarderError USAGE
 */
export function parseRange({ once, from, to }: RangeArguments, now: number): Range {
  if (once && to !== undefined) throw new ForwarderError('USAGE', '--once means --to end; leave one of the two out');
  const range = { from: position('from', from), to: once ? 'end' : position('to', to) } as const;
  if (range.to === 'begin') throw new ForwarderError('USAGE', '--to begin would read nothing');
  const [start, end] = [secondsOf(range.from, now), secondsOf(range.to, now)];
  if (end !== undefined && end > now / 1000)
    throw new ForwarderError('USAGE', '--to is in the future: what is not written yet has no end to read to');
  if (range.from !== undefined) checkPast('from', range.from, now);
  if (start !== undefined && end !== undefined && start >= end)
    throw new ForwarderError('USAGE', '--from must be before --to');
  return range;
}

/** @throws ForwarderError USAGE when a position is a moment that has not come: the service takes it for the end. */
export function checkPast(option: string, position: Start, now: number): void {
  const seconds = secondsOf(position, now);
  if (seconds !== undefined && seconds > now / 1000)
    throw new ForwarderError(
      'USAGE',
      `--${option} is in the future, where nothing is written yet; write --${option} end if that is meant`,
    );
}

function position(option: string, text: string | undefined): Start | undefined {
  if (text === undefined) return undefined;
  const parsed = parseStart(text);
  if (isWrong(parsed)) throw new ForwarderError('USAGE', `--${option}: ${parsed.wrong}`);
  return parsed;
}

/** Unix seconds, where the position is a moment. */
function secondsOf(position: Start | undefined, now: number): number | undefined {
  if (position === undefined) return undefined;
  const at = startAt(position, now);
  return typeof at === 'string' ? undefined : at.unixSeconds;
}
