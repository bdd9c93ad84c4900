/** Fields of the log that a plan refers to, and the paths into those that hold JSON: laid out as plan.ts says. */

export const REF_TOPIC: u32 = 0;
export const REF_SOURCE: u32 = 1;
export const REF_TAG: u32 = 2;
export const REF_CONTENT: u32 = 3;
export const REF_TIME: u32 = 4;
export const REF_TIME_MS: u32 = 5;
export const REF_SEVERITY: u32 = 6;
export const REF_EVENT_ID: u32 = 7;
export const REF_EVENT_MS: u32 = 8;

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
  /** 64 Guesses, one for what stands before each value, the last for all behind it. json-paths.ts writes them. */
  guesses: usize;
}

/** What stood between two values of an object in the log before, up to 32 bytes of it. */
@unmanaged
export class Guess {
  text: v128;
  more: v128;
  /** 0 for nothing, or more than that. */
  length: u32;
  /** A bit for each of the bytes. */
  mask: u32;
  /** The Step of the key in it, or 0. */
  step: usize;
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

export const REF_SIZE: usize = offsetof<Ref>();
export const NAME_SIZE: usize = offsetof<Name>();
export const ROOT_SIZE: usize = offsetof<Root>();
export const LEVEL_SIZE: usize = offsetof<Level>();
export const GUESS_SIZE: usize = offsetof<Guess>();
export const STEP_SIZE: usize = offsetof<Step>();
