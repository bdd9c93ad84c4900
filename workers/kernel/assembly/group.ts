/** The log group being looked at: what all its logs share. */
import { GROUP_LOG, GROUP_SOURCE, GROUP_TAG, GROUP_TOPIC, LIST_GROUP } from './messages';
import { field, readField } from './protobuf';

@unmanaged
class Group {
  /** Its bytes. */
  from: usize;
  to: usize;
  topic: usize;
  topicEnd: usize;
  source: usize;
  sourceEnd: usize;
  /** How many logs it has. */
  logs: u32;
  /** How many tags it has, the bytes they take, and the part of the group that holds them all (and perhaps more). */
  tags: u32;
  tagBytes: usize;
  tagsFrom: usize;
  tagsTo: usize;
}

/** Only this file writes it. */
export const group = changetype<Group>(memory.data(offsetof<Group>(), 16));

/** The number of logs in the list; a first look that also finds damage in the outer two levels before anything is written. */
export function countLogs(p: usize, limit: usize): u32 {
  let count: u32 = 0;
  while (p < limit) {
    const next = readField(p, limit);
    if (field.tag == LIST_GROUP) count += countGroup(field.start, field.end);
    p = next;
  }
  return count;
}

function countGroup(p: usize, limit: usize): u32 {
  let count: u32 = 0;
  while (p < limit) {
    p = readField(p, limit);
    if (field.tag == GROUP_LOG) count++;
  }
  return count;
}

/** Reads what all logs of a group share: encoders write it after them. */
export function scanGroup(p: usize, limit: usize): void {
  memory.fill(changetype<usize>(group), 0, offsetof<Group>());
  group.from = p;
  group.to = limit;
  while (p < limit) {
    const at = p;
    p = readField(p, limit);
    if (field.tag == GROUP_LOG) {
      group.logs++;
    } else if (field.tag == GROUP_TOPIC) {
      group.topic = field.start;
      group.topicEnd = field.end;
    } else if (field.tag == GROUP_SOURCE) {
      group.source = field.start;
      group.sourceEnd = field.end;
    } else if (field.tag == GROUP_TAG) {
      if (group.tags == 0) group.tagsFrom = at;
      group.tagsTo = field.end;
      group.tags++;
      group.tagBytes += field.end - at;
    }
  }
}

/** What is shown of the topic. */
export function replaceTopic(from: usize, to: usize): void {
  group.topic = from;
  group.topicEnd = to;
}

/** What is shown of the source. */
export function replaceSource(from: usize, to: usize): void {
  group.source = from;
  group.sourceEnd = to;
}
