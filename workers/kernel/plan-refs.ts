import type { FieldRef, Template, TemplatePart } from '../../src/model/format-plan.js';
import type { DataSegment } from './data-segment.js';
import { NUMBERS, SIZES } from './numbers.js';
import { offsetOf, sizeOf, type Extent, type Values } from './records.js';
import { wayOf, type MaskTable } from './plan-masks.js';
import { PathTable } from './plan-paths.js';

const NUMBER_SLOT = 32;
/** Shard, cursor and index of an event's id. */
const ID_SLOT = SIZES.ORIGIN_ROOM + 88;

/** A Ref of the kernel: the Mask that hides its value (or 0), and the way into JSON, if it may lead there. */
interface Entry {
  readonly ref: FieldRef;
  readonly mask: number;
  readonly path: readonly string[];
}

/** All refs of a plan, each once, in one table whose address is known before the parts that point into it are written. */
export class RefTable {
  readonly #segment: DataSegment;
  readonly #masks: MaskTable;
  readonly #ids: readonly string[];
  readonly #list: readonly Entry[];
  /** Address and number of all Refs. */
  readonly table: Extent;

  /**
   * @param shown what is written, some of it hidden. @param asked what is asked for its true value: a field that is hidden and asked for has
   * a Ref for each.
   */
  constructor(segment: DataSegment, masks: MaskTable, shown: readonly FieldRef[], asked: readonly FieldRef[]) {
    this.#segment = segment;
    this.#masks = masks;
    const entries = [...shown.map((ref) => this.#shown(ref)), ...asked.map(asIs)];
    const all = [...new Map(entries.map((entry) => [entryId(entry), entry])).values()];
    this.#list = [...all.filter((entry) => !isMade(entry.ref)), ...all.filter((entry) => isMade(entry.ref))];
    this.#ids = this.#list.map(entryId);
    this.table = segment.list(
      'Ref',
      this.#list.map((entry) => this.#ref(entry)),
    );
  }

  /** Address and number of MaskedRefs. */
  masked(): Extent {
    return this.#segment.list(
      'MaskedRef',
      this.#list.flatMap(({ mask }, i) => (mask === 0 ? [] : [{ ref: this.#at(i), mask }])),
    );
  }

  /** Address and number of Mappeds. @param mapAt the address of a map. */
  mapped(mapAt: (name: string) => number): Extent {
    return this.#segment.list(
      'Mapped',
      this.#list.flatMap(({ ref }, i) =>
        ref.kind === 'mapped'
          ? [{ ref: this.#at(i), from: this.#addressOf(this.#shown(ref.of)), map: mapAt(ref.map) }]
          : [],
      ),
    );
  }

  /** Address and number of those whose value is made: the last ones. */
  get made(): Extent {
    const count = this.#list.filter(({ ref }) => isMade(ref)).length;
    return [this.#at(this.#list.length - count), count];
  }

  /** Something is not the same for all logs of a group. */
  get differsPerLog(): boolean {
    return this.#list.some(({ ref }) => differsPerLog(ref));
  }

  /** Of a Ref that has the true value. */
  addressOf(ref: FieldRef): number {
    return this.#addressOf(asIs(ref));
  }

  #addressOf(entry: Entry): number {
    return this.#at(this.#ids.indexOf(entryId(entry)));
  }

  #at(index: number): number {
    return this.table[0] + index * sizeOf('Ref');
  }

  /** The ref as it is written. */
  #shown(ref: FieldRef): Entry {
    const mask = this.#masks.of(ref);
    return { ref, mask, path: mask === 0 && !this.#masks.closes(ref) ? pathOf(ref) : [] };
  }

  /** The plan's members about contents: those to look for, those of them that refs lead into, and the objects on the way. */
  contents(): Pick<Values<'Plan'>, 'names' | 'roots' | 'levels'> {
    const names = this.#list.flatMap(({ ref }, i) =>
      ref.kind === 'content' ? [this.#name(ref.key, this.#at(i) + offsetOf('Ref', 'value'))] : [],
    );
    const paths = new PathTable(
      this.#segment,
      this.#list.filter(isPath).map((entry) => [entry.path, this.#addressOf(entry)]),
    );
    for (const { key, address } of paths.roots) names.push(this.#name(key, address + offsetOf('Root', 'value')));
    return { names: this.#segment.list('Name', names), roots: paths.rootList, levels: paths.levelList };
  }

  #name(key: string, found: number): Values<'Name'> {
    return { key: this.#segment.text(key), found };
  }

  /** @returns address and number of the Parts. */
  template(template: Template): Extent {
    return this.#segment.list(
      'Part',
      template.map((part) => ({
        text: this.#segment.text(part.kind === 'literal' ? part.text : part.fallback),
        refs: this.#refsOf(part),
      })),
    );
  }

  #refsOf(part: TemplatePart): Extent {
    if (part.kind === 'literal') return [0, 0];
    return this.#segment.addresses(part.refs.map((ref) => this.#addressOf(this.#shown(ref))));
  }

  #ref(entry: Entry): Values<'Ref'> {
    const { ref } = entry;
    const key = 'key' in ref ? ref.key : 'prefix' in ref ? ref.prefix : '';
    return {
      kind: NUMBERS.REF[ref.kind],
      key: this.#segment.text(key),
      slot: this.#slot(entry),
      isPath: Number(isPath(entry)),
    };
  }

  #slot(entry: Entry): number {
    const { ref } = entry;
    if (ref.kind === 'eventId') return this.#segment.reserve(ID_SLOT + new TextEncoder().encode(ref.prefix).length);
    if (ref.kind === 'content') return isPath(entry) ? this.#segment.reserve(SIZES.PATH_SLOT) : 0;
    return isMade(ref) ? this.#segment.reserve(NUMBER_SLOT) : 0;
  }
}

/** A ref of its own to the id of an event. */
export function eventIdRef(segment: DataSegment, prefix: string): number {
  const key = segment.text(prefix);
  return segment.record('Ref', {
    kind: NUMBERS.REF.eventId,
    key,
    slot: segment.reserve(ID_SLOT + key[1]),
    isPath: 0,
  });
}

export const idOf = (ref: FieldRef): string =>
  ref.kind === 'mapped'
    ? JSON.stringify([ref.kind, ref.map, idOf(ref.of)])
    : JSON.stringify([ref.kind, 'key' in ref ? ref.key : '', pathOf(ref)]);

function isMade({ kind }: FieldRef): boolean {
  return kind !== 'mapped' && NUMBERS.REF[kind] > NUMBERS.REF.content;
}

export function differsPerLog({ kind }: FieldRef): boolean {
  return NUMBERS.REF[kind] >= NUMBERS.REF.content;
}

/** All that a template refers to, also behind maps. */
export function refsIn(template: Template): FieldRef[] {
  const refs = template.flatMap((part) => (part.kind === 'field' ? part.refs : []));
  return refs.flatMap((ref): FieldRef[] => (ref.kind === 'mapped' ? [ref, ref.of] : [ref]));
}

/** The content and the keys inside its JSON; nothing for a plain name. */
function pathOf(ref: FieldRef): readonly string[] {
  if (ref.kind !== 'content') return [];
  const keys = wayOf(ref);
  return keys.length > 1 ? keys : [];
}

const isPath = ({ path }: Entry): boolean => path.length > 0;

const asIs = (ref: FieldRef): Entry => ({ ref, mask: 0, path: pathOf(ref) });

const entryId = ({ ref, mask, path }: Entry): string => `${idOf(ref)} ${mask} ${path.length}`;
