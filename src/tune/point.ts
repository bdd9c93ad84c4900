/** What a tuning run may change, each as the config has it. */
export interface Point {
  /** workers.threads */
  readonly threads: number;
  /** connections of the destination. */
  readonly connections: number;
  /** Byte budget of the destination. */
  readonly budgetBytes: number;
  /** pull.maxBytes of the pipeline. */
  readonly pullBytes: number;
  /** pull.window of the pipeline. */
  readonly window: number;
}

export type KnobName = keyof Point;

export type Direction = 'up' | 'down';

/** One number to turn, in steps as coarse as a gain that can be told from noise. */
export interface Knob {
  readonly name: KnobName;
  /** The point one step away; undefined at the end of the range. What the new value needs of other knobs is changed with it. */
  next(point: Point, direction: Direction): Point | undefined;
}

/** What bounds the knobs. */
export interface Bounds {
  /** Cores this process may use. */
  readonly cores: number;
  /** Least byte budget for so many connections (see config/budgets.ts). */
  readonly leastBudget: (connections: number) => number;
  /** Most byte budget; what is larger is not tried. */
  readonly mostBudget: number;
}

const KIB = 2 ** 10;
const MIB = 2 ** 20;
const MOST_CONNECTIONS = 64;
const LEAST_BUDGET = 4 * MIB;
const LEAST_PULL = 256 * KIB;
/** PullLogs gives no more in one reply. */
const MOST_PULL = 10 * MIB;
const MOST_WINDOW = 1000;

/** In the order in which they are tried: what mostly matters first. */
export function knobsWithin({ cores, leastBudget, mostBudget }: Bounds): readonly Knob[] {
  const least = (point: Point): number => Math.max(LEAST_BUDGET, leastBudget(point.connections));
  return [
    knob('threads', 1.5, () => [1, cores]),
    {
      name: 'connections',
      next: (point, direction) => {
        const next = knob('connections', 2, () => [1, MOST_CONNECTIONS]).next(point, direction);
        if (next === undefined || direction === 'down') return next;
        const budgetBytes = Math.max(next.budgetBytes, leastBudget(next.connections));
        return budgetBytes <= mostBudget ? { ...next, budgetBytes } : undefined;
      },
    },
    knob('budgetBytes', 2, (point) => [least(point), mostBudget]),
    knob('pullBytes', 2, () => [LEAST_PULL, MOST_PULL]),
    knob('window', 2, () => [1, MOST_WINDOW]),
  ];
}

type Range = readonly [least: number, most: number];

function knob(name: KnobName, factor: number, range: (point: Point) => Range): Knob {
  return {
    name,
    next: (point, direction) => {
      const value = point[name];
      const [least, most] = range(point);
      if (direction === 'up' ? value >= most : value <= least) return undefined;
      const raised = Math.min(most, Math.max(value + 1, Math.ceil(value * factor)));
      const lowered = Math.max(least, Math.min(value - 1, Math.floor(value / factor)));
      return { ...point, [name]: direction === 'up' ? raised : lowered };
    },
  };
}

export const samePoint = (a: Point, b: Point): boolean => idOf(a) === idOf(b);

export const idOf = ({ threads, connections, budgetBytes, pullBytes, window }: Point): string =>
  [threads, connections, budgetBytes, pullBytes, window].join(' ');
