import { readFileSync } from 'node:fs';

/** Fewer do not even load the program: its modules are read many at a time. */
export const LEAST_OPEN_FILES = 256;

/** How many files this process may have open at once; undefined where that is not known (no Linux). */
export function openFilesAllowed(): number | undefined {
  try {
    const [, soft] = /^Max open files +(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1')) ?? [];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
