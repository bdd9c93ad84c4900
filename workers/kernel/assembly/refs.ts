/** Field references of a plan: found once per group (topic, source, tags) or per log (contents), for header fields and bodies alike. */
import { group } from './group';
import { forgetJson } from './json';
import { beginPaths, resolvePaths } from './json-paths';
import { REF_SIZE, REF_SOURCE, REF_TAG, REF_TOPIC, Ref } from './layout';
import { beginNames, forgetContents } from './lookup';
import { GROUP_TAG } from './messages';
import { pair, readPair } from './pair';
import { plan } from './plan';
import { field, readField } from './protobuf';
import { isSame } from './same';

/** To be called once a batch. */
export function beginRefs(): void {
  beginNames();
  beginPaths();
}

function refAt(index: u32): Ref {
  return changetype<Ref>(plan.refs + index * REF_SIZE);
}

function point(ref: Ref, from: usize, to: usize): void {
  ref.value = from;
  ref.valueLength = <u32>(to - from);
}

/** Looks up all that is the same for every log of a group. */
export function resolveGroupRefs(): void {
  if (plan.refsCount == 0) return;
  for (let i: u32 = 0; i < plan.refsCount; i++) {
    const ref = refAt(i);
    if (ref.kind == REF_TOPIC) point(ref, group.topic, group.topicEnd);
    else if (ref.kind == REF_SOURCE) point(ref, group.source, group.sourceEnd);
    else point(ref, 0, 0);
  }
  resolveTags();
}

/** Of several pairs with one key the last one counts, as in the old sample. */
function resolveTags(): void {
  for (let p = group.tagsFrom; p < group.tagsTo;) {
    p = readField(p, group.tagsTo);
    if (field.tag != GROUP_TAG) continue;
    readPair(field.start, field.end);
    const length = <u32>(pair.keyEnd - pair.key);
    for (let i: u32 = 0; i < plan.refsCount; i++) {
      const ref = refAt(i);
      if (ref.kind != REF_TAG || ref.keyLength != length || !isSame(pair.key, ref.key, length)) continue;
      point(ref, pair.value, pair.valueEnd);
    }
  }
}

/** What was found of the paths into JSON is that of the log at hand. */
let pathsKnown = true;

/** To be called before a log is scanned: its contents are noted while it is. */
export function forgetRefs(): void {
  forgetJson();
  forgetContents();
  pathsKnown = plan.rootsCount == 0;
}

/** Follows the paths into JSON, unless that was done: it costs more than all else, and a filter may do without. */
export function needPaths(): void {
  if (pathsKnown) return;
  pathsKnown = true;
  resolvePaths();
}

/** A ref whose value is known now. */
export function refOf(at: usize): Ref {
  const ref = changetype<Ref>(at);
  if (ref.isPath) needPaths();
  return ref;
}
