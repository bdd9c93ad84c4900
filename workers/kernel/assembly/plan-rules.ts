/** What a plan says of conditions, and of what follows from them: laid out as plan.ts says. */

/** `<PRI>1 ` (RFC 5424) or `<PRI>` (RFC 3164): less than 16 bytes. */
@unmanaged
export class Head {
  text: usize;
  length: u32;
  /** 1 to 10, rising with severity: what LEEF and CEF call severity. */
  rating: u32;
}

/** The first rule whose condition holds gives its Head. */
@unmanaged
export class Rule {
  when: usize;
  head: usize;
  /** Where several rules in a row compare one ref with texts, in the first of them: behind the last of them; else 0. */
  behind: u32;
  /** Address of 64 bits (u64): those of the texts by their length and first byte, as slotOf in slot.ts has it. */
  slots: usize;
}

/** A node of a condition's tree. */
@unmanaged
export class Condition {
  op: u32;
  /** A Ref, or the Search of a condition that looks for something inside a value. */
  ref: usize;
  /** Addresses of Conditions (and, or, not), or Texts. */
  items: usize;
  /** … of them; or bits of the needles that a Search is asked for. */
  count: u32;
  /** Where the number of a numeric comparison lies. */
  number: usize;
}

/** All that is looked for inside the value of one ref: some needles, found in one pass over it when the first condition asks. */
@unmanaged
export class Search {
  ref: usize;
  /** At most 8. */
  needles: usize;
  /** Three vectors: for the lower half of a byte, of the one behind it and of the next, a bit for each needle that has it. */
  masks: usize;
  done: u32;
  /** A bit for each needle that was found. */
  hits: u32;
}

/** A text, and which three bytes of it are looked for first. */
@unmanaged
export class Needle {
  at: usize;
  length: u32;
  offset: u32;
}

export const RULE_SIZE: usize = offsetof<Rule>();
export const SEARCH_SIZE: usize = offsetof<Search>();
export const NEEDLE_SIZE: usize = offsetof<Needle>();
