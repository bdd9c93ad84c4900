/** What a plan says of header fields and of what bodies write: laid out as plan.ts says. */

/** Beside the refs from REF_TOPIC to REF_CONTENT (plan-refs.ts): what bodies write of a log's time. */
export const SHAPE_TIME: u32 = 4;
export const SHAPE_TIME_NS: u32 = 5;

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

export const SEGMENT_SIZE: usize = offsetof<Segment>();
export const MEMBER_SIZE: usize = offsetof<Member>();
export const TITLE_SIZE: usize = offsetof<Title>();
export const PART_SIZE: usize = offsetof<Part>();
export const TEXT_SIZE: usize = offsetof<Text>();
export const SHAPE_SIZE: usize = offsetof<Shape>();
export const MASKED_REF_SIZE: usize = offsetof<MaskedRef>();
