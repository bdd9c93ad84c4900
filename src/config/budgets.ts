import { ByteBudget } from '../flow/byte-budget.js';
import type { Guarantee } from '../delivery/delivery-settings.js';
import { everyPlan } from './pattern-plans.js';
import type { DestinationPlan, ForwarderSettings } from './settings.js';

/** Of what the receivers may have unsettled in flight, so much is needed for bytes to give back the memory of others: measured, 70,000 events a second instead of a million below it. */
const WINDOWS = 2;

/** The byte budget of each destination that is used, by name: equal parts. */
export function budgetsOf(settings: ForwarderSettings): ReadonlyMap<string, number> {
  const { maxInFlightBytes } = settings;
  const used = new Set(everyPlan(settings).map(({ settings }) => settings.destination));
  return new Map([...used].map((name) => [name, Math.floor(maxInFlightBytes / used.size)]));
}

/** What a batch that has arrived takes until it is settled, bytes; measured. */
const REFERENCE_BYTES = 1280;
/** All of them together. */
const REFERENCES_BYTES = 16 * 2 ** 20;
/** However many destinations there are. */
const LEAST_REFERENCES = 1024;

/** The byte budgets, by destination, each with its part of the references. */
export function openBudgets(settings: ForwarderSettings): ReadonlyMap<string, ByteBudget> {
  const bytes = budgetsOf(settings);
  const references = Math.max(LEAST_REFERENCES, Math.floor(REFERENCES_BYTES / REFERENCE_BYTES / bytes.size));
  return new Map([...bytes].map(([name, limit]) => [name, new ByteBudget(limit, references)]));
}

interface Buffers {
  readonly guarantee: Guarantee;
  readonly connections: number;
  readonly replayBytes: number;
}

/** Byte budget below which a destination is slow, bytes. */
export const leastBudget = ({ guarantee, connections, replayBytes }: Buffers): number =>
  guarantee === 'settled' ? WINDOWS * connections * replayBytes : 0;

/** Of what a shard may have unsettled, so much is needed for it alone: measured, 48,000 events a second instead of 16,000 a third below it. */
const LEAST_WINDOW = 0.5;

/** Budgets and windows too small for bytes to settle bytes; a line each. */
export function budgetWarnings(settings: ForwarderSettings): string[] {
  return [...settings.destinations.flatMap(({ settings: to }) => smallBudget(to, settings)), ...smallWindows(settings)];
}

function smallBudget(destination: DestinationPlan['settings'], settings: ForwarderSettings): string[] {
  const { name } = destination;
  const budgets = budgetsOf(settings);
  const budget = budgets.get(name);
  const needed = leastBudget(destination);
  if (budget === undefined || budget >= needed) return [];
  return [
    `flow.maxInFlightBytes: leaves ${mib(budget)} for destination ${name}, and memory there is given back late, which is slow, below ${mib(needed)} (${WINDOWS} × its connections × replayBytes); raise it to ${mib(needed * budgets.size)}, or lower replayBytes`,
  ];
}

function smallWindows(all: ForwarderSettings): string[] {
  const { destinations } = all;
  return everyPlan(all).flatMap(({ settings: { name, destination, shard } }) => {
    const to = destinations.find(({ settings }) => settings.name === destination)?.settings;
    if (to?.guarantee !== 'settled') return [];
    const window = shard.windowBatches * shard.maxPullBytes;
    const needed = LEAST_WINDOW * to.connections * to.replayBytes;
    if (window >= needed) return [];
    return [
      `pipelines.${name}.pull: window × maxBytes is ${mib(window)}, and a shard that sends alone gets its memory back late, which is slow, below ${mib(needed)} (half of connections × replayBytes of destination ${destination}); raise window or maxBytes`,
    ];
  });
}

const mib = (bytes: number): string => `${Math.ceil((bytes / 2 ** 20) * 10) / 10} MiB`;
