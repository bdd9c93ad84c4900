/** No name twice in one event. */

/** Names that are kept apart by looking at those before them. */
const MOST_NAMES = 12_288;
/** Longer ones always have a number, as have those beyond. */
const LONGEST = 255;

/**
 * Gives one event after the other its names: the first of several equal ones stays as it is, the others have `_2`, `_3` … behind it.
 * @param taken names that no field of the log has without a number. @param size of a name, in bytes.
 */
export function numbering(taken: readonly string[], size: (name: string) => number): (name: string) => string {
  const own = new Set(taken);
  const names = new Map<string, number>();
  let long = 0;
  let spare = MOST_NAMES;
  return (name) => {
    if (size(name) > LONGEST) return `${name}_${++long}`;
    const isUsed = (one: string): boolean => names.has(one) || own.has(one);
    if (!names.has(name) && names.size >= MOST_NAMES) {
      do spare += 1;
      while (isUsed(`${name}_${spare}`));
      return `${name}_${spare}`;
    }
    if (!isUsed(name)) {
      names.set(name, 1);
      return name;
    }
    let number = names.get(name) ?? 1;
    do number += 1;
    while (isUsed(`${name}_${number}`));
    names.set(name, number);
    if (names.size < MOST_NAMES) names.set(`${name}_${number}`, 1);
    return `${name}_${number}`;
  };
}
