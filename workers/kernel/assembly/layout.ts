/** Made by build.mjs from ../layout.ts and ../layout-values.ts, which say what each member means. */
@unmanaged
export class Plan {
  counted: u32;
  command: usize;
  commandLength: u32;
  trailer: usize;
  trailerLength: u32;
  newline: u32;
  fractionDigits: u32;
  timeStyle: u32;
  headerPerLog: u32;
  refsPerLog: u32;
  head: usize;
  separator: usize;
  separatorLength: u32;
  refs: usize;
  refsCount: u32;
  made: usize;
  madeCount: u32;
  names: usize;
  namesCount: u32;
  roots: usize;
  rootsCount: u32;
  levels: usize;
  levelsCount: u32;
  segments: usize;
  segmentsCount: u32;
  data: usize;
  dataCount: u32;
  include: usize;
  exclude: usize;
  rules: usize;
  rulesCount: u32;
  searches: usize;
  searchesCount: u32;
  bodyKind: u32;
  prefix: usize;
  prefixLength: u32;
  titles: usize;
  titlesCount: u32;
  members: usize;
  membersCount: u32;
  rest: u32;
  reserved: usize;
  reservedCount: u32;
  taken: usize;
  takenCount: u32;
  valueMode: u32;
  titleMode: u32;
  delimiter: u32;
  expand: u32;
  budget: u32;
  overBudget: u32;
  marker: usize;
  markerLength: u32;
  trims: usize;
  trimsCount: u32;
  pieces: u32;
  partTexts: usize;
  partRef: usize;
  zone: usize;
  zoneCount: u32;
  timeRef: usize;
  timeFormat: u32;
  timeZone: usize;
  timeZoneCount: u32;
  shaped: u32;
  shapes: usize;
  shapesCount: u32;
  dropOthers: u32;
  dropEmpty: u32;
  stripTags: u32;
  order: usize;
  orderCount: u32;
  maskedRefs: usize;
  maskedRefsCount: u32;
  hashKey: usize;
  hashKeyLength: u32;
  hashDigits: u32;
  quote: u32;
  oddBytes: usize;
  mapped: usize;
  mappedCount: u32;
  samples: u32;
}
export const PLAN_SIZE: usize = offsetof<Plan>();

@unmanaged
export class Head {
  text: usize;
  textLength: u32;
  rating: u32;
}
export const HEAD_SIZE: usize = offsetof<Head>();

@unmanaged
export class Rule {
  when: usize;
  head: usize;
  behind: u32;
  slots: usize;
}
export const RULE_SIZE: usize = offsetof<Rule>();

@unmanaged
export class Condition {
  op: u32;
  ref: usize;
  items: usize;
  count: u32;
  number: usize;
}
export const CONDITION_SIZE: usize = offsetof<Condition>();

@unmanaged
export class IpRange {
  address: v128;
  bits: u32;
}
export const IP_RANGE_SIZE: usize = offsetof<IpRange>();

@unmanaged
export class Search {
  ref: usize;
  needles: usize;
  masks: usize;
  done: u32;
  hits: u32;
}
export const SEARCH_SIZE: usize = offsetof<Search>();

@unmanaged
export class Needle {
  text: usize;
  textLength: u32;
  offset: u32;
}
export const NEEDLE_SIZE: usize = offsetof<Needle>();

@unmanaged
export class Ref {
  kind: u32;
  key: usize;
  keyLength: u32;
  value: usize;
  valueLength: u32;
  slot: usize;
  isPath: u32;
}
export const REF_SIZE: usize = offsetof<Ref>();

@unmanaged
export class Found {
  value: usize;
  valueLength: u32;
}
export const FOUND_SIZE: usize = offsetof<Found>();

@unmanaged
export class Name {
  key: usize;
  keyLength: u32;
  found: usize;
  next: usize;
}
export const NAME_SIZE: usize = offsetof<Name>();

@unmanaged
export class Segment {
  literal: usize;
  literalLength: u32;
  maxLength: u32;
  parts: usize;
  partsCount: u32;
  empty: usize;
  emptyLength: u32;
  bracketed: u32;
}
export const SEGMENT_SIZE: usize = offsetof<Segment>();

@unmanaged
export class Member {
  literal: usize;
  literalLength: u32;
  parts: usize;
  partsCount: u32;
}
export const MEMBER_SIZE: usize = offsetof<Member>();

@unmanaged
export class Title {
  parts: usize;
  partsCount: u32;
  maxLength: u32;
}
export const TITLE_SIZE: usize = offsetof<Title>();

@unmanaged
export class Part {
  text: usize;
  textLength: u32;
  refs: usize;
  refsCount: u32;
}
export const PART_SIZE: usize = offsetof<Part>();

@unmanaged
export class Text {
  text: usize;
  textLength: u32;
}
export const TEXT_SIZE: usize = offsetof<Text>();

@unmanaged
export class Shape {
  kind: u32;
  key: usize;
  keyLength: u32;
  drop: u32;
  name: usize;
  nameLength: u32;
  ordered: u32;
  mask: usize;
}
export const SHAPE_SIZE: usize = offsetof<Shape>();

@unmanaged
export class Mask {
  hashed: u32;
  first: u32;
  last: u32;
  slot: usize;
}
export const MASK_SIZE: usize = offsetof<Mask>();

@unmanaged
export class MaskedRef {
  ref: usize;
  mask: usize;
}
export const MASKED_REF_SIZE: usize = offsetof<MaskedRef>();

@unmanaged
export class Trim {
  key: usize;
  keyLength: u32;
  limit: u32;
}
export const TRIM_SIZE: usize = offsetof<Trim>();

@unmanaged
export class Shift {
  from: u32;
  minutes: i32;
}
export const SHIFT_SIZE: usize = offsetof<Shift>();

@unmanaged
export class Root {
  value: usize;
  valueLength: u32;
  refs: usize;
  refsCount: u32;
  level: usize;
}
export const ROOT_SIZE: usize = offsetof<Root>();

@unmanaged
export class Level {
  steps: usize;
  stepsCount: u32;
  elements: usize;
  elementsCount: u32;
  table: usize;
  guesses: usize;
}
export const LEVEL_SIZE: usize = offsetof<Level>();

@unmanaged
export class Guess {
  text: v128;
  more: v128;
  length: u32;
  mask: u32;
  step: usize;
}
export const GUESS_SIZE: usize = offsetof<Guess>();

@unmanaged
export class Element {
  index: u32;
  step: usize;
}
export const ELEMENT_SIZE: usize = offsetof<Element>();

@unmanaged
export class Step {
  key: usize;
  keyLength: u32;
  ref: usize;
  level: usize;
  next: usize;
  seen: u32;
}
export const STEP_SIZE: usize = offsetof<Step>();

@unmanaged
export class Mapped {
  ref: usize;
  from: usize;
  map: usize;
}
export const MAPPED_SIZE: usize = offsetof<Mapped>();

@unmanaged
export class ValueMap {
  slots: usize;
  slotsCount: u32;
  longest: u32;
  other: usize;
  otherLength: u32;
  hasOther: u32;
}
export const VALUE_MAP_SIZE: usize = offsetof<ValueMap>();

@unmanaged
export class MapEntry {
  key: usize;
  keyLength: u32;
  shown: usize;
  shownLength: u32;
  next: usize;
}
export const MAP_ENTRY_SIZE: usize = offsetof<MapEntry>();

@unmanaged
export class Counts {
  filtered: u32;
  sampled: u32;
  dropped: u32;
  truncated: u32;
  empty: u32;
  bare: u32;
  untimed: u32;
}
export const COUNTS_SIZE: usize = offsetof<Counts>();

export const NEWLINE_ESCAPE: u32 = 0;
export const NEWLINE_SPACE: u32 = 1;
export const NEWLINE_OCTAL: u32 = 2;
export const NEWLINE_KEEP: u32 = 3;
export const NEWLINE_SPLIT: u32 = 4;

export const TIME_RFC5424: u32 = 0;
export const TIME_BSD: u32 = 1;
export const TIME_YEAR: u32 = 2;
export const TIME_ISO8601: u32 = 3;
export const TIME_NONE: u32 = 4;

export const FORMAT_NS: u32 = 0;
export const FORMAT_US: u32 = 3;
export const FORMAT_MS: u32 = 6;
export const FORMAT_S: u32 = 9;
export const FORMAT_ISO8601: u32 = 10;
export const FORMAT_CLF: u32 = 11;

export const BODY_KV: u32 = 0;
export const BODY_JSON: u32 = 1;
export const BODY_PAIRS: u32 = 2;
export const BODY_RAW: u32 = 3;

export const PIECE_TEXT: u32 = 0;
export const PIECE_MEMBERS: u32 = 1;
export const PIECE_JSON: u32 = 2;

export const REST_NONE: u32 = 0;
export const REST_CONTENTS: u32 = 1;
export const REST_ALL: u32 = 2;

export const QUOTE_NONE: u32 = 0;
export const QUOTE_WHEN_NEEDED: u32 = 1;
export const QUOTE_ALWAYS: u32 = 2;

export const OVER_TRUNCATE: u32 = 0;
export const OVER_DROP: u32 = 1;
export const OVER_DEAD_LETTER: u32 = 2;
export const OVER_SPLIT: u32 = 3;

export const FIELD_TOPIC: u32 = 0;
export const FIELD_SOURCE: u32 = 1;
export const FIELD_TAG: u32 = 2;
export const FIELD_CONTENT: u32 = 3;
export const FIELD_TIME: u32 = 4;
export const FIELD_TIME_NS: u32 = 5;

export const REF_TOPIC: u32 = 0;
export const REF_SOURCE: u32 = 1;
export const REF_TAG: u32 = 2;
export const REF_CONTENT: u32 = 3;
export const REF_TIME: u32 = 4;
export const REF_TIME_MS: u32 = 5;
export const REF_RATING: u32 = 6;
export const REF_EVENT_ID: u32 = 7;
export const REF_EVENT_MS: u32 = 8;
export const REF_MAPPED: u32 = 9;

export const OP_ALL: u32 = 0;
export const OP_ANY: u32 = 1;
export const OP_NOT: u32 = 2;
export const OP_EXISTS: u32 = 3;
export const OP_EQUALS: u32 = 4;
export const OP_PREFIX: u32 = 5;
export const OP_SUFFIX: u32 = 6;
export const OP_CONTAINS: u32 = 7;
export const OP_LT: u32 = 8;
export const OP_LE: u32 = 9;
export const OP_GT: u32 = 10;
export const OP_GE: u32 = 11;
export const OP_REGEX: u32 = 12;
export const OP_CIDR: u32 = 13;
export const OP_SAMPLE: u32 = 14;
export const OP_IGNORING_CASE: u32 = 16;

export const ESCAPE_PLAIN: u32 = 0;
export const ESCAPE_JSON: u32 = 1;
export const ESCAPE_LEEF_VALUE: u32 = 2;
export const ESCAPE_LEEF_TITLE: u32 = 3;
export const ESCAPE_CEF_VALUE: u32 = 4;
export const ESCAPE_CEF_TITLE: u32 = 5;
export const ESCAPE_SD_VALUE: u32 = 6;
export const ESCAPE_KV_VALUE: u32 = 7;

export const FAULT_LZ4_CORRUPT: u32 = 0;
export const FAULT_SIZE_MISMATCH: u32 = 1;
export const FAULT_SIZE_LIMIT: u32 = 2;
export const FAULT_PROTOBUF_CORRUPT: u32 = 3;

export const PATH_SLOT: u32 = 8192;
export const LEVEL_SLOTS: u32 = 64;
export const NEEDLES_PER_SEARCH: u32 = 8;
export const ORIGIN_ROOM: u32 = 512;
export const WHOLE: u32 = 4294967295;
export const TEXT_SLOTS: u32 = 64;
export const TEXT_SLOT_STEP: u32 = 5;
