/**
 * Which fields a body writes on its own, in which order, under which names, and which of their values are hidden. Members and templates
 * find all fields, under their own names.
 */
import { Mask, REF_CONTENT, REF_SOURCE, REF_TAG, REF_TOPIC, SHAPE_SIZE, Shape } from './layout';
import { group, replaceSource, replaceTopic } from './group';
import { shown } from './mask';
import { pair, renameKey, replaceValue } from './pair';
import { plan } from './plan';
import { isSame } from './same';

/** The field has another name in the body than its own. */
let renamed: bool = false;

export function isRenamed(): bool {
  return renamed;
}

/** The one field that is written now; 0: all that have no place in the order. */
let only: usize = 0;

/** A body writes all its fields `plan.orderCount + 1` times, and each time only some are kept. @param turn from 0. */
export function beginTurn(turn: u32): void {
  only = turn < plan.orderCount ? load<usize>(plan.order + (turn << 2)) : 0;
}

/**
 * Whether a field is written now: one of REF_TOPIC, REF_SOURCE, SHAPE_TIME, SHAPE_TIME_NS, or the tag or content that was read last. Its
 * new name, if it has one, becomes `key`; what is shown of a hidden value becomes `value`.
 */
export function isKept(kind: u32, isEmpty: bool): bool {
  renamed = false;
  if (plan.shaped == 0) return true;
  if (isEmpty && plan.dropEmpty != 0) return false;
  const shape = only == 0 ? find(kind) : changetype<Shape>(only);
  if (changetype<usize>(shape) == 0) return plan.dropOthers == 0;
  if (only == 0 ? shape.ordered != 0 : !isOf(shape, kind)) return false;
  if (shape.drop != 0) return false;
  if (shape.mask != 0 && hasKey(kind)) {
    const mask = changetype<Mask>(shape.mask);
    replaceValue(mask.slot, shown(mask, pair.value, pair.valueEnd));
  }
  if (shape.nameLength == 0) return true;
  renamed = true;
  renameKey(shape.name, shape.name + shape.nameLength);
  return true;
}

/** Topic and source of the group as they are shown; refs know already what they were. */
export function maskOrigin(): void {
  if (plan.shaped == 0) return;
  const ofTopic = find(REF_TOPIC);
  const ofSource = find(REF_SOURCE);
  if (isMasked(ofTopic)) {
    const mask = changetype<Mask>(ofTopic.mask);
    replaceTopic(mask.slot, shown(mask, group.topic, group.topicEnd));
  }
  if (isMasked(ofSource)) {
    const mask = changetype<Mask>(ofSource.mask);
    replaceSource(mask.slot, shown(mask, group.source, group.sourceEnd));
  }
}

function isMasked(shape: Shape): bool {
  return changetype<usize>(shape) != 0 && shape.mask != 0;
}

function find(kind: u32): Shape {
  const end = plan.shapes + plan.shapesCount * SHAPE_SIZE;
  for (let at = plan.shapes; at < end; at += SHAPE_SIZE) {
    const shape = changetype<Shape>(at);
    if (isOf(shape, kind)) return shape;
  }
  return changetype<Shape>(0);
}

function isOf(shape: Shape, kind: u32): bool {
  if (shape.kind != kind) return false;
  if (!hasKey(kind)) return true;
  const length = <u32>(pair.keyEnd - pair.key);
  return shape.keyLength == length && isSame(pair.key, shape.key, length);
}

function hasKey(kind: u32): bool {
  return kind >= REF_TAG && kind <= REF_CONTENT;
}
