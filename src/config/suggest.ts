/** What other tools and other languages call severities, and the tests of a condition. */
const OTHER_WORDS: Readonly<Record<string, readonly string[]>> = {
  emerg: ['emergency', 'panic'],
  crit: ['critical', 'fatal'],
  err: ['error', 'severe'],
  warning: ['warn'],
  info: ['information', 'informational'],
  debug: ['trace', 'verbose'],
  all: ['and', 'every', '&&'],
  any: ['or', 'some', '||', 'anyof'],
  not: ['none', 'unless', '!'],
  equals: ['is', 'eq', '=', '==', 'value'],
  in: ['oneof', 'values', 'isin'],
  prefix: ['startswith', 'beginswith', 'starts', 'begins'],
  suffix: ['endswith', 'ends'],
  contains: ['includes', 'has', 'substring'],
  regex: ['matches', 'match', 'pattern', 'like', '~', '=~', 're'],
  cidr: ['subnet', 'network', 'iprange'],
  sample: ['ratio', 'probability', 'percent'],
  exists: ['present', 'defined'],
  lt: ['below', 'less', 'lessthan', 'under', 'before', '<'],
  le: ['atmost', 'lte', 'max', 'maximum', '<='],
  gt: ['above', 'greater', 'greaterthan', 'more', 'morethan', 'over', '>'],
  ge: ['atleast', 'gte', 'min', 'minimum', '>='],
};

/** The word of `known` that `typed` was probably meant to be, or undefined when nothing is near. */
export function suggest(typed: string, known: readonly string[]): string | undefined {
  const wanted = typed.toLowerCase();
  const plain = wanted.replaceAll(/[_-]/g, '');
  const same = Object.keys(OTHER_WORDS).find((word) => known.includes(word) && OTHER_WORDS[word]?.includes(plain));
  if (same !== undefined) return same;
  let best: string | undefined;
  let bestDistance = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const word of known) {
    const away = distance(wanted, word.toLowerCase());
    if (away < bestDistance) {
      best = word;
      bestDistance = away;
    }
  }
  return best;
}

/** `; did you mean "x"?`, or nothing. */
export function didYouMean(typed: string, known: readonly string[]): string {
  const word = suggest(typed, known);
  return word === undefined ? '' : `; did you mean "${word}"?`;
}

/** Nothing that is much longer than any word we know is worth comparing with one. */
const MAX_LENGTH = 64;

/** Edits from `a` to `b`: insert, delete, replace, swap two neighbours (optimal string alignment). */
function distance(a: string, b: string): number {
  if (a.length > MAX_LENGTH) return Number.POSITIVE_INFINITY;
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
