/** Before anything is known: what a busy machine shows. It counts as so many differences and is soon outweighed by measured ones. */
const PRIOR_SIGMA = 0.03;
const PRIOR_FREEDOM = 2;

/**
 * How far the difference of two windows of the same pair of configs varies, learnt over the whole run: a comparison has too few windows of its own
 * to say it, and the machine is the same in all of them.
 */
export class Noise {
  #squares = PRIOR_FREEDOM * PRIOR_SIGMA ** 2;
  #freedom = PRIOR_FREEDOM;

  /** @param differences of one comparison, natural logarithms of ratios. */
  learn(differences: readonly number[]): void {
    const mean = meanOf(differences);
    this.#squares += differences.reduce((sum, each) => sum + (each - mean) ** 2, 0);
    this.#freedom += Math.max(0, differences.length - 1);
  }

  /** Standard error of the mean of so many differences, what they themselves show included. */
  errorOf(differences: readonly number[]): number {
    const together = new Noise();
    together.#squares = this.#squares;
    together.#freedom = this.#freedom;
    together.learn(differences);
    return Math.sqrt(together.#squares / together.#freedom / differences.length);
  }
}

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, each) => sum + each, 0) / Math.max(1, values.length);

export function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
