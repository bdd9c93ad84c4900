import { ForwarderError } from '../errors/forwarder-error.js';
import { compare, Stopped, WORTH, type Bench, type Comparison, type Rules, type Sample } from './compare.js';
import { Noise } from './noise.js';
import { idOf, samePoint, type Direction, type Knob, type KnobName, type Point } from './point.js';

/** One comparison of the search. */
export interface Step extends Comparison {
  readonly knob: KnobName;
  readonly from: Point;
  readonly to: Point;
}

/** Start against best, once more at the end; undefined if nothing was kept or no time was left. */
export interface Check extends Comparison {
  readonly confirmed: boolean;
}

export interface SearchResult {
  readonly start: Point;
  /** Samples of the start config, before anything was compared. */
  readonly startSamples: readonly Sample[];
  /** What is recommended; the start if nothing is. */
  readonly best: Point;
  readonly steps: readonly Step[];
  readonly check: Check | undefined;
  /** Why it ended. */
  readonly ended: string;
}

export interface SearchOptions extends Rules {
  readonly knobs: readonly Knob[];
  readonly onStart?: (samples: readonly Sample[]) => void;
  readonly onTry?: (knob: KnobName, from: Point, to: Point) => void;
  readonly onStep?: (step: Step) => void;
}

/** Unmeasured: the ends make what they will serve. Then two that are. */
const START_WINDOWS = 3;
/** Two pairs, kept back to confirm what was found. */
const CHECK_WINDOWS = 4;

/**
 * Coordinate-wise search from the user's config: each knob up while that gains, else down while that gains, again and again until all were tried
 * around the same point. No point is tried twice, so it ends.
 *
 * @throws ForwarderError when the start config itself does not work.
 */
export async function search(bench: Bench, start: Point, options: SearchOptions): Promise<SearchResult> {
  const walk = new Walk(bench, start, options);
  try {
    await walk.run();
  } catch (thrown) {
    if (!(thrown instanceof Stopped || (thrown instanceof ForwarderError && walk.hasStarted))) throw thrown;
    walk.ended = thrown.message;
  }
  return walk.found();
}

class Walk {
  ended = 'complete';
  readonly #bench: Bench;
  readonly #start: Point;
  readonly #options: SearchOptions;
  readonly #noise = new Noise();
  readonly #tried: Set<string>;
  readonly #steps: Step[] = [];
  #startSamples: readonly Sample[] = [];
  #best: Point;
  #check: Check | undefined;

  constructor(bench: Bench, start: Point, options: SearchOptions) {
    this.#bench = bench;
    this.#start = start;
    this.#options = options;
    this.#best = start;
    this.#tried = new Set([idOf(start)]);
  }

  /** The start config was measured: whatever fails later, that and what was compared since is known. */
  get hasStarted(): boolean {
    return this.#startSamples.length > 0;
  }

  async run(): Promise<void> {
    for (let window = 0; window < START_WINDOWS; window++) {
      const sample = await this.#bench.measure(this.#start);
      if (window > 0) this.#startSamples = [...this.#startSamples, sample];
    }
    this.#options.onStart?.(this.#startSamples);
    await this.#turnAll();
    await this.#confirm();
  }

  found(): SearchResult {
    const { ended } = this;
    const best = this.#check?.confirmed === false ? this.#start : this.#best;
    return {
      start: this.#start,
      startSamples: this.#startSamples,
      best,
      steps: this.#steps,
      check: this.#check,
      ended,
    };
  }

  async #turnAll(): Promise<void> {
    for (let before: Point | undefined; before === undefined || !samePoint(before, this.#best);) {
      before = this.#best;
      for (const knob of this.#options.knobs) {
        const outcome = await this.#turn(knob);
        if (outcome === 'noTime') return;
      }
    }
  }

  async #turn(knob: Knob): Promise<'done' | 'noTime'> {
    for (const direction of ['up', 'down'] satisfies Direction[]) {
      let moved = false;
      for (let to = this.#untried(knob, direction); to !== undefined; to = this.#untried(knob, direction)) {
        if (!this.#hasTime()) return 'noTime';
        if (!(await this.#try(knob, to))) break;
        moved = true;
      }
      if (moved) break;
    }
    return 'done';
  }

  #untried(knob: Knob, direction: Direction): Point | undefined {
    const to = knob.next(this.#best, direction);
    return to === undefined || this.#tried.has(idOf(to)) ? undefined : to;
  }

  #hasTime(): boolean {
    const kept = samePoint(this.#best, this.#start) ? 0 : CHECK_WINDOWS;
    const enough = this.#bench.hasTimeFor(4 + kept);
    if (!enough) this.ended = 'the time was over';
    return enough;
  }

  async #try(knob: Knob, to: Point): Promise<boolean> {
    const from = this.#best;
    this.#tried.add(idOf(to));
    this.#options.onTry?.(knob.name, from, to);
    const step = { knob: knob.name, from, to, ...(await this.#compare(from, to)) };
    this.#steps.push(step);
    if (step.kept) this.#best = to;
    this.#options.onStep?.(step);
    return step.kept;
  }

  /** Of several lucky gains the luckiest are kept; whether they are true shows when they are measured again. */
  async #confirm(): Promise<void> {
    if (samePoint(this.#best, this.#start) || !this.#bench.hasTimeFor(CHECK_WINDOWS)) return;
    const comparison = await this.#compare(this.#start, this.#best);
    this.#check = { ...comparison, confirmed: comparison.pairs.length > 0 && Math.log1p(comparison.gain) >= WORTH };
  }

  #compare(from: Point, to: Point): Promise<Comparison> {
    return compare(this.#bench, this.#noise, from, to, this.#options);
  }
}
