import type { Kind, OwnKind } from './kinds.js';
import { VALUE_RECORDS } from './layout-values.js';
import { RECORDS as PLAN_RECORDS } from './layout.js';

const RECORDS = { ...PLAN_RECORDS, ...VALUE_RECORDS };

type Records = typeof RECORDS;
export type RecordName = keyof Records;
/** Address and length, or address and count. */
export type Extent = readonly [address: number, size: number];
type Value<K> = K extends 'text' | 'list' ? Extent : K extends 'v128' ? Uint8Array : number;
/** What the encoder says of a record: every member but the kernel's own. */
export type Values<R extends RecordName> = {
  readonly [M in keyof Records[R] as Records[R][M] extends OwnKind ? never : M]: Value<Records[R][M]>;
};

const WORD = 4;
const WORDS: Readonly<Record<Kind, number>> = { u32: 1, i32: 1, address: 1, text: 2, list: 2, v128: 4 };

/** The members of a record in their order, without telling apart who writes them. */
function membersOf(record: RecordName): { readonly name: string; readonly kind: Kind; readonly isOwn: boolean }[] {
  return Object.entries<Kind | OwnKind>(RECORDS[record]).map(([name, said]) => {
    const isOwn = said.startsWith('own ');
    return { name, kind: (isOwn ? said.slice('own '.length) : said) as Kind, isOwn };
  });
}

/** Bytes of a record. */
export function sizeOf(record: RecordName): number {
  return membersOf(record).reduce((size, { kind }) => size + WORDS[kind] * WORD, 0);
}

/** Bytes of a record before a member. */
export function offsetOf<R extends RecordName>(record: R, member: keyof Records[R] & string): number {
  const members = membersOf(record);
  const before = members.slice(
    0,
    members.findIndex(({ name }) => name === member),
  );
  return before.reduce((size, { kind }) => size + WORDS[kind] * WORD, 0);
}

/** A record as the kernel reads it. */
export function words<R extends RecordName>(record: R, values: Values<R>): number[] {
  const said = values as Readonly<Record<string, number | Extent | Uint8Array>>;
  return membersOf(record).flatMap(({ name, kind, isOwn }) => {
    if (isOwn) return Array.from({ length: WORDS[kind] }, () => 0);
    const value = said[name] ?? 0;
    if (value instanceof Uint8Array) return [...new Uint32Array(value.slice().buffer)];
    return typeof value === 'number' ? [value] : value;
  });
}
