/** Records of the kernel's memory that concern JSON inside contents, and maps of values; the rest of the layout is in `layout.ts`. */
import type { Kind, OwnKind } from './kinds.js';

export const VALUE_RECORDS = {
  /** A content that holds JSON, and the refs into it. */
  Root: {
    value: 'own text',
    /** Addresses of Refs. */
    refs: 'list',
    level: 'address',
  },

  /** An object or array in JSON that refs lead into, and those of its keys that are asked for. */
  Level: {
    /** Steps. */
    steps: 'list',
    /** Elements, by number. */
    elements: 'list',
    /** LEVEL_SLOTS addresses: the first Step of each slot, or 0. json-paths.ts writes it. */
    table: 'address',
    /** LEVEL_SLOTS Guesses, one for what stands before each value, the last for all behind it. json-paths.ts writes them. */
    guesses: 'address',
  },

  /** What stood between two values of an object in the log before, up to 32 bytes of it. */
  Guess: {
    text: 'own v128',
    more: 'own v128',
    /** 0 for nothing, or more than 32 bytes. */
    length: 'own u32',
    /** A bit for each of the bytes. */
    mask: 'own u32',
    /** The Step of the key in it, or 0. */
    step: 'own address',
  },

  /** A Step whose key is the number of an element, from 0. */
  Element: { index: 'u32', step: 'address' },

  /** A key of a Level. */
  Step: {
    key: 'text',
    /** The Ref whose value it is, or 0. */
    ref: 'address',
    /** The Level of its value, or 0. */
    level: 'address',
    /** Another Step in the same slot. */
    next: 'own address',
    /** 1 once there was a member of that key in the object being read. */
    seen: 'own u32',
  },

  /** A Ref that stands, by a map, for the value of another. */
  Mapped: { ref: 'address', from: 'address', map: 'address' },

  /** What stands for values. */
  ValueMap: {
    /** Addresses: the first MapEntry of each slot, or 0. Their number is a power of two. */
    slots: 'list',
    /** Bytes of the longest value. */
    longest: 'u32',
    /** What stands for all other values, if `hasOther`; else they stay. */
    other: 'text',
    hasOther: 'u32',
  },

  /** A value, what stands for it, and another MapEntry in the same slot, or 0. */
  MapEntry: { key: 'text', shown: 'text', next: 'address' },
} as const satisfies Readonly<Record<string, Readonly<Record<string, Kind | OwnKind>>>>;
