import { z } from 'zod';
import type { FieldRef, FoundField, MaskPlan } from '../model/format-plan.js';
import { readHashKey } from './hash-key.js';
import { integer, parsed, secret } from './leaves.js';
import { quoted, type Say } from './problem.js';
import { isWrong, type Parsed } from './scalars.js';
import { parseFoundRef } from './template.js';
import { writtenRefs } from './written-refs.js';

/** Fields whose values never leave as they are: `format.shape.mask` and `format.shape.hash`. */

const MOST = 128;

/** A value inside JSON can't be hidden alone, and one that is not hidden may not look as if it were. */
function parseMasked(name: string): Parsed<FoundField> {
  const field = parseFoundRef(name);
  if (isWrong(field) || field.kind !== 'content' || !field.key.includes('.')) return field;
  const [root = ''] = field.path ?? field.key.split('.');
  if (root === field.key) return { wrong: 'a field with dots in its name cannot be hidden; drop it with "shape.drop"' };
  return { wrong: `${quoted(name)} is a value inside a field; only a whole field can be hidden: ${quoted(root)}` };
}

const maskedField = () =>
  parsed('a field', (name) => {
    const field = parseMasked(name);
    return isWrong(field) ? field : { name: field.kind === 'content' ? field.key : name, field };
  });

export const mask = z
  .array(
    z.preprocess(
      (raw) => (typeof raw === 'string' ? { field: raw } : raw),
      z.strictObject({
        field: maskedField().describe('Name of a field.'),
        first: integer(0, 32).prefault(0).describe('So many characters of its beginning stay.'),
        last: integer(0, 32).prefault(0).describe('So many characters of its end stay.'),
      }),
    ),
  )
  .max(MOST)
  .prefault([])
  .describe(
    'Values that are written as ****, everywhere: [password, { field: phone, last: 4 }]. Where less than half would be hidden, all is. Rules and filters see them as they are.',
  );

export const hash = z
  .strictObject({
    fields: z.array(maskedField()).min(1).max(MOST).describe('Names of fields.'),
    key: secret().optional().describe('Secret of at least 16 bytes, from the environment: ${NAME}.'),
    keyFile: z.string().min(1).optional().describe('File that holds the secret.'),
    digits: integer(16, 64).prefault(32).describe('Hexadecimal digits that are written of a hash.'),
  })
  .describe(
    'Values that are written as their HMAC-SHA-256, everywhere: equal values stay equal, and nobody can tell them without the key.',
  );

export interface MaskConfig {
  readonly mask: z.output<typeof mask>;
  readonly hash?: z.output<typeof hash> | undefined;
}

export function checkMasks(format: { readonly shape?: MaskConfig | undefined }, say: Say): void {
  if (format.shape === undefined) return;
  const names = namesOf(format.shape);
  for (const [index, { path, name }] of names.entries()) {
    if (names.findIndex((other) => other.name === name) < index)
      say(path, `${quoted(name)} is hidden already; remove it`);
  }
  const { key, keyFile } = format.shape.hash ?? {};
  if (format.shape.hash !== undefined && (key === undefined) === (keyFile === undefined)) {
    say(['shape', 'hash'], `needs "key" or "keyFile"${key === undefined ? '' : ', not both'}`);
  }
  const masked = [...format.shape.mask.map(({ field }) => field), ...(format.shape.hash?.fields ?? [])];
  const roots = new Set(names.map(({ name }) => name));
  for (const [path, ref] of writtenRefs(format)) {
    const field = ref.kind === 'mapped' ? ref.of : ref;
    if (ref.kind === 'mapped' && masked.some(({ field: hidden }) => isSame(hidden, field))) {
      say(path, `the map ${quoted(ref.map)} would tell what its field holds, which is hidden; remove one of the two`);
    }
    if (field.kind !== 'content') continue;
    const way = field.path ?? field.key.split('.');
    const [root = ''] = way;
    if (way.length === 1 || !roots.has(root)) continue;
    say(path, `${quoted(field.key)} would show what is in ${quoted(root)}, which is hidden; remove one of the two`);
  }
}

const isSame = (one: FieldRef, other: FieldRef): boolean =>
  one.kind === other.kind && ('key' in one ? one.key : '') === ('key' in other ? other.key : '');

function namesOf({ mask: stars, hash: hashed }: MaskConfig): { path: (string | number)[]; name: string }[] {
  return [
    ...stars.map(({ field: { name } }, i) => ({ path: ['shape', 'mask', i], name })),
    ...(hashed?.fields ?? []).map(({ name }, i) => ({ path: ['shape', 'hash', 'fields', i], name })),
  ];
}

/** The two sections as the kernel wants them. */
export function maskPlan({ mask: stars, hash: hashed }: MaskConfig): MaskPlan | undefined {
  if (stars.length === 0 && hashed === undefined) return undefined;
  return {
    fields: [
      ...stars.map(({ field: { field }, first, last }) => ({ field, as: { kind: 'stars' as const, first, last } })),
      ...(hashed?.fields ?? []).map(({ field }) => ({ field, as: { kind: 'hash' as const } })),
    ],
    key: hashed === undefined ? new Uint8Array() : readHashKey(hashed),
    digits: hashed?.digits ?? 0,
  };
}
