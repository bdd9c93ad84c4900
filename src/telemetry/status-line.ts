import { durationText } from '../flow/duration-text.js';
import type { Clock } from '../flow/clock.js';
import type { Log } from '../model/log.js';
import type { DestinationTotals, PipelineTotals, Snapshot } from '../model/snapshot.js';
import { maxLag, sumKnown, timeToLoss } from './lag-figures.js';
import type { Screen } from './screen.js';
import { TimeLeft } from './time-left.js';

/** What a person wants to see at a glance. */
interface Figures {
  /** Sent, those sent again included. What is proven comes later and in lumps. */
  readonly eventsPerSecond: number;
  readonly bytesPerSecond: number;
  /** The lag of the shard that is furthest behind; undefined until known. */
  readonly lagSeconds: number | undefined;
  /** The estimate for all shards; undefined until known. */
  readonly lagEventsEstimate: number | undefined;
  /** Until the service deletes what was not delivered; undefined where that is not known or never. */
  readonly timeToLossSeconds: number | undefined;
  /** Until a bounded run is over; undefined without one, or until that can be told. */
  readonly secondsLeft: number | undefined;
  readonly inFlightBytes: number;
  /** Handed over to a connection, and not yet proven to be delivered. */
  readonly unprovenEvents: number;
  readonly shards: number;
  readonly connected: number;
  readonly connections: number;
}

function figures(now: Snapshot, before: Snapshot, seconds: number, timeLeft: TimeLeft): Figures {
  timeLeft.note(now, before, seconds);
  const secondsLeft = timeLeft.of(now);
  const sent = (read: (totals: DestinationTotals) => number): number =>
    Math.round((ofDestinations(now, read) - ofDestinations(before, read)) / seconds);
  const shards = now.pipelines.flatMap((pipeline) => pipeline.shards);
  const lag = maxLag(shards);
  const losses = now.pipelines.flatMap((one) => timeToLoss(one, maxLag(one.shards)) ?? []);
  const connections = now.destinations.flatMap((destination) => destination.connections);
  return {
    eventsPerSecond: sent(({ writtenEvents }) => writtenEvents),
    bytesPerSecond: sent(({ writtenBytes }) => writtenBytes),
    lagSeconds: lag === undefined ? undefined : Math.round(lag * 10) / 10,
    lagEventsEstimate: sumKnown(shards.map((one) => one.lag.estimatedEvents)),
    timeToLossSeconds: losses.length === 0 ? undefined : Math.round(Math.min(...losses)),
    secondsLeft: secondsLeft === undefined ? undefined : Math.round(secondsLeft),
    inFlightBytes: now.budget.reservedBytes,
    unprovenEvents: connections.reduce((sum, one) => sum + one.unprovenEvents, 0),
    shards: shards.length,
    connected: connections.filter(({ phase }) => phase === 'connected').length,
    connections: connections.length,
  };
}

const ofDestinations = ({ destinations }: Snapshot, read: (totals: DestinationTotals) => number): number =>
  destinations.reduce((sum, { totals }) => sum + read(totals), 0);

/** Also of what is not read any more. */
const allTotals = ({ pipelines, ended }: Snapshot): readonly PipelineTotals[] => [
  ...pipelines.map(({ totals }) => totals),
  ...ended,
];

function settled(snapshot: Snapshot): [events: number, bytes: number] {
  const add = (read: (totals: PipelineTotals) => number): number =>
    allTotals(snapshot).reduce((sum, totals) => sum + read(totals), 0);
  return [add(({ settledEvents }) => settledEvents), add(({ settledBytes }) => settledBytes)];
}

/** `12,345 events/s · 8.1 MB/s · lag 0.4 s · 12.0 MB in flight · 41,000 wait for proof · 8 shards · 2/2 connected` */
export function statusLine(now: Snapshot, before: Snapshot, seconds: number, timeLeft = new TimeLeft()): string {
  return statusText(figures(now, before, seconds, timeLeft));
}

/** @param columns there is room for; what tells least about trouble is left out first. */
function statusText(seen: Figures, columns = Infinity): string {
  const parts = new Map([
    ['events', `${count(seen.eventsPerSecond)} events/s`],
    ['bytes', `${bytesText(seen.bytesPerSecond)}/s`],
    ...(seen.secondsLeft === undefined ? [] : [['left', `about ${durationText(seen.secondsLeft)} left`] as const]),
    ['lag', `lag ${lagWords(seen)}`],
    ['inFlight', `${bytesText(seen.inFlightBytes)} in flight`],
    ...(seen.unprovenEvents === 0 ? [] : [['unproven', `${count(seen.unprovenEvents)} wait for proof`] as const]),
    ['shards', `${seen.shards} shard${seen.shards === 1 ? '' : 's'}`],
    ['connections', `${seen.connected}/${seen.connections} connected`],
  ]);
  const line = (): string => [...parts.values()].join(' · ');
  for (const name of LEAST_FIRST) if (line().length > columns) parts.delete(name);
  return line();
}

const LEAST_FIRST = ['bytes', 'inFlight', 'unproven', 'left', 'events', 'lag'];

/** `delivered 1,234,567 events (456.7 MB) in 12.3 s; 0 duplicates resent; 45 checkpoints` */
export function summingUp(snapshot: Snapshot, seconds: number): string {
  const [events, bytes] = settled(snapshot);
  const resent = snapshot.destinations.reduce((sum, { totals }) => sum + totals.resentEvents, 0);
  const checkpoints = allTotals(snapshot).reduce((sum, totals) => sum + totals.checkpoints, 0);
  return `delivered ${count(events)} events (${bytesText(bytes)}) in ${seconds.toFixed(1)} s; ${count(resent)} duplicates resent; ${count(checkpoints)} checkpoints`;
}

const count = (value: number): string => value.toLocaleString('en-US');

function bytesText(bytes: number): string {
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}

/** Behind by more than this, how much waits and when it will be lost is of interest. */
const BEHIND_SECONDS = 60;
const SOON_SECONDS = 3 * 86_400;

function lagWords({ lagSeconds, lagEventsEstimate, timeToLossSeconds }: Figures): string {
  if (lagSeconds === undefined) return 'unknown';
  if (lagSeconds < BEHIND_SECONDS) return durationText(lagSeconds, 1);
  const waits = lagEventsEstimate === undefined ? '' : `, about ${shortCount(lagEventsEstimate)} events`;
  if (timeToLossSeconds === undefined || timeToLossSeconds > SOON_SECONDS)
    return `${durationText(lagSeconds, 1)}${waits}`;
  const loss = timeToLossSeconds <= 0 ? 'LOSING LOGS' : `lost in ${durationText(timeToLossSeconds, 1)}`;
  return `${durationText(lagSeconds, 1)}${waits}, ${loss}`;
}

/** `12,300`, `1.2 M` */
const shortCount = (value: number): string =>
  value < 1e6 ? count(Number(value.toPrecision(3))) : `${(value / 1e6).toFixed(1)} M`;

const SCREEN_MS = 1000;
const LOG_MS = 10_000;

export interface ProgressDeps {
  readonly clock: Clock;
  readonly log: Log;
  readonly screen: Screen | undefined;
  readonly snapshot: () => Snapshot;
}

/**
 * Says how it goes: on a terminal each second on a line of its own, else as a log line each ten seconds.
 * @returns stops it and removes the line
 */
export function startProgress({ clock, log, screen, snapshot }: ProgressDeps): () => void {
  const everyMs = screen === undefined ? LOG_MS : SCREEN_MS;
  const timeLeft = new TimeLeft();
  let before = snapshot();
  let at = clock.monotonic();
  const tick = (): void => {
    const now = snapshot();
    const seen = figures(now, before, (clock.monotonic() - at) / 1000, timeLeft);
    if (screen === undefined) log.info(seen, statusText(seen));
    else screen.status(statusText(seen, screen.columns));
    before = now;
    at = clock.monotonic();
    cancel = clock.timer(everyMs, tick, { unref: true });
  };
  let cancel = clock.timer(everyMs, tick, { unref: true });
  return () => {
    cancel();
    screen?.status('');
  };
}
