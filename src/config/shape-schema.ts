import { z } from 'zod';
import type { BodyField, ShapePlan } from '../model/format-plan.js';
import { flag, parsed } from './leaves.js';
import { hash, mask } from './mask-schema.js';
import { quoted, type Say } from './problem.js';
import { isWrong, type Parsed } from './scalars.js';
import { parseFoundRef } from './template.js';

/** Which fields a body writes on its own, and under which names: the section `format.shape`. */

const MOST = 256;

function parseBodyField(name: string): Parsed<BodyField> {
  if (name === '__time__') return { kind: 'time' };
  if (name === '__time_ns_part__') return { kind: 'timeNs' };
  const field = parseFoundRef(name);
  if (isWrong(field) || field.kind !== 'content') return field;
  const { kind, key, path = [] } = field;
  return path.length > 1
    ? { wrong: `${quoted(name)} leads into a field; only whole fields can be chosen here: ${quoted(path[0] ?? '')}` }
    : { kind, key };
}

/** As it is without quotes. */
const nameOf = (name: string, field: Parsed<BodyField>): string =>
  !isWrong(field) && field.kind === 'content' ? field.key : name;

const bodyField = parsed('a field', (name) => {
  const field = parseBodyField(name);
  return isWrong(field) ? field : { name: nameOf(name, field), field };
});

const names = () => z.array(bodyField).max(MOST).prefault([]);

export const shape = z
  .strictObject({
    keep: names().describe('Only these fields are written, for example [srcIp, __tag__:__hostname__]. Default: all.'),
    drop: names().describe('These fields are not written; a name with dots is the whole name of a field, no path.'),
    rename: z
      .record(z.string(), z.string())
      .refine((all) => Object.keys(all).length <= MOST, { error: `at most ${MOST} fields can be renamed` })
      .prefault({})
      .describe('New names of fields: { srcaddr: src }.'),
    dropEmpty: flag().prefault(false).describe('Fields without a value are not written.'),
    tagPrefix: z
      .enum(['keep', 'strip'])
      .prefault('keep')
      .describe('strip: the names of tags come without "__tag__:" before them.'),
    order: z
      .array(bodyField)
      .max(64)
      .prefault([])
      .describe('These fields come first, in this order; the others follow as they are in the log.'),
    mask,
    hash: hash.optional(),
  })
  .describe(
    'kv: all fields; json, leef, cef: those that "others" adds. Templates and "fields" find every field under its own name, also one that is dropped. But what "mask" and "hash" name is hidden everywhere.',
  );

type ShapeConfig = z.output<typeof shape>;
interface BodyWords {
  readonly body: string;
  readonly shape?: ShapeConfig | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly others?: 'none' | 'contents' | 'all' | undefined;
}

/** What follows the members of `fields`: as the config says, else nothing if there are any, else as much as the body can hold. */
export function othersOf({ body, fields, others }: BodyWords): 'none' | 'contents' | 'all' {
  return others ?? (Object.keys(fields).length > 0 ? 'none' : body === 'json' ? 'all' : 'contents');
}

/** What a body writes on its own; nothing: no field at all. */
function writtenBy(format: BodyWords): readonly BodyField['kind'][] {
  const { body } = format;
  if (body === 'kv') return ['topic', 'source', 'timeNs', 'tag', 'content'];
  if (body === 'raw') return [];
  const rest = othersOf(format);
  if (rest === 'all') return ['topic', 'source', 'time', 'timeNs', 'tag', 'content'];
  return rest === 'contents' ? ['content'] : [];
}

/** What would do nothing, or contradicts itself. */
export function checkShape(format: BodyWords, say: Say): void {
  if (format.shape === undefined) return;
  const { keep, drop, order, rename, dropEmpty, tagPrefix } = format.shape;
  const written = writtenBy(format);
  const lists = keep.length + drop.length + order.length + Object.keys(rename).length;
  const isShaped = lists > 0 || dropEmpty || tagPrefix === 'strip';
  if (written.length === 0) {
    if (!isShaped) return;
    const why = format.body === 'raw' ? 'raw is one value' : `only "fields" are written; write others: contents`;
    say(['shape'], `body: ${format.body} has no other fields to shape (${why})`);
    return;
  }
  if (keep.length > 0 && drop.length > 0) {
    say(['shape', 'drop'], '"keep" already leaves out all other fields; remove one of the two');
  }
  for (const [list, fields] of Object.entries({ keep, drop, order })) {
    const foreign = fields.find(({ field }) => !written.includes(field.kind));
    if (foreign !== undefined) say(['shape', list], `${quoted(foreign.name)} is not written by this body; remove it`);
  }
  if (tagPrefix === 'strip' && !written.includes('tag')) {
    say(['shape', 'tagPrefix'], 'this body writes no tags on its own; remove it');
  }
  checkOrder(format.shape, say);
  checkRename(format, format.shape, written, say);
}

function checkOrder({ keep, drop, order }: ShapeConfig, say: Say): void {
  for (const [index, { name }] of order.entries()) {
    const isIt = (other: { readonly name: string }): boolean => other.name === name;
    const wrong = order.slice(0, index).some(isIt)
      ? 'stands in the order twice; remove one'
      : drop.some(isIt)
        ? 'is dropped; remove it here or there'
        : keep.length > 0 && !keep.some(isIt)
          ? 'is not kept; add it to "keep"'
          : undefined;
    if (wrong !== undefined) say(['shape', 'order', index], `${quoted(name)} ${wrong}`);
  }
}

function checkRename({ body, fields }: BodyWords, config: ShapeConfig, written: readonly string[], say: Say): void {
  const taken = new Map(Object.keys(fields).map((name) => [name, 'already a name in "fields"']));
  for (const [from, to] of Object.entries(config.rename)) {
    const wrong = renameFault(from, config, written) ?? newNameFault(to, body) ?? taken.get(to);
    if (wrong !== undefined)
      say(['shape', 'rename', from], wrong === taken.get(to) ? `${quoted(to)} is ${wrong}` : wrong);
    taken.set(to, `the new name of ${quoted(from)} too`);
  }
}

function renameFault(from: string, { keep, drop }: ShapeConfig, written: readonly string[]): string | undefined {
  const field = parseBodyField(from);
  const own = nameOf(from, field);
  const isListed = ({ name }: { name: string }): boolean => name === own;
  if (isWrong(field)) return field.wrong;
  if (!written.includes(field.kind)) return `${quoted(from)} is not written by this body; remove it`;
  if (drop.some(isListed)) return `${quoted(from)} is dropped; remove it here or there`;
  return keep.length === 0 || keep.some(isListed) ? undefined : `${quoted(from)} is not kept; add it to "keep"`;
}

function newNameFault(to: string, body: string): string | undefined {
  const bytes = Buffer.byteLength(to);
  if (bytes < 1 || bytes > 255) return 'a new name has 1 to 255 bytes';
  if (body === 'json') return /\p{Cc}/u.test(to) ? 'a new name has no control characters' : undefined;
  if (body === 'kv') return /[\p{Cc}\s=]/u.test(to) ? 'a new name has no spaces and no "="' : undefined;
  return /^\w+$/.test(to) ? undefined : 'a new name is one word of letters, digits and "_"';
}

/** The section as the kernel wants it. */
export function shapePlan({ keep, drop, rename, dropEmpty, tagPrefix, order }: ShapeConfig): ShapePlan {
  const all = new Map<string, ShapePlan['fields'][number]>();
  for (const { name, field } of keep) all.set(name, { field, drop: false, name: undefined });
  for (const { name, field } of drop) all.set(name, { field, drop: true, name: undefined });
  for (const [from, name] of Object.entries(rename)) {
    const field = parseBodyField(from);
    if (!isWrong(field)) all.set(nameOf(from, field), { field, drop: false, name });
  }
  return {
    fields: [...all.values()],
    dropOthers: keep.length > 0,
    dropEmpty,
    stripTags: tagPrefix === 'strip',
    order: order.map(({ field }) => field),
  };
}
