import { asForwarderError } from '../errors/forwarder-error.js';
import { meanOf, type Noise } from './noise.js';
import type { Point } from './point.js';

/** One window of one config at full speed. */
export interface Sample {
  readonly eventsPerSecond: number;
  readonly eventsPerCpuSecond: number;
  readonly peakRssBytes: number;
}

/** What a search measures with. */
export interface Bench {
  /**
   * @throws Stopped when the whole run is over
   * @throws ForwarderError when this config does not work
   */
  measure(point: Point): Promise<Sample>;
  /** Whether so many windows fit into the time that is left. */
  hasTimeFor(windows: number): boolean;
}

/** The run ends before it is complete; `message` says why. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

export interface Pair {
  readonly base: Sample;
  readonly tried: Sample;
}

export interface Comparison {
  readonly pairs: readonly Pair[];
  readonly kept: boolean;
  /** Mean gain of the score, as a ratio minus 1. */
  readonly gain: number;
  /** Standard error of it. */
  readonly error: number;
  readonly why: string;
}

export interface Rules {
  readonly memoryLimitBytes: number;
  /** Told after every pair, for progress. */
  readonly onPair?: (pairs: number) => void;
}

/** A percent of events per second counts as much as four of events per CPU-second: speed is what is asked for, at a fair price. */
const CPU_WEIGHT = 0.25;
/** Less is not worth a key in a config. */
export const WORTH = 0.03;
const LEAST_PAIRS = 2;
export const MOST_PAIRS = 5;
/**
 * O'Brien and Fleming's bounds: a look after few pairs needs a much clearer gain than the last one, so that many looks do not find a gain where
 * there is none. In the simulation of the tests, fewer than one comparison of equals in 50 is kept.
 */
const KEEP_ERRORS = 3;
/** A gain that would have to be this lucky to be worth it is given up. */
const GIVE_UP_ERRORS = 1.5;

/** Higher is better; differences of it are logarithms of ratios. */
export const scoreOf = ({ eventsPerSecond, eventsPerCpuSecond }: Sample): number =>
  Math.log(Math.max(1, eventsPerSecond)) + CPU_WEIGHT * Math.log(Math.max(1, eventsPerCpuSecond));

/**
 * Measures two configs in turns, A B then B A, until it is clear whether the second is better by more than the noise, or {@link MOST_PAIRS} are done.
 * @throws Stopped
 */
export async function compare(
  bench: Bench,
  noise: Noise,
  base: Point,
  tried: Point,
  rules: Rules,
): Promise<Comparison> {
  const pairs: Pair[] = [];
  for (;;) {
    const outcome = await measurePair(bench, base, tried, pairs.length % 2 === 1);
    if ('failure' in outcome)
      return { ...summary(noise, pairs), kept: false, why: `does not work: ${outcome.failure}` };
    pairs.push(outcome);
    rules.onPair?.(pairs.length);
    const verdict = judge(noise, pairs, rules, bench.hasTimeFor(2));
    if (verdict === undefined) continue;
    const result = { ...summary(noise, pairs), ...verdict };
    noise.learn(differencesOf(pairs));
    return result;
  }
}

async function measurePair(
  bench: Bench,
  base: Point,
  tried: Point,
  triedFirst: boolean,
): Promise<Pair | { failure: string }> {
  const measureTried = async (): Promise<Sample | { failure: string }> => {
    try {
      return await bench.measure(tried);
    } catch (thrown) {
      if (thrown instanceof Stopped) throw thrown;
      return { failure: asForwarderError(thrown).message };
    }
  };
  const early = triedFirst ? await measureTried() : undefined;
  if (early !== undefined && 'failure' in early) return early;
  const of = { base: await bench.measure(base), tried: early ?? (await measureTried()) };
  return 'failure' in of.tried ? of.tried : { base: of.base, tried: of.tried };
}

const differencesOf = (pairs: readonly Pair[]): number[] =>
  pairs.map(({ base, tried }) => scoreOf(tried) - scoreOf(base));

function summary(noise: Noise, pairs: readonly Pair[]): Pick<Comparison, 'pairs' | 'gain' | 'error'> {
  const differences = differencesOf(pairs);
  const error = differences.length === 0 ? 0 : noise.errorOf(differences);
  return { pairs, gain: Math.expm1(meanOf(differences)), error };
}

type Decision = Pick<Comparison, 'kept' | 'why'>;

/** Undefined: not clear yet. */
function judge(noise: Noise, pairs: readonly Pair[], rules: Rules, hasTime: boolean): Decision | undefined {
  const peak = Math.max(...pairs.map(({ tried }) => tried.peakRssBytes));
  if (peak > rules.memoryLimitBytes) return { kept: false, why: 'takes more memory than the limit' };
  if (pairs.length < LEAST_PAIRS) return hasTime ? undefined : { kept: false, why: 'no time left to be sure' };
  const differences = differencesOf(pairs);
  const [mean, error] = [meanOf(differences), noise.errorOf(differences)];
  const bound = KEEP_ERRORS * Math.sqrt(MOST_PAIRS / pairs.length) * error;
  if (mean >= WORTH && mean > bound) return { kept: true, why: 'gain beyond the noise' };
  if (mean + GIVE_UP_ERRORS * error < WORTH)
    return { kept: false, why: mean < -WORTH ? 'slower' : `no gain worth it (${WORTH * 100} %)` };
  if (pairs.length >= MOST_PAIRS) return { kept: false, why: 'not beyond the noise' };
  return hasTime ? undefined : { kept: false, why: 'no time left to be sure' };
}
