/** Of several runs. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const at = (index: number): number => sorted[index] ?? 0;
  return {
    min: at(0),
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    max: at(sorted.length - 1),
  };
}

/** The spread of every figure over some runs. */
export type Spreads<Run> = { readonly [Key in keyof Run]: Spread };

export function spreads<Run extends Readonly<Record<keyof Run, number>>>(runs: readonly Run[]): Spreads<Run> {
  const [first] = runs;
  if (first === undefined) throw new RangeError('no runs');
  const keys = Object.keys(first) as (keyof Run)[];
  return Object.fromEntries(keys.map((key) => [key, spread(runs.map((run) => run[key]))])) as Spreads<Run>;
}
