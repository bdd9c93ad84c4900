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
  const found = shape.fields.find(({ field }) => isIt(field, kind, key));
  const isLeftOut = found === undefined ? shape.dropOthers : found.drop;
  return isLeftOut || (isEmpty && shape.dropEmpty) ? undefined : (found?.name ?? own);
}

const isIt = (field: BodyField, kind: BodyField['kind'], key: Uint8Array): boolean =>
  field.kind === kind && (!('key' in field) || Buffer.compare(Buffer.from(field.key), key) === 0);

/** A field, and what a body makes of it. */
export interface Written {
  readonly kind: BodyField['kind'];
  readonly key: Uint8Array;
  readonly text: string;
}

/** Those with a place in the plan's order first. */
export function inOrder<T extends Pick<Written, 'kind' | 'key'>>(
  { shape }: Pick<FormatPlan, 'shape'>,
  all: readonly T[],
): T[] {
  const order = shape?.order ?? [];
  const placeOf = ({ kind, key }: T): number => {
    const place = order.findIndex((field) => isIt(field, kind, key));
    return place < 0 ? order.length : place;
  };
  return all.toSorted((one, other) => placeOf(one) - placeOf(other));
}
