import type { BodyField, ShapePlan } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';

/** The numbers are those of assembly/plan.ts. */
const BODY_FIELDS: Record<BodyField['kind'], number> = { topic: 0, source: 1, tag: 2, content: 3, time: 4, timeNs: 5 };

/** The plan's members from shaped to stripTags. */
export function encodeShape(arena: Arena, shape: ShapePlan | undefined): number[] {
  if (shape === undefined) return [0, 0, 0, 0, 0, 0];
  const { fields, dropOthers, dropEmpty, stripTags } = shape;
  const words = fields.flatMap(({ field, drop, name }) => [
    BODY_FIELDS[field.kind],
    ...arena.text('key' in field ? field.key : ''),
    Number(drop),
    ...arena.text(name ?? ''),
  ]);
  return [1, arena.words(words), fields.length, Number(dropOthers), Number(dropEmpty), Number(stripTags)];
}
