import type { BodyField, ShapePlan } from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import { NUMBERS } from './numbers.js';
import { sizeOf, type Values } from './records.js';
import type { MaskTable } from './plan-masks.js';

const UNSHAPED: ShapePlan = { fields: [], dropOthers: false, dropEmpty: false, stripTags: false, order: [] };

type ShapeMembers = Pick<Values<'Plan'>, 'shaped' | 'shapes' | 'dropOthers' | 'dropEmpty' | 'stripTags' | 'order'>;

const NO_SHAPES: ShapeMembers = {
  shaped: 0,
  shapes: [0, 0],
  dropOthers: 0,
  dropEmpty: 0,
  stripTags: 0,
  order: [0, 0],
};

/** The plan's members about fields that a body writes on its own. A field has one Shape, which says all that becomes of it. */
export function encodeShape(segment: DataSegment, shape: ShapePlan | undefined, masks: MaskTable): ShapeMembers {
  if (shape === undefined && masks.fields.length === 0) return NO_SHAPES;
  const { fields, dropOthers, dropEmpty, stripTags, order } = shape ?? UNSHAPED;
  const isOrdered = new Set(order.map(idOf));
  const said = new Map(fields.map((one) => [idOf(one.field), one]));
  const all = [
    ...new Map(
      [...fields.map(({ field }) => field), ...order, ...masks.fields].map((field) => [idOf(field), field]),
    ).values(),
  ];
  const shapes = all.map((field) => {
    const { drop, name } = said.get(idOf(field)) ?? { drop: dropOthers, name: undefined };
    return {
      kind: NUMBERS.FIELD[field.kind],
      key: segment.text('key' in field ? field.key : ''),
      drop: Number(drop),
      name: segment.text(name ?? ''),
      ordered: Number(isOrdered.has(idOf(field))),
      mask: masks.of(field),
    };
  });
  const list = segment.list('Shape', shapes);
  const places = all.map(idOf);
  const ordered = order.map((field) => list[0] + places.indexOf(idOf(field)) * sizeOf('Shape'));
  return {
    shaped: 1,
    shapes: list,
    dropOthers: Number(dropOthers),
    dropEmpty: Number(dropEmpty),
    stripTags: Number(stripTags),
    order: segment.addresses(ordered),
  };
}

const idOf = (field: BodyField): string => JSON.stringify([field.kind, 'key' in field ? field.key : '']);
