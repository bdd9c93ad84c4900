/**
 * A format plan as plan-encoder.ts lays it out in memory: every member a u32, in this order. Text is UTF-8 and followed by at least
 * 16 readable bytes. What it is made of is in plan-fields.ts, plan-refs.ts and plan-rules.ts.
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

export const TRIM_SIZE: usize = offsetof<Trim>();
export const SHIFT_SIZE: usize = offsetof<Shift>();

/** The plan of the batch being formatted. */
export let plan: Plan = changetype<Plan>(0);

export function usePlan(at: usize): void {
  plan = changetype<Plan>(at);
}
