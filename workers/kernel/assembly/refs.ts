/** Field references of a plan: found once per group (topic, source, tags) or per log (contents), for header fields and bodies alike. */
import { compute } from './computed';
import { forgetJson } from './json';
import { resolvePaths, rootAt } from './json-paths';
import {
  GROUP_TAG,
  isContent,
  key,
  keyEnd,
  readContent,
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
import { plan, REF_CONTENT, REF_SIZE, REF_SOURCE, REF_TAG, REF_TIME, REF_TOPIC, Ref } from './plan';
import { end, readField, start, tag } from './protobuf';
import { isSame, markOf } from './same';

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
  marks = 0;
  for (let i: u32 = 0; i < plan.refCount; i++) {
    const ref = refAt(i);
    if (ref.kind == REF_TOPIC) point(ref, topic, topicEnd);
    else if (ref.kind == REF_SOURCE) point(ref, source, sourceEnd);
    else point(ref, 0, 0);
    if (ref.kind == REF_TAG || ref.kind == REF_CONTENT) marks |= markOf(ref.key, ref.keyLength);
  }
  resolveTags();
}

/** @param p the first content of the log. */
export function resolveLogRefs(p: usize, limit: usize): void {
  forgetJson();
  for (let i: u32 = 0; i < plan.refCount; i++) {
    const ref = refAt(i);
    if (ref.kind == REF_CONTENT) point(ref, 0, 0);
  }
  for (let i: u32 = 0; i < plan.rootCount; i++) rootAt(i).valueLength = 0;
  resolveContents(p, limit);
  if (plan.rootCount != 0) resolvePaths();
}

/** @param rating of the log. */
export function computeRefs(rating: u32): void {
  for (let i: u32 = 0; i < plan.refCount; i++) {
    const ref = refAt(i);
    if (ref.kind < REF_TIME) continue;
    ref.value = ref.slot;
    ref.valueLength = compute(ref, rating);
  }
}

/** Of several pairs with one key the last one counts, as in the old sample. */
function resolveTags(): void {
  for (let p = tagsFrom; p < tagsTo;) {
    p = readField(p, tagsTo);
    if (tag != GROUP_TAG) continue;
    readPair(start, end);
    pointAll(REF_TAG);
  }
}

function resolveContents(p: usize, limit: usize): void {
  while (p < limit) {
    p = readContent(p, limit);
    if (!isContent) continue;
    pointAll(REF_CONTENT);
    if (plan.rootCount != 0) noteRoots();
  }
}

/** The marks of all keys of tags and contents that are referred to. */
let marks: u64 = 0;

function pointAll(kind: u32): void {
  const length = <u32>(keyEnd - key);
  if ((marks & markOf(key, length)) == 0) return;
  const end = plan.refs + plan.refCount * REF_SIZE;
  for (let at = plan.refs; at < end; at += REF_SIZE) {
    const ref = changetype<Ref>(at);
    if (ref.keyLength == length && ref.kind == kind && isSame(key, ref.key, length)) point(ref, value, valueEnd);
  }
}

function noteRoots(): void {
  for (let i: u32 = 0; i < plan.rootCount; i++) {
    const root = rootAt(i);
    if (!isKey(root.key, root.keyLength)) continue;
    root.value = value;
    root.valueLength = <u32>(valueEnd - value);
  }
}

function isKey(at: usize, length: u32): bool {
  return keyEnd - key == length && isSame(key, at, length);
}
