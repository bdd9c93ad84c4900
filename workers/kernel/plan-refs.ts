import type { FieldRef, Template, TemplatePart } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import type { MaskTable } from './plan-masks.js';
import { PathTable } from './plan-paths.js';

/** The numbers are those of assembly/plan-refs.ts. */
const REF_KINDS: Record<FieldRef['kind'], number> = {
  topic: 0,
  source: 1,
  tag: 2,
  content: 3,
  time: 4,
  timeMs: 5,
  rating: 6,
  eventId: 7,
  eventMs: 8,
};

const WORD = 4;
const REF_WORDS = 7;
/** Where a Ref and a Root have their value, in bytes. */
const REF_VALUE = 3 * WORD;
const ROOT_VALUE = 0;
/** Room for a string that is inside JSON with escapes; the same as in assembly/json-paths.ts. */
const PATH_SLOT = 8192;
const NUMBER_SLOT = 32;
/** Shard, cursor and index of an event's id. */
const ID_SLOT = 600;

/** A Ref of the kernel: the Mask that hides its value (or 0), and the way into JSON, if it may lead there. */
interface Entry {
  readonly ref: FieldRef;
  readonly mask: number;
  readonly path: readonly string[];
}

/** All refs of a plan, each once, in one table whose address is known before the parts that point into it are written. */
export class RefTable {
  readonly #arena: Arena;
  readonly #masks: MaskTable;
  readonly #ids: readonly string[];
  readonly #list: readonly Entry[];
  readonly #address: number;

  /**
   * @param shown what is written, some of it hidden. @param asked what is asked for its true value: a field that is hidden and asked for has
   * a Ref for each.
   */
  constructor(arena: Arena, masks: MaskTable, shown: readonly FieldRef[], asked: readonly FieldRef[]) {
    this.#arena = arena;
    this.#masks = masks;
    const entries = [...shown.map((ref) => this.#shown(ref)), ...asked.map(asIs)];
    const all = [...new Map(entries.map((entry) => [entryId(entry), entry])).values()];
    this.#list = [...all.filter((entry) => !isMade(entry.ref)), ...all.filter((entry) => isMade(entry.ref))];
    this.#ids = this.#list.map(entryId);
    this.#address = arena.words(this.#list.flatMap((entry) => this.#words(entry)));
  }

  /** Address and number of MaskedRefs. */
  masked(): [number, number] {
    const words = this.#list.flatMap(({ mask }, i) => (mask === 0 ? [] : [this.#at(i), mask]));
    return [this.#arena.words(words), words.length / 2];
  }

  /** Address and length. */
  get table(): [number, number] {
    return [this.#address, this.#list.length];
  }

  /** Address and number of those whose value is made: the last ones. */
  get made(): [number, number] {
    const count = this.#list.filter(({ ref }) => isMade(ref)).length;
    return [this.#address + (this.#list.length - count) * REF_WORDS * WORD, count];
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
    return this.#address + index * REF_WORDS * WORD;
  }

  /** The ref as it is written. */
  #shown(ref: FieldRef): Entry {
    const mask = this.#masks.of(ref);
    return { ref, mask, path: mask === 0 && !this.#masks.closes(ref) ? pathOf(ref) : [] };
  }

  /** Address and number each of the contents to look for, of those of them that refs lead into, and of the objects on the way. */
  contents(): [number, number, number, number, number, number] {
    const names = this.#list.flatMap(({ ref }, i) =>
      ref.kind === 'content' ? [this.#name(ref.key, this.#at(i) + REF_VALUE)] : [],
    );
    const paths = new PathTable(
      this.#arena,
      this.#list.filter(isPath).map((entry) => [entry.path, this.#addressOf(entry)]),
    );
    for (const { key, address } of paths.roots) names.push(this.#name(key, address + ROOT_VALUE));
    return [this.#arena.words(names.flat()), names.length, ...paths.table];
  }

  #name(key: string, found: number): number[] {
    return [...this.#arena.text(key), found, 0];
  }

  /** @returns address and number of the parts. */
  template(template: Template): [number, number] {
    const words = template.flatMap((part) => [
      ...this.#arena.text(part.kind === 'literal' ? part.text : part.fallback),
      ...this.#refsOf(part),
    ]);
    return [this.#arena.words(words), template.length];
  }

  #refsOf(part: TemplatePart): [number, number] {
    if (part.kind === 'literal') return [0, 0];
    return [this.#arena.words(part.refs.map((ref) => this.#addressOf(this.#shown(ref)))), part.refs.length];
  }

  #words(entry: Entry): number[] {
    const { ref } = entry;
    const key = 'key' in ref ? ref.key : 'prefix' in ref ? ref.prefix : '';
    return [REF_KINDS[ref.kind], ...this.#arena.text(key), 0, 0, this.#slot(entry), Number(isPath(entry))];
  }

  #slot(entry: Entry): number {
    const { ref } = entry;
    if (ref.kind === 'eventId') return this.#arena.reserve(ID_SLOT + new TextEncoder().encode(ref.prefix).length);
    if (ref.kind === 'content') return isPath(entry) ? this.#arena.reserve(PATH_SLOT) : 0;
    return isMade(ref) ? this.#arena.reserve(NUMBER_SLOT) : 0;
  }
}

/** A ref of its own to the id of an event. */
export function eventIdRef(arena: Arena, prefix: string): number {
  const [key, length] = arena.text(prefix);
  return arena.words([REF_KINDS.eventId, key, length, 0, 0, arena.reserve(ID_SLOT + length), 0]);
}

export const idOf = (ref: FieldRef): string => JSON.stringify([ref.kind, 'key' in ref ? ref.key : '']);

function isMade({ kind }: FieldRef): boolean {
  return REF_KINDS[kind] > REF_KINDS.content;
}

export function differsPerLog({ kind }: FieldRef): boolean {
  return REF_KINDS[kind] >= REF_KINDS.content;
}

export function refsIn(template: Template): FieldRef[] {
  return template.flatMap((part) => (part.kind === 'field' ? part.refs : []));
}

/** The content and the keys inside its JSON; nothing for a plain name. */
function pathOf(ref: FieldRef): string[] {
  if (ref.kind !== 'content') return [];
  const keys = ref.key.split('.');
  return keys.length > 1 ? keys : [];
}

const isPath = ({ path }: Entry): boolean => path.length > 0;

const asIs = (ref: FieldRef): Entry => ({ ref, mask: 0, path: pathOf(ref) });

const entryId = ({ ref, mask, path }: Entry): string => `${idOf(ref)} ${mask} ${path.length}`;
