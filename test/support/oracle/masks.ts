/** What is shown of hidden values. */
import { createHmac } from 'node:crypto';
import type { FormatPlan, FoundField, MaskForm, MaskPlan } from '../../../src/model/format-plan.js';
import type { Event } from './fields.js';
import type { Pair } from './log-group-list.js';

/** The event as everything but conditions sees it. */
export function masked(event: Event, { masks }: FormatPlan): Event {
  if (masks === undefined) return event;
  const { group, log } = event;
  const show = (kind: FoundField['kind'], value: Uint8Array, key?: Uint8Array): Uint8Array => {
    const found = masks.fields.find(({ field }) => field.kind === kind && isKey(field, key));
    return found === undefined || value.length === 0 ? value : shown(found.as, value, masks);
  };
  const pair = (kind: FoundField['kind'], { key, value }: Pair): Pair => ({ key, value: show(kind, value, key) });
  return {
    ...event,
    closed: masks.fields.flatMap(({ field }) => (field.kind === 'content' ? [field.key] : [])),
    group: {
      ...group,
      topic: group.topic && show('topic', group.topic),
      source: group.source && show('source', group.source),
      tags: group.tags.map((tag) => pair('tag', tag)),
    },
    log: { ...log, contents: log.contents.map((content) => pair('content', content)) },
  };
}

const isKey = (field: FoundField, key: Uint8Array | undefined): boolean =>
  !('key' in field) || (key !== undefined && Buffer.compare(Buffer.from(field.key), key) === 0);

function shown(as: MaskForm, value: Uint8Array, { key, digits }: MaskPlan): Uint8Array {
  if (as.kind === 'hash') return Buffer.from(createHmac('sha256', key).update(value).digest('hex').slice(0, digits));
  const text = Buffer.from(value).toString('latin1');
  const head = new RegExp(`^(?:[\\s\\S][\\x80-\\xbf]{0,3}){0,${as.first}}`).exec(text)![0];
  const backwards = Array.from(text).toReversed().join('');
  const tail = new RegExp(`^(?:[\\x80-\\xbf]{0,3}[\\s\\S]){0,${as.last}}`).exec(backwards)![0];
  const kept = head.length + tail.length;
  if (2 * kept > text.length) return Buffer.from('****');
  return Buffer.from(`${head}****${Array.from(tail).toReversed().join('')}`, 'latin1');
}
