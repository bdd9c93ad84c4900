/**
 * Names and patterns in one list, as `project` and `logstore` of a pipeline take them. `*` stands for any text, also none; `?` for one character. An
 * entry that begins with `!` leaves out what the others chose, wherever it stands in the list.
 */

export const isExclude = (entry: string): boolean => entry.startsWith('!');

/** Whether an entry has to be compared with a list of names. */
export const isPattern = (entry: string): boolean => isExclude(entry) || /[*?]/.test(entry);

/** The entries that are names. */
export const namesIn = (entries: readonly string[]): string[] => entries.filter((entry) => !isPattern(entry));

export const hasPatterns = (entries: readonly string[]): boolean => entries.some(isPattern);

/** Whether a list of names and patterns chooses a name: one of its entries does, and no exclude leaves it out. */
export function chooses(entries: readonly string[], name: string): boolean {
  return (
    entries.some((entry) => !isExclude(entry) && fits(entry, name)) && !entries.some((entry) => leavesOut(entry, name))
  );
}

/** Whether an entry is an exclude that leaves out this name. */
export const leavesOut = (entry: string, name: string): boolean => isExclude(entry) && fits(entry.slice(1), name);

/** Takes no more than `pattern × name` steps, whatever they are: only the last `*` is ever tried again. */
function fits(pattern: string, name: string): boolean {
  let at = 0;
  let star = -1;
  let resume = 0;
  for (let here = 0; here < name.length;) {
    const wanted = pattern[at];
    if (wanted === '*') {
      star = at++;
      resume = here;
    } else if (wanted === '?' || wanted === name[here]) {
      at += 1;
      here += 1;
    } else if (star >= 0) {
      at = star + 1;
      here = ++resume;
    } else return false;
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
