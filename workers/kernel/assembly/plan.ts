/**
 * A format plan as plan-encoder.ts lays it out in memory: every member a u32, in this order. Text is UTF-8 and followed by at least
 * 16 readable bytes.
 */

export const OCTET_COUNTING: u32 = 1;

export const NEWLINE_ESCAPE: u32 = 0;
export const NEWLINE_SPACE: u32 = 1;
export const NEWLINE_OCTAL: u32 = 2;
export const NEWLINE_KEEP: u32 = 3;

export const REF_TOPIC: u32 = 0;
export const REF_SOURCE: u32 = 1;
export const REF_TAG: u32 = 2;
export const REF_CONTENT: u32 = 3;

@unmanaged
export class Plan {
  framing: u32;
  newline: u32;
  fractionDigits: u32;
  /** 1 if a header field refers to a content: then the header differs from log to log. */
  headerPerLog: u32;
  /** `<PRI>1 `: less than 16 bytes. */
  head: usize;
  headLength: u32;
  /** 16 bytes, of which separatorLength count. */
  separator: usize;
  separatorLength: u32;
  refs: usize;
  refCount: u32;
  /** From the space after TIMESTAMP to the space before MSG. */
  segments: usize;
  segmentCount: u32;
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

/** A literal, or the first non-empty of some refs with the text as its fallback. */
@unmanaged
export class Part {
  text: usize;
  textLength: u32;
  /** Addresses of Refs. */
  refs: usize;
  refCount: u32;
}

/** A field of the log and, once looked up, where its value lies. */
@unmanaged
export class Ref {
  kind: u32;
  key: usize;
  keyLength: u32;
  value: usize;
  valueLength: u32;
}

export const SEGMENT_SIZE: usize = offsetof<Segment>();
export const PART_SIZE: usize = offsetof<Part>();
export const REF_SIZE: usize = offsetof<Ref>();

/** The plan of the batch being formatted. */
export let plan: Plan = changetype<Plan>(0);

export function usePlan(at: usize): void {
  plan = changetype<Plan>(at);
}
