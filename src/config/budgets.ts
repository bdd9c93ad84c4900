import type { Guarantee } from '../syslog/settings.js';
import type { ForwarderSettings } from './settings.js';

/** Of what the receivers may have unsettled in flight, so much is needed for bytes to settle bytes: measured, 70,000 events a second instead of a million below it. */
const WINDOWS = 2;

/** The byte budget of each destination that is used, by name: equal parts. */
export function budgetsOf({ pipelines, maxInFlightBytes }: ForwarderSettings): ReadonlyMap<string, number> {
  const used = new Set(pipelines.map(({ settings }) => settings.destination));
  return new Map([...used].map((name) => [name, Math.floor(maxInFlightBytes / used.size)]));
}

interface Buffers {
  readonly guarantee: Guarantee;
  readonly connections: number;
  readonly replayBytes: number;
}

/** Byte budget below which a destination is slow, bytes. */
export const leastBudget = ({ guarantee, connections, replayBytes }: Buffers): number =>
  guarantee === 'settled' ? WINDOWS * connections * replayBytes : 0;

/** What is allowed and yet hardly meant; a line each. */
export function warningsOf(settings: ForwarderSettings): string[] {
  const budgets = budgetsOf(settings);
  return settings.destinations.flatMap(({ settings: destination }) => {
    const { name } = destination;
    const budget = budgets.get(name);
    const needed = leastBudget(destination);
    if (budget === undefined || budget >= needed) return [];
    return [
      `flow.maxInFlightBytes: leaves ${mib(budget)} for destination ${name}, and events there settle by settleTime, slowly, below ${mib(needed)} (${WINDOWS} × its connections × replayBytes); raise it to ${mib(needed * budgets.size)}, or lower replayBytes`,
    ];
  });
}

const mib = (bytes: number): string => `${Math.ceil((bytes / 2 ** 20) * 10) / 10} MiB`;
