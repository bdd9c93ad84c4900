import { Stopped, type Bench, type Sample } from '../../src/tune/compare.js';
import { knobsWithin, type Knob, type Point } from '../../src/tune/point.js';

const MIB = 2 ** 20;
export const MEMORY_LIMIT = 1024 * MIB;
export const START: Point = { threads: 1, connections: 2, budgetBytes: 48 * MIB, pullBytes: 3 * MIB, window: 64 };

/** A machine whose speed rises with each knob up to a knee, and beyond it only costs CPU and memory. */
export interface Surface {
  readonly knees: Point;
  /** How much a knob matters: speed is this power of what it falls short of its knee. */
  readonly weights: Point;
}

export const LIMITS = {
  cores: 16,
  leastBudget: (connections: number): number => 4 * connections * 6 * MIB,
  mostBudget: 512 * MIB,
};

export const KNOBS: readonly Knob[] = knobsWithin(LIMITS);
const NAMES = ['threads', 'connections', 'budgetBytes', 'pullBytes', 'window'] as const;

/** What a quiet machine would show. */
export function truth({ knees, weights }: Surface, point: Point): Sample {
  let speed = 2_000_000;
  let waste = 1;
  for (const name of NAMES) {
    const part = point[name] / knees[name];
    speed *= Math.min(1, part) ** weights[name];
    waste *= Math.max(1, part) ** 0.02;
  }
  return {
    eventsPerSecond: speed / waste,
    eventsPerCpuSecond: 1_000_000 / waste,
    peakRssBytes: 120 * MIB + 1.5 * point.budgetBytes,
  };
}

/** A small generator of equal numbers for equal seeds (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Normally distributed (Box and Muller). */
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

export interface Conditions {
  readonly seed: number;
  /** Of one window, relative. */
  readonly sigma: number;
  /** By how much the whole machine gets slower and faster again over a minute. */
  readonly drift: number;
  readonly seconds: number;
}

const WINDOW_SECONDS = 4;

/** Measures a surface as a busy machine lets one. */
export class SimulatedBench implements Bench {
  windows = 0;
  readonly #surface: Surface;
  readonly #conditions: Conditions;
  readonly #random: () => number;

  constructor(surface: Surface, conditions: Conditions) {
    this.#surface = surface;
    this.#conditions = conditions;
    this.#random = randomOf(conditions.seed);
  }

  measure(point: Point): Promise<Sample> {
    if (!this.hasTimeFor(1)) return Promise.reject(new Stopped('the time was over'));
    const { sigma, drift } = this.#conditions;
    const swell = 1 + drift * Math.sin((this.windows * WINDOW_SECONDS * 2 * Math.PI) / 60);
    this.windows += 1;
    const { eventsPerSecond, eventsPerCpuSecond, peakRssBytes } = truth(this.#surface, point);
    const noise = Math.exp(sigma * normal(this.#random));
    return Promise.resolve({
      eventsPerSecond: eventsPerSecond * swell * noise,
      eventsPerCpuSecond: eventsPerCpuSecond * Math.sqrt(swell * noise),
      peakRssBytes,
    });
  }

  hasTimeFor(windows: number): boolean {
    return (this.windows + windows) * WINDOW_SECONDS <= this.#conditions.seconds;
  }
}
