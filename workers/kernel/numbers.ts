/** The numbers and sizes that the host and the kernel share. `build.mjs` makes constants of `assembly/layout.ts` from them. */

/** The fields that a body writes on its own. */
const FIELD = { topic: 0, source: 1, tag: 2, content: 3, time: 4, timeNs: 5 } as const;

/** The numbers that stand for words: the AssemblyScript constant of `NEWLINE.escape` is `NEWLINE_ESCAPE`. */
export const NUMBERS = {
  /** `split` only where the body is key=value or a single value. */
  NEWLINE: { escape: 0, space: 1, octal: 2, keep: 3, split: 4 },
  /** How TIMESTAMP is written; `year` is `bsd` with the year, `iso8601` is RFC 3339 with 1970 where the log has no time, `none` no header. */
  TIME: { rfc5424: 0, bsd: 1, year: 2, iso8601: 3, none: 4 },
  /** Units are powers of ten, as nanoseconds. */
  FORMAT: { ns: 0, us: 3, ms: 6, s: 9, iso8601: 10, clf: 11 },
  /** Each is a module of `assembly/bodies/`; `pairs`: LEEF and CEF. */
  BODY: { kv: 0, json: 1, pairs: 2, raw: 3 },
  /** How a piece of a body that goes in parts is written: as it is, as it is but from member to member, or inside a JSON string. */
  PIECE: { text: 0, members: 1, json: 2 },
  /** What follows a body's members: nothing, the contents that have no member of their own, or everything. */
  REST: { none: 0, contents: 1, all: 2 },
  QUOTE: { none: 0, whenNeeded: 1, always: 2 },
  OVER: { truncate: 0, drop: 1, deadLetter: 2, split: 3 },
  FIELD,
  /** What a Ref refers to. Everything behind `content` is made, not found; but `mapped`, which stands for what another Ref finds. */
  REF: {
    topic: FIELD.topic,
    source: FIELD.source,
    tag: FIELD.tag,
    content: FIELD.content,
    time: 4,
    timeMs: 5,
    rating: 6,
    eventId: 7,
    eventMs: 8,
    mapped: 9,
  },
  OP: {
    all: 0,
    any: 1,
    not: 2,
    exists: 3,
    equals: 4,
    prefix: 5,
    suffix: 6,
    contains: 7,
    lt: 8,
    le: 9,
    gt: 10,
    ge: 11,
    regex: 12,
    cidr: 13,
    sample: 14,
    /** Added to the others. */
    ignoringCase: 16,
  },
  /** How a text is escaped. */
  ESCAPE: { plain: 0, json: 1, leefValue: 2, leefTitle: 3, cefValue: 4, cefTitle: 5, sdValue: 6, kvValue: 7 },
  /** Why a batch can't be formatted. */
  FAULT: { lz4Corrupt: 0, sizeMismatch: 1, sizeLimit: 2, protobufCorrupt: 3 },
} as const satisfies Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What became of the logs of a batch: the kernel's Counts. */
export const COUNTS = [
  /** Logs that are not sent because of the filters, because of sampling alone, or because of their size. */
  'filtered',
  'sampled',
  'dropped',
  /** Messages that were cut, that are not sent because they have no bytes, and that show nothing of their log. */
  'truncated',
  'empty',
  'bare',
  /** Logs to be sent whose event time could not be read: the log's own stands for it. */
  'untimed',
] as const;

/** Sizes that both sides know. */
export const SIZES = {
  /** Bytes of a string inside JSON with escapes. A longer one is not looked into. */
  PATH_SLOT: 8192,
  /** Slots of a Level's table. */
  LEVEL_SLOTS: 64,
  /** Needles of one Search are bits of a byte. More in one pass, several with one bit, were far slower than several passes. */
  NEEDLES_PER_SEARCH: 8,
  /** Bytes for shard, and cursor where it is no number, in an event's id. */
  ORIGIN_ROOM: 512,
  /** `Trim.limit` of a content that is not shortened. */
  WHOLE: 0xffff_ffff,
  /** Slots of texts by their length and first byte … */
  TEXT_SLOTS: 64,
  /** … which counts so many times. */
  TEXT_SLOT_STEP: 5,
} as const;

/** One of TEXT_SLOTS places by the length and the first byte of a text: nearly every other text is told from it by that. As in assembly/slot.ts. */
export function slotOf(text: string): number {
  const bytes = new TextEncoder().encode(text);
  return (bytes.length + (bytes[0] ?? 0) * SIZES.TEXT_SLOT_STEP) % SIZES.TEXT_SLOTS;
}
