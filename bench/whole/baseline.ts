/** Figures by name. Every one is a ratio of two things measured in turns in one run, so that another machine finds about the same. */
export type Figures = Readonly<Record<string, number>>;

/** Below this share of its baseline a figure is a step back. Two quiet runs differ by a few per cent, two noisy ones by ten. */
export const LEAST_SHARE = 0.85;

export interface Comparison {
  readonly name: string;
  readonly verdict: 'ok' | 'slower' | 'missing' | 'new';
  readonly baseline: number | undefined;
  readonly measured: number | undefined;
  /** Measured ÷ baseline. */
  readonly share: number | undefined;
}

/**
 * @param text of the committed file: `{ "figures": { "name": ratio, … } }`.
 * @throws Error with one line for what is wrong.
 */
export function parseBaseline(text: string): Figures {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw new Error(`it is not JSON: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
  const figures = isObject(content) ? content['figures'] : undefined;
  if (!isObject(figures) || Object.keys(figures).length === 0)
    throw new Error('it has no "figures": an object with a ratio for each name');
  for (const [name, value] of Object.entries(figures)) {
    if (!isRatio(value)) throw new Error(`"${name}" is ${JSON.stringify(value)}, not a number above 0`);
  }
  return figures as Figures;
}

/**
 * @param wanted names that were to be measured; of the baseline only these count. One that was not measured is as bad as one that is slower: a gate
 * that measures nothing must not be green.
 */
export function compare(baseline: Figures, measured: Figures, wanted: readonly string[]): Comparison[] {
  return wanted.map((name) => {
    const [before, now] = [baseline[name], measured[name]];
    const figures = { name, baseline: before, measured: now };
    if (!isRatio(now)) return { ...figures, verdict: 'missing', share: undefined };
    if (before === undefined) return { ...figures, verdict: 'new', share: undefined };
    const share = now / before;
    return { ...figures, verdict: share >= LEAST_SHARE ? 'ok' : 'slower', share };
  });
}

/** All figures of the first measurement, each the higher one of what was measured twice. */
export function better(first: Figures, again: Figures): Figures {
  const raised = Object.entries(again).filter(([name, value]) => value > (first[name] ?? 0));
  return { ...first, ...Object.fromEntries(raised) };
}

/** A figure without a baseline does not pass either: nobody would notice when it gets slow. */
export const passes = (comparisons: readonly Comparison[]): boolean =>
  comparisons.length > 0 && comparisons.every(({ verdict }) => verdict === 'ok');

export function comparisonText({ name, verdict, baseline, measured, share }: Comparison): string {
  const figure = (value: number | undefined): string => (value === undefined ? 'none' : value.toPrecision(3));
  const facts = `${name}: ${figure(measured)}, baseline ${figure(baseline)}`;
  const words = {
    ok: `${share?.toFixed(2)} of it`,
    slower: `${share?.toFixed(2)} of it: SLOWER than ${LEAST_SHARE}`,
    missing: 'NOT MEASURED',
    new: 'NOT IN THE BASELINE; write it with --write',
  };
  return `${facts}: ${words[verdict]}`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isRatio = (value: unknown): value is number => typeof value === 'number' && Number.isFinite(value) && value > 0;
