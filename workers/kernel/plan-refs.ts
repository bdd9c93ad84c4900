import type { FieldRef, Template, TemplatePart } from '../../src/model/format-plan.js';
import type { Arena } from './arena.js';
import { PathTable } from './plan-paths.js';

/** The numbers are those of assembly/plan.ts. */
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
const REF_WORDS = 8;
/** Where a Ref and a Root have their value, in bytes. */
const REF_VALUE = 3 * WORD;
const ROOT_VALUE = 0;
/** Room for a string that is inside JSON with escapes; the same as in assembly/json-paths.ts. */
const PATH_SLOT = 8192;
const NUMBER_SLOT = 32;
/** Shard, cursor and index of an event's id. */
const ID_SLOT = 600;

/** All refs of a plan, each once, in one table whose address is known before the parts that point into it are written. */
export class RefTable {
  readonly #arena: Arena;
  readonly #ids: readonly string[];
  readonly #list: readonly FieldRef[];
  readonly #address: number;

  constructor(arena: Arena, refs: Iterable<FieldRef>) {
    const unique = new Map(Array.from(refs, (ref) => [idOf(ref), ref]));
    const all = [...unique.values()];
    this.#arena = arena;
    this.#list = [...all.filter((ref) => !isMade(ref)), ...all.filter(isMade)];
    this.#ids = this.#list.map(idOf);
    this.#address = arena.words(this.#list.flatMap((ref) => this.#words(ref)));
  }

  /** Address and length. */
  get table(): [number, number] {
    return [this.#address, this.#list.length];
  }

  /** Address and number of those whose value is made: the last ones. */
  get made(): [number, number] {
    const count = this.#list.filter(isMade).length;
    return [this.#address + (this.#list.length - count) * REF_WORDS * WORD, count];
  }

  /** Something is not the same for all logs of a group. */
  get differsPerLog(): boolean {
    return this.#list.some(differsPerLog);
  }

  addressOf(ref: FieldRef): number {
    return this.#address + this.#ids.indexOf(idOf(ref)) * REF_WORDS * WORD;
  }

  /** Address and number each of the contents to look for, of those of them that refs lead into, and of the objects on the way. */
  contents(): [number, number, number, number, number, number] {
    const names = this.#list
      .filter(({ kind }) => kind === 'content')
      .map((ref) => this.#name('key' in ref ? ref.key : '', this.addressOf(ref) + REF_VALUE));
    const paths = new PathTable(
      this.#arena,
      this.#list.filter(isPath).map((ref) => [pathOf(ref), this.addressOf(ref)]),
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
    return [this.#arena.words(part.refs.map((ref) => this.addressOf(ref))), part.refs.length];
  }

  #words(ref: FieldRef): number[] {
    const key = 'key' in ref ? ref.key : 'prefix' in ref ? ref.prefix : '';
    return [REF_KINDS[ref.kind], ...this.#arena.text(key), 0, 0, this.#slot(ref), Number(isPath(ref)), 0];
  }

  #slot(ref: FieldRef): number {
    if (ref.kind === 'eventId') return this.#arena.reserve(ID_SLOT + new TextEncoder().encode(ref.prefix).length);
    if (ref.kind === 'content') return isPath(ref) ? this.#arena.reserve(PATH_SLOT) : 0;
    return isMade(ref) ? this.#arena.reserve(NUMBER_SLOT) : 0;
  }
}

/** A ref of its own to the id of an event. */
export function eventIdRef(arena: Arena, prefix: string): number {
  const [key, length] = arena.text(prefix);
  return arena.words([REF_KINDS.eventId, key, length, 0, 0, arena.reserve(ID_SLOT + length), 0, 0]);
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

const isPath = (ref: FieldRef): boolean => pathOf(ref).length > 0;
