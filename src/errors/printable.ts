/** Control characters (C0, DEL, C1), line and paragraph separators, and what turns the direction of the text that follows. */
const UNPRINTABLE = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu;
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const escaped = (character: string): string =>
  SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * One line as a terminal may show it, whatever names and values are in it: a character that could move the cursor, change colours or turn the direction
 * is written as JSON writes it, `\u001b`. So what was JSON before still is, and means the same.
 */
export const printable = (line: string): string => line.replace(UNPRINTABLE, escaped);

/** The same for text of several lines: its line feeds stay. */
export const printableText = (text: string): string =>
  text.replace(UNPRINTABLE, (character) => (character === '\n' ? character : escaped(character)));
