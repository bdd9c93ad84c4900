/**
 * A format plan as plan-encoder.ts lays it out in memory: every member a u32, in this order. Text is UTF-8 and followed by at least
 * 16 readable bytes.
 */

export const NEWLINE_ESCAPE: u32 = 0;
export const NEWLINE_SPACE: u32 = 1;
export const NEWLINE_OCTAL: u32 = 2;
export const NEWLINE_KEEP: u32 = 3;
/** Only where the body is key=value or a single value. */
export const NEWLINE_SPLIT: u32 = 4;

export const TIME_BSD: u32 = 1;
/** The same with the year. */
export const TIME_YEAR: u32 = 2;
/** RFC 3339, and 1970 where the log has no time. */
export const TIME_ISO: u32 = 3;
/** No header at all. */
export const TIME_NONE: u32 = 4;

/** Times in a unit of 10⁻⁹ seconds to this power, or one of these. */
export const FORMAT_ISO8601: u32 = 10;
export const FORMAT_CLF: u32 = 11;

export const BODY_KV: u32 = 0;
export const BODY_JSON: u32 = 1;
export const BODY_RAW: u32 = 2;
export const BODY_LEEF: u32 = 3;

export const REST_CONTENTS: u32 = 1;
export const REST_ALL: u32 = 2;

export const QUOTE_ALWAYS: u32 = 2;

export const OVER_DROP: u32 = 1;
export const OVER_DEAD_LETTER: u32 = 2;
export const OVER_SPLIT: u32 = 3;

export const REF_TOPIC: u32 = 0;
export const REF_SOURCE: u32 = 1;
export const REF_TAG: u32 = 2;
export const REF_CONTENT: u32 = 3;
export const REF_TIME: u32 = 4;
export const REF_TIME_MS: u32 = 5;
export const REF_SEVERITY: u32 = 6;
export const REF_EVENT_ID: u32 = 7;
export const REF_EVENT_MS: u32 = 8;

/** Beside the refs from REF_TOPIC to REF_CONTENT: what bodies write of a log's time. */
export const SHAPE_TIME: u32 = 4;
export const SHAPE_TIME_NS: u32 = 5;

@unmanaged
export class Plan {
  /** 1 if the length of each message is written before it … */
  counted: u32;
  /** … and before that this text: at most 24 bytes. */
  command: usize;
  commandLength: u32;
  /** At most 8 bytes. */
  trailer: usize;
  trailerLength: u32;
  newline: u32;
  fractionDigits: u32;
  timeStyle: u32;
  /** 1 if a header field depends on the log: then the header differs from log to log. */
  headerPerLog: u32;
  /** 1 if anything refers to what differs from log to log. */
  refsPerLog: u32;
  /** The Head of a log that no rule says anything about. */
  head: usize;
  /** 16 bytes, of which separatorLength count. */
  separator: usize;
  separatorLength: u32;
  refs: usize;
  refCount: u32;
  /** The last of the refs: those whose value is made. */
  made: usize;
  madeCount: u32;
  names: usize;
  nameCount: u32;
  roots: usize;
  rootCount: u32;
  levels: usize;
  levelCount: u32;
  /** From the space after TIMESTAMP to the space before MSG (or before the structured data, where that is not nil). */
  segments: usize;
  segmentCount: u32;
  /** Structured data that depends on the log. */
  data: usize;
  dataCount: u32;
  /** Conditions; 0 for none. */
  include: usize;
  exclude: usize;
  rules: usize;
  ruleCount: u32;
  searches: usize;
  searchCount: u32;
  bodyKind: u32;
  /** Before the header of LEEF and CEF. */
  prefix: usize;
  prefixLength: u32;
  /** Members of the body's own header (LEEF, CEF), or the one value of a raw body. */
  titles: usize;
  titleCount: u32;
  members: usize;
  memberCount: u32;
  /** What follows the members: nothing, the contents that have no member of their own, or everything. */
  rest: u32;
  /** Texts: names that others may not use. */
  reserved: usize;
  reservedCount: u32;
  /** How values and the header's members are escaped. */
  valueMode: u32;
  titleMode: u32;
  /** Between two members: a single byte. */
  delimiter: u32;
  /** 1 if values that hold a JSON object or array become one. */
  expand: u32;
  /** Bytes of a message; 0 for any. */
  budget: u32;
  overBudget: u32;
  /** What a message that was cut ends with; in JSON the last member, with its comma. At most 32 bytes. */
  marker: usize;
  markerLength: u32;
  trims: usize;
  trimCount: u32;
  /** Four Texts: before the number of a part, before the id of its event, before its piece of the body, behind that. */
  partTexts: usize;
  /** The Ref of the event's id. */
  partRef: usize;
  /** Shifts of TIMESTAMP's zone; none: UTC. */
  zone: usize;
  zoneCount: u32;
  /** The Ref that says when it happened, or 0 for the log's own time. */
  timeRef: usize;
  timeFormat: u32;
  /** Shifts of its zone, where a value does not say it. */
  timeZone: usize;
  timeZoneCount: u32;
  /** 1 if the rest of this section means something. */
  shaped: u32;
  shapes: usize;
  shapeCount: u32;
  /** 1 if a body writes only fields that have a Shape. */
  dropOthers: u32;
  /** 1 if it writes none that are empty. */
  dropEmpty: u32;
  /** 1 if the names of tags have no `__tag__:` before them. */
  stripTags: u32;
  /** Addresses of the Shapes that are written before all others. */
  order: usize;
  orderCount: u32;
  /** Refs whose values are hidden before they are written. */
  maskedRefs: usize;
  maskedRefCount: u32;
  /** Of hashes; at most so many hexadecimal digits of each. */
  hashKey: usize;
  hashKeyLength: u32;
  hashDigits: u32;
  /** Whether values of key=value stand in quotes. */
  quote: u32;
  /** 256 bytes: 1 for those that only a quoted value may have. */
  oddBytes: usize;
  /** 1 if a filter samples. */
  samples: u32;
}

/** What becomes of a field that a body writes on its own. */
@unmanaged
export class Shape {
  /** REF_TOPIC to REF_CONTENT, SHAPE_TIME or SHAPE_TIME_NS. */
  kind: u32;
  /** Of a tag or content. */
  key: usize;
  keyLength: u32;
  drop: u32;
  /** Its name in the body; at most 255 bytes, 0 for its own. */
  name: usize;
  nameLength: u32;
  /** 1 if it has a place in the order. */
  ordered: u32;
  /** The Mask that hides its value, or 0. */
  mask: usize;
}

/** How values of a field are hidden. */
@unmanaged
export class Mask {
  /** 1 for a hash; else stars between so many characters from the beginning and the end. */
  hashed: u32;
  first: u32;
  last: u32;
  /** Where what is shown instead is written. */
  slot: usize;
}

@unmanaged
export class MaskedRef {
  ref: usize;
  mask: usize;
}

/** `<PRI>1 ` (RFC 5424) or `<PRI>` (RFC 3164): less than 16 bytes. */
@unmanaged
export class Head {
  text: usize;
  length: u32;
  /** 1 to 10, rising with severity: what LEEF and CEF call severity. */
  rating: u32;
}

/** Ready bytes, then perhaps a header field whose value depends on the log. */
@unmanaged
export class Segment {
  literal: usize;
  literalLength: u32;
  /** 0 for none. */
  maxLength: u32;
  parts: usize;
  partCount: u32;
}

/** Ready bytes (a name), then a value made of parts. */
@unmanaged
export class Member {
  literal: usize;
  literalLength: u32;
  parts: usize;
  partCount: u32;
}

/** A member of the body's own header, and the most bytes of its value. */
@unmanaged
export class Title {
  parts: usize;
  partCount: u32;
  maxLength: u32;
}

/** A literal, or the first non-empty of some refs with the text as its fallback. */
@unmanaged
export class Part {
  text: usize;
  textLength: u32;
  /** Addresses of Refs. */
  refs: usize;
  refCount: u32;
}

@unmanaged
export class Text {
  at: usize;
  length: u32;
}

/** A field of the log and, once looked up, where its value lies. */
@unmanaged
export class Ref {
  kind: u32;
  key: usize;
  keyLength: u32;
  value: usize;
  valueLength: u32;
  /** Where a value that is made, not found, is written. */
  slot: usize;
  /** 1 if the value may lie inside the JSON of a Root. */
  isPath: u32;
}

/** Where the value of a Ref or a Root lies: two members of either. */
@unmanaged
export class Found {
  value: usize;
  valueLength: u32;
}

/** A content that is looked for, and the Found that it goes to; one for each Ref and Root. */
@unmanaged
export class Name {
  key: usize;
  keyLength: u32;
  found: usize;
  /** Another one in the same slot of the table in lookup.ts, which writes it. */
  next: usize;
}

/** A content that holds JSON, and the refs into it. */
@unmanaged
export class Root {
  value: usize;
  valueLength: u32;
  /** Addresses of Refs. */
  refs: usize;
  refCount: u32;
  level: usize;
}

/** An object in JSON that refs lead into, and those of its keys that are asked for. */
@unmanaged
export class Level {
  steps: usize;
  stepCount: u32;
  /** 64 addresses: the first Step of each slot, or 0. json-paths.ts writes it. */
  table: usize;
}

@unmanaged
export class Step {
  key: usize;
  keyLength: u32;
  /** The Ref whose value it is, or 0. */
  ref: usize;
  /** The Level of its value, or 0. */
  level: usize;
  /** Another one in the same slot. */
  next: usize;
  /** 1 once there was a member of that key in the object being read. */
  seen: u32;
}

/** A content that is shortened first, and how long it may be now: 2³² - 1 for any length. */
@unmanaged
export class Trim {
  key: usize;
  keyLength: u32;
  limit: u32;
}

/** From a moment in unix seconds so many minutes ahead of UTC. */
@unmanaged
export class Shift {
  from: u32;
  minutes: i32;
}

/** The first rule whose condition holds gives its Head. */
@unmanaged
export class Rule {
  when: usize;
  head: usize;
}

/** A node of a condition's tree. */
@unmanaged
export class Condition {
  op: u32;
  /** A Ref, or the Search of a condition that looks for something inside a value. */
  ref: usize;
  /** Addresses of Conditions (and, or, not), or Texts. */
  items: usize;
  count: u32;
  /** Where the number of a numeric comparison lies, or the bits (u64) of the needles that a Search is asked for. */
  number: usize;
}

/** All that is looked for inside the value of one ref: at most 64 needles, found in one pass over it when the first condition asks. */
@unmanaged
export class Search {
  ref: usize;
  needles: usize;
  needleCount: u32;
  /** Four vectors: for the low and the high nibble of a byte, and of the one behind it, a bit for each of 8 sets of needles that have it. */
  masks: usize;
  done: u32;
  /** Two u32: a bit for each needle that was found. */
  hits: usize;
}

/** A text, and which two bytes of it are looked for first. */
@unmanaged
export class Needle {
  at: usize;
  length: u32;
  offset: u32;
}

export const SEGMENT_SIZE: usize = offsetof<Segment>();
export const MEMBER_SIZE: usize = offsetof<Member>();
export const TITLE_SIZE: usize = offsetof<Title>();
export const PART_SIZE: usize = offsetof<Part>();
export const REF_SIZE: usize = offsetof<Ref>();
export const NAME_SIZE: usize = offsetof<Name>();
export const LEVEL_SIZE: usize = offsetof<Level>();
export const STEP_SIZE: usize = offsetof<Step>();
export const ROOT_SIZE: usize = offsetof<Root>();
export const NEEDLE_SIZE: usize = offsetof<Needle>();
export const SEARCH_SIZE: usize = offsetof<Search>();
export const RULE_SIZE: usize = offsetof<Rule>();
export const TRIM_SIZE: usize = offsetof<Trim>();
export const SHIFT_SIZE: usize = offsetof<Shift>();
export const SHAPE_SIZE: usize = offsetof<Shape>();
export const MASKED_REF_SIZE: usize = offsetof<MaskedRef>();
export const TEXT_SIZE: usize = offsetof<Text>();

/** The plan of the batch being formatted. */
export let plan: Plan = changetype<Plan>(0);

export function usePlan(at: usize): void {
  plan = changetype<Plan>(at);
}
