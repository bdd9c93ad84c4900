import type { BodyField, ShapePlan } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import type { MaskTable } from './plan-masks.js';

/** The numbers are those of assembly/plan-fields.ts and assembly/plan-refs.ts. */
const BODY_FIELDS: Record<BodyField['kind'], number> = { topic: 0, source: 1, tag: 2, content: 3, time: 4, timeNs: 5 };

const WORD = 4;
const SHAPE_WORDS = 8;

const UNSHAPED: ShapePlan = { fields: [], dropOthers: false, dropEmpty: false, stripTags: false, order: [] };

/** The plan's members from shaped to orderCount. A field has one Shape, which says all that becomes of it. */
export function encodeShape(arena: Arena, shape: ShapePlan | undefined, masks: MaskTable): number[] {
  if (shape === undefined && masks.fields.length === 0) return [0, 0, 0, 0, 0, 0, 0, 0];
  const { fields, dropOthers, dropEmpty, stripTags, order } = shape ?? UNSHAPED;
  const isOrdered = new Set(order.map(idOf));
  const said = new Map(fields.map((one) => [idOf(one.field), one]));
  const all = [
    ...new Map(
      [...fields.map(({ field }) => field), ...order, ...masks.fields].map((field) => [idOf(field), field]),
    ).values(),
  ];
  const words = all.flatMap((field) => {
    const { drop, name } = said.get(idOf(field)) ?? { drop: dropOthers, name: undefined };
    return [
      BODY_FIELDS[field.kind],
      ...arena.text('key' in field ? field.key : ''),
      Number(drop),
      ...arena.text(name ?? ''),
      Number(isOrdered.has(idOf(field))),
      masks.of(field),
    ];
  });
  const at = arena.words(words);
  const places = all.map(idOf);
  const ordered = order.map((field) => at + places.indexOf(idOf(field)) * SHAPE_WORDS * WORD);
  return [
    1,
    at,
    all.length,
    Number(dropOthers),
    Number(dropEmpty),
    Number(stripTags),
    arena.words(ordered),
    order.length,
  ];
}

const idOf = (field: BodyField): string => JSON.stringify([field.kind, 'key' in field ? field.key : '']);
