/**
 * The one layout of a format plan in the kernel's memory: its records, but those of `layout-values.ts`. The encoder writes them by the names of their members (`words` in
 * `records.ts`); `build.mjs` makes `assembly/layout.ts` from these two files and `numbers.ts`. Nothing of it is written twice by hand.
 */
import type { Kind, OwnKind } from './kinds.js';

type Members = Readonly<Record<string, Kind | OwnKind>>;

export const RECORDS = {
  Plan: {
    /** 1 if the length of each message is written before it … */
    counted: 'u32',
    /** … and before that length this text: at most 24 bytes. */
    command: 'text',
    /** At most 8 bytes. */
    trailer: 'text',
    /** One of NEWLINE. */
    newline: 'u32',
    fractionDigits: 'u32',
    /** One of TIME. */
    timeStyle: 'u32',
    /** 1 if a header field depends on the log: then the header differs from log to log. */
    headerPerLog: 'u32',
    /** 1 if anything refers to what differs from log to log. */
    refsPerLog: 'u32',
    /** The Head of a log that no rule says anything about. */
    head: 'address',
    /** Between two members of key=value: at most 16 bytes. */
    separator: 'text',
    /** Refs. */
    refs: 'list',
    /** The last of the refs: those whose value is made. */
    made: 'list',
    /** Names. */
    names: 'list',
    /** Roots. */
    roots: 'list',
    /** Levels. */
    levels: 'list',
    /** Segments, from the space after TIMESTAMP to the space before MSG (or before the structured data, where that is not nil). */
    segments: 'list',
    /** Members: structured data that depends on the log. */
    data: 'list',
    /** The Condition of the logs to send, or 0 for all. */
    include: 'address',
    /** The Condition of the logs to leave out, or 0 for none. */
    exclude: 'address',
    /** Rules. */
    rules: 'list',
    /** Searches. */
    searches: 'list',
    /** One of BODY. */
    bodyKind: 'u32',
    /** What stands before the header of LEEF and CEF. */
    prefix: 'text',
    /** Titles: members of the body's own header (LEEF, CEF), or the one value of a raw body. */
    titles: 'list',
    /** Members of the body. */
    members: 'list',
    /** What follows the members: one of REST. */
    rest: 'u32',
    /** Texts: names that others may not use. */
    reserved: 'list',
    /** Texts: names as the body has them, that no other may have without a number. */
    taken: 'list',
    /** How values are escaped: one of ESCAPE. */
    valueMode: 'u32',
    /** How members of the body's own header are escaped: one of ESCAPE. */
    titleMode: 'u32',
    /** Between two members: a single byte. */
    delimiter: 'u32',
    /** 1 if values that hold a JSON object or array become one. */
    expand: 'u32',
    /** Most bytes of a message; 0 for any. */
    budget: 'u32',
    /** What becomes of a larger message: one of OVER. */
    overBudget: 'u32',
    /** What a message that was cut ends with; in JSON the last member, with its comma. At most 32 bytes. */
    marker: 'text',
    /** Trims. */
    trims: 'list',
    /** How a part writes its piece of the body: one of PIECE. */
    pieces: 'u32',
    /** Address of four Texts: before the number of a part, before the id of its event, before its piece of the body, behind that piece. */
    partTexts: 'address',
    /** The Ref of the event's id. */
    partRef: 'address',
    /** Shifts of TIMESTAMP's zone; none: UTC. */
    zone: 'list',
    /** The Ref that says when the event happened, or 0 for the log's own time. */
    timeRef: 'address',
    /** How that Ref writes a time: one of FORMAT. */
    timeFormat: 'u32',
    /** Shifts of its zone, where a value does not name one. */
    timeZone: 'list',
    /** 1 if the members from here to `order` mean something. */
    shaped: 'u32',
    /** Shapes. */
    shapes: 'list',
    /** 1 if a body writes only fields that have a Shape. */
    dropOthers: 'u32',
    /** 1 if a body writes no empty field. */
    dropEmpty: 'u32',
    /** 1 if the names of tags have no `__tag__:` before them. */
    stripTags: 'u32',
    /** Addresses of the Shapes that are written before all others. */
    order: 'list',
    /** MaskedRefs: refs whose values are hidden before they are written. */
    maskedRefs: 'list',
    /** Of the hashes that hide values. */
    hashKey: 'text',
    /** Most hexadecimal digits of each hash. */
    hashDigits: 'u32',
    /** Whether values of key=value stand in quotes: one of QUOTE. */
    quote: 'u32',
    /** 256 bytes: 1 for each byte that only a quoted value may have. */
    oddBytes: 'address',
    /** Mappeds: refs that stand for others. */
    mapped: 'list',
    /** 1 if a filter samples. */
    samples: 'u32',
  },

  /** `<PRI>1 ` (RFC 5424) or `<PRI>` (RFC 3164): less than 16 bytes. */
  Head: {
    text: 'text',
    /** 1 to 10, rising with severity: what LEEF and CEF call severity. */
    rating: 'u32',
  },

  /** The first rule whose condition holds gives its Head. */
  Rule: {
    when: 'address',
    head: 'address',
    /** Set in the first of several rules in a row that compare one ref with texts: number of the rule behind the last of them; else 0. */
    behind: 'u32',
    /** Address of 64 bits (u64): the slots (slotOf in `numbers.ts`) of these texts. */
    slots: 'address',
  },

  /** A node of a condition's tree. */
  Condition: {
    /** One of OP, and OP.ignoringCase added for a comparison that ignores case. */
    op: 'u32',
    /** A Ref, or the Search of a condition that looks for something inside a value. */
    ref: 'address',
    /** Addresses of Conditions (all, any, not), Texts, or IpRanges. */
    items: 'address',
    /** How many items; bits of the needles that a Search is asked for; the number of a pattern; the share of a sample in 2⁻³². */
    count: 'u32',
    /** Address of the number (f64) of a numeric comparison. */
    number: 'address',
  },

  /** A range of IP addresses: 16 bytes of the address, then how many of its bits count. */
  IpRange: { address: 'v128', bits: 'u32' },

  /** All that is looked for inside the value of one ref: some needles, found in one pass over it when the first condition asks. */
  Search: {
    ref: 'address',
    /** Needles, at most NEEDLES_PER_SEARCH. */
    needles: 'address',
    /** Three vectors, for three bytes in a row: by the lower half of a byte, a bit for each needle that has it. */
    masks: 'address',
    done: 'own u32',
    /** A bit for each needle that was found. */
    hits: 'own u32',
  },

  /** A text, and which three bytes of it are looked for first. */
  Needle: { text: 'text', offset: 'u32' },

  /** A field of the log and, once looked up, where its value lies. */
  Ref: {
    /** One of REF. */
    kind: 'u32',
    key: 'text',
    value: 'own text',
    /** Where a value that is made, not found, is written. */
    slot: 'address',
    /** 1 if the value may lie inside the JSON of a Root. */
    isPath: 'u32',
  },

  /** Where the value of a Ref or a Root lies: two members of either. */
  Found: { value: 'own text' },

  /** A content that is looked for, and the Found that it goes to; one for each Ref and Root. */
  Name: {
    key: 'text',
    found: 'address',
    /** Another Name in the same slot of the table in lookup.ts. */
    next: 'own address',
  },

  /** Ready bytes, then perhaps a header field whose value depends on the log. */
  Segment: {
    literal: 'text',
    /** Most bytes of the field; 0 for no field. */
    maxLength: 'u32',
    /** Parts. */
    parts: 'list',
    /** What stands where it comes out empty … */
    empty: 'text',
    /** … unless it stands in brackets, which are left out then: the last byte before it, and the first behind. */
    bracketed: 'u32',
  },

  /** Ready bytes (a name), then a value made of Parts. */
  Member: { literal: 'text', parts: 'list' },
  /** A member of the body's own header, and the most bytes of its value. */
  Title: { parts: 'list', maxLength: 'u32' },

  /** A literal, or the first non-empty of some refs with the text as its fallback. */
  Part: {
    text: 'text',
    /** Addresses of Refs. */
    refs: 'list',
  },

  Text: { text: 'text' },

  /** What becomes of a field that a body writes on its own. */
  Shape: {
    /** One of FIELD. */
    kind: 'u32',
    /** Of a tag or content. */
    key: 'text',
    drop: 'u32',
    /** Its name in the body; at most 255 bytes, empty for its own. */
    name: 'text',
    /** 1 if it has a place in the order. */
    ordered: 'u32',
    /** The Mask that hides its value, or 0. */
    mask: 'address',
  },

  /** How values of a field are hidden. */
  Mask: {
    /** 1 for a hash; else stars between so many characters from the beginning and the end. */
    hashed: 'u32',
    first: 'u32',
    last: 'u32',
    /** Where what is shown instead is written. */
    slot: 'address',
  },

  MaskedRef: { ref: 'address', mask: 'address' },

  /** A content that is shortened first. */
  Trim: {
    key: 'text',
    /** How long it may be now, bytes: WHOLE for any length. */
    limit: 'u32',
  },

  /** From a moment in unix seconds so many minutes ahead of UTC. */
  Shift: { from: 'u32', minutes: 'i32' },
} as const satisfies Readonly<Record<string, Members>>;
