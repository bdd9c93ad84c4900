import type { FieldRef, FoundField, MaskForm, MaskPlan } from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import type { Extent, Values } from './records.js';

/** Room for 32 characters, stars and 32 characters, or a hash; the kernel copies 16 bytes at a time. */
const SLOT = 288;

const idOf = (field: { readonly kind: string; readonly key?: string }): string =>
  JSON.stringify([field.kind, field.key]);

/** The Masks of a plan, by their fields. */
export class MaskTable {
  readonly fields: readonly FoundField[];
  /** The plan's members that say how hashes are made. */
  readonly hash: Pick<Values<'Plan'>, 'hashKey' | 'hashDigits'>;
  readonly #masks: ReadonlyMap<string, number>;

  constructor(segment: DataSegment, masks: MaskPlan | undefined) {
    const fields = masks?.fields ?? [];
    const isHashed = fields.some(({ as }) => as.kind === 'hash');
    this.fields = fields.map(({ field }) => field);
    this.#masks = new Map(fields.map(({ field, as }) => [idOf(field), encodeMask(segment, as)]));
    this.hash =
      masks && isHashed
        ? { hashKey: [segment.put(masks.key), masks.key.length], hashDigits: masks.digits }
        : { hashKey: NOTHING, hashDigits: 0 };
  }

  /** Address of the Mask of a field, or 0. */
  of(field: { readonly kind: string; readonly key?: string }): number {
    return this.#masks.get(idOf(field)) ?? 0;
  }

  /** Nothing leads into the JSON of a field whose value is hidden. */
  closes(ref: FieldRef): boolean {
    if (ref.kind !== 'content' || this.of(ref) !== 0) return false;
    const [root = '', ...path] = wayOf(ref);
    return path.length > 0 && this.of({ kind: 'content', key: root }) !== 0;
  }
}

/** A content, then the keys that lead into its JSON, if any. */
export const wayOf = ({ key, path }: Extract<FieldRef, { kind: 'content' }>): readonly string[] =>
  path ?? key.split('.');

const NOTHING: Extent = [0, 0];

function encodeMask(segment: DataSegment, as: MaskForm): number {
  const slot = segment.reserve(SLOT);
  const shown = as.kind === 'hash' ? { hashed: 1, first: 0, last: 0 } : { hashed: 0, first: as.first, last: as.last };
  return segment.record('Mask', { ...shown, slot });
}
