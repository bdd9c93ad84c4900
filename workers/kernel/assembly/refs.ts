/** Field references of a plan: found once per group (topic, source, tags) or per log (contents), for header fields and bodies alike. */
import {
  GROUP_TAG,
  key,
  keyEnd,
  LOG_CONTENT,
  readPair,
  source,
  sourceEnd,
  tagsFrom,
  tagsTo,
  topic,
  topicEnd,
  value,
  valueEnd,
} from './log';
import { plan, REF_CONTENT, REF_SIZE, REF_SOURCE, REF_TAG, REF_TOPIC, Ref } from './plan';
import { end, readField, start, tag } from './protobuf';

function refAt(index: u32): Ref {
  return changetype<Ref>(plan.refs + index * REF_SIZE);
}

function point(ref: Ref, from: usize, to: usize): void {
  ref.value = from;
  ref.valueLength = <u32>(to - from);
}

/** Looks up all that is the same for every log of a group. */
export function resolveGroupRefs(): void {
  if (plan.refCount == 0) return;
  for (let i: u32 = 0; i < plan.refCount; i++) {
    const ref = refAt(i);
    if (ref.kind == REF_TOPIC) point(ref, topic, topicEnd);
    else if (ref.kind == REF_SOURCE) point(ref, source, sourceEnd);
    else point(ref, 0, 0);
  }
  resolvePairs(tagsFrom, tagsTo, GROUP_TAG, REF_TAG);
}

/** @param p the first content of the log. */
export function resolveLogRefs(p: usize, limit: usize): void {
  for (let i: u32 = 0; i < plan.refCount; i++) {
    const ref = refAt(i);
    if (ref.kind == REF_CONTENT) point(ref, 0, 0);
  }
  resolvePairs(p, limit, LOG_CONTENT, REF_CONTENT);
}

/** Of several pairs with one key the last one counts, as in the old sample. */
function resolvePairs(p: usize, limit: usize, field: u32, kind: u32): void {
  while (p < limit) {
    const next = readField(p, limit);
    if (tag == field) {
      readPair(start, end);
      for (let i: u32 = 0; i < plan.refCount; i++) {
        const ref = refAt(i);
        if (ref.kind == kind && isKey(ref)) point(ref, value, valueEnd);
      }
    }
    p = next;
  }
}

function isKey(ref: Ref): bool {
  const length = ref.keyLength;
  return keyEnd - key == length && memory.compare(key, ref.key, length) == 0;
}
