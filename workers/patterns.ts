/** Regular expressions whose time is linear in the value, whatever the pattern: nobody's log may hold a formatter thread up. */
import { RE2JS } from 're2js';

/**
 * @param pattern valid RE2 syntax: the config was checked with the same library.
 * @returns whether something in a text matches.
 */
export function compilePattern(pattern: string): (text: string) => boolean {
  const compiled = RE2JS.compile(pattern);
  return (text) => compiled.matcher(text).find();
}
