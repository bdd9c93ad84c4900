/** Which fields a body writes on its own, and under which names. Members and templates find all fields, under their own names. */
import { key, keyEnd, renameKey } from './log';
import { plan, REF_CONTENT, REF_TAG, Shape, SHAPE_SIZE } from './plan';
import { isSame } from './same';

/** The field has another name in the body than its own. */
export let renamed: bool = false;

/**
 * Whether a field is written: one of REF_TOPIC, REF_SOURCE, SHAPE_TIME, SHAPE_TIME_NS, or the tag or content whose key was read last. Its
 * new name, if it has one, becomes `key`.
 */
export function isKept(kind: u32, isEmpty: bool): bool {
  renamed = false;
  if (plan.shaped == 0) return true;
  if (isEmpty && plan.dropEmpty != 0) return false;
  const shape = find(kind);
  if (changetype<usize>(shape) == 0) return plan.dropOthers == 0;
  if (shape.drop != 0) return false;
  if (shape.nameLength == 0) return true;
  renamed = true;
  renameKey(shape.name, shape.name + shape.nameLength);
  return true;
}

function find(kind: u32): Shape {
  const hasKey = kind >= REF_TAG && kind <= REF_CONTENT;
  const length: u32 = hasKey ? <u32>(keyEnd - key) : 0;
  const end = plan.shapes + plan.shapeCount * SHAPE_SIZE;
  for (let at = plan.shapes; at < end; at += SHAPE_SIZE) {
    const shape = changetype<Shape>(at);
    if (shape.kind == kind && shape.keyLength == length && (!hasKey || isSame(key, shape.key, length))) return shape;
  }
  return changetype<Shape>(0);
}
