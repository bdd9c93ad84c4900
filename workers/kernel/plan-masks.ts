import type { FieldRef, FoundField, MaskForm, MaskPlan } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';

/** Room for 32 characters, stars and 32 characters, or a hash; the kernel copies 16 bytes at a time. */
const SLOT = 288;

const idOf = (field: { readonly kind: string; readonly key?: string }): string =>
  JSON.stringify([field.kind, field.key]);

/** The Masks of a plan, by their fields. */
export class MaskTable {
  readonly fields: readonly FoundField[];
  readonly #masks: ReadonlyMap<string, number>;
  readonly #hash: readonly [key: number, keyLength: number, digits: number];

  constructor(arena: Arena, masks: MaskPlan | undefined) {
    const fields = masks?.fields ?? [];
    const isHashed = fields.some(({ as }) => as.kind === 'hash');
    this.fields = fields.map(({ field }) => field);
    this.#masks = new Map(fields.map(({ field, as }) => [idOf(field), arena.words(maskWords(arena, as))]));
    this.#hash = masks && isHashed ? [arena.put(masks.key), masks.key.length, masks.digits] : [0, 0, 0];
  }

  /** Address and length of the key, and how many digits. */
  get hash(): readonly number[] {
    return this.#hash;
  }

  /** Address of the Mask of a field, or 0. */
  of(field: { readonly kind: string; readonly key?: string }): number {
    return this.#masks.get(idOf(field)) ?? 0;
  }

  /** Nothing leads into the JSON of a field whose value is hidden. */
  closes(ref: FieldRef): boolean {
    if (ref.kind !== 'content' || this.of(ref) !== 0) return false;
    const [root = '', ...path] = ref.key.split('.');
    return path.length > 0 && this.of({ kind: 'content', key: root }) !== 0;
  }
}

function maskWords(arena: Arena, as: MaskForm): number[] {
  const slot = arena.reserve(SLOT);
  return as.kind === 'hash' ? [1, 0, 0, slot] : [0, as.first, as.last, slot];
}
