import type { FieldRef } from '../model/format-plan.js';
import type { Parsed } from './scalars.js';

/** Names of fields, and ways into their JSON, as users write them. A name between two quotes may have any characters, `""` for a quote. */

/** `%%{`, or `%{`, names, perhaps a fallback, and the brace that ends it unless it is missing. */
export const TEMPLATE_FIELD = /%%\{|%\{((?:(?<=[{|.(])"(?:[^"]|"")*"|(?<![{|.(])"|(?!:-)[^}"])*)(:-[^}]*)?(\}?)/g;
const IN_QUOTES = /(?<=^|[|.(])"(?:[^"]|"")*"/g;

/** Splits where no quotes are. */
function split(text: string, at: '|' | '.'): string[] {
  let from = 0;
  const masked = text.replace(IN_QUOTES, (name) => '_'.repeat(name.length));
  return masked.split(at).map(({ length }) => {
    const part = text.slice(from, from + length);
    from += length + 1;
    return part;
  });
}

/** The names of `first|second|third`. */
export const splitNames = (chain: string): string[] => split(chain, '|');

/** Whether no part of a name is in quotes. */
export const isPlainName = (name: string): boolean => !/(?:^|\.)"/.test(name);

/**
 * A name with quotes in it: `annotations."authorization.k8s.io/decision"`, or `"a.b"` for a field whose own name has a dot.
 * @param where `at character 3`, for messages.
 */
export function parsePath(name: string, where: string): Parsed<FieldRef> {
  const path: string[] = [];
  for (const part of split(name, '.')) {
    if (part.startsWith('"') && !/^"(?:[^"]|"")*"$/.test(part)) {
      return { wrong: `the name ${where} begins with a quote, but does not end with one; write "a name".other` };
    }
    path.push(part.startsWith('"') ? part.slice(1, -1).replaceAll('""', '"') : part);
  }
  return { kind: 'content', key: path.join('.'), path };
}
