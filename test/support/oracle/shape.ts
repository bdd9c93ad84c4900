/** Which fields a body writes on its own. */
import type { BodyField, FormatPlan } from '../../../src/model/format-plan.js';

/** @returns the field's name in the body, undefined where it is not written. `own` is its name if it has no other. */
export function nameOf<T>(
  { shape }: Pick<FormatPlan, 'shape'>,
  kind: BodyField['kind'],
  key: Uint8Array,
  isEmpty: boolean,
  own: T,
): T | string | undefined {
  if (shape === undefined) return own;
  const isIt = (field: BodyField): boolean =>
    field.kind === kind && (!('key' in field) || Buffer.compare(Buffer.from(field.key), key) === 0);
  const found = shape.fields.find(({ field }) => isIt(field));
  const isLeftOut = found === undefined ? shape.dropOthers : found.drop;
  return isLeftOut || (isEmpty && shape.dropEmpty) ? undefined : (found?.name ?? own);
}
