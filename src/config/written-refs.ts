import type { FieldRef } from '../model/format-plan.js';

/** What decides about an event, but is not written; and what has no templates. */
const ASKED = new Set(['include', 'exclude', 'rules', 'severityFrom', 'eventTime', 'shape', 'maps']);

/** The fields that templates of a format name, with the keys of the templates. */
export function writtenRefs(part: unknown, path: readonly string[] = []): [(string | number)[], FieldRef][] {
  if (typeof part !== 'object' || part === null) return [];
  if (Array.isArray(part)) {
    const refs = part.flatMap((one: { readonly names?: readonly (FieldRef | string)[] }) => one.names ?? []);
    return refs.flatMap((ref) => (typeof ref === 'object' ? [[[...path], ref]] : []));
  }
  return Object.entries(part).flatMap(([key, value]) =>
    path.length === 0 && ASKED.has(key) ? [] : writtenRefs(value, [...path, key]),
  );
}
