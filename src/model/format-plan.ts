/**
 * What the kernel needs to know to turn logs into syslog frames: plain data, because it crosses the thread boundary.
 * Project and logstore names are already literals here; only what changes from log to log is a field reference.
 */

/**
 * Where a template part finds its value in a log. A content's key with dots in it (`event.userIdentity.userName`) also leads into the
 * JSON of the content that is named before the first dot. Names are those of members, numbers those of elements of arrays, from 0. A content of
 * exactly that key comes first. Where a name has dots itself, `path` is the way: the content, then the names.
 *
 * Some values are made: the log's time in unix seconds or milliseconds; the event's time in milliseconds; its rating (the severity of LEEF and CEF,
 * 1 for debug to 10 for emerg); and its id. The id is a prefix and then `shard/cursor/index`: the same whenever the log is read again.
 */
export type FieldRef =
  | FoundField
  | { readonly kind: 'time' | 'timeMs' | 'eventMs' | 'rating' }
  | MappedField
  | { readonly kind: 'eventId'; readonly prefix: string };

/** A field that is in the log as it came, not made from it. */
export type FoundField =
  | { readonly kind: 'topic' | 'source' }
  | { readonly kind: 'tag'; readonly key: string }
  | { readonly kind: 'content'; readonly key: string; readonly path?: readonly string[] };

/** What stands in one of the plan's maps for the value of a field as it is shown; nothing for an empty one. Only in templates. */
export interface MappedField {
  readonly kind: 'mapped';
  readonly map: string;
  readonly of: FoundField;
}

/** Values of 1 to 1,024 bytes, each once, with what stands for them (at most 1,024 bytes, perhaps nothing). */
export interface ValueMap {
  readonly entries: readonly (readonly [value: string, shown: string])[];
  /** What stands for all other values; undefined: they stay as they are. */
  readonly other: string | undefined;
}

/** A literal, or the first non-empty of several fields. Parts are concatenated. */
export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly refs: readonly FieldRef[]; readonly fallback: string };

export type Template = readonly TemplatePart[];

/**
 * How one message is told from the next: by its length before it (RFC 6587 §3.4.1) or by a trailer behind it (§3.4.2), of at most 8 bytes
 * of ASCII; none where every message travels by itself. With a `command`, at most 24 bytes of ASCII, every message is that, its length, a space,
 * the message, and the trailer.
 */
export type Framing = 'octet-counting' | { readonly trailer: string; readonly command?: string };

export const LINE_FEED: Framing = { trailer: '\n' };
/** The connection puts the number of the command over the zeros: which it is depends on the session (librelp's relp.md: TXNR is 1*9DIGIT). */
export const RELP: Framing = { command: '000000000 syslog ', trailer: '\n' };

/**
 * What happens to CR and LF inside a message: `\n` as two characters, a space, `#012`, or untouched (where framing does without them). With
 * `split` each line of a key=value or raw body is a message with the whole header, empty ones left out; JSON, LEEF, CEF and quotes are escaped.
 */
export type NewlinePolicy = 'escape' | 'space' | 'octal' | 'keep' | 'split';

/** A parameter of structured data, or a member of a body. */
export interface Member {
  readonly name: string;
  readonly value: Template;
}

export interface DataElement {
  readonly id: string;
  readonly params: readonly Member[];
}

/** How local time runs: from a moment (unix seconds, ascending, the first 0) so many minutes ahead of UTC (-1439 to 1439). */
export interface Zone {
  /** IANA name, or an offset such as `+08:00`. */
  readonly name: string;
  readonly shifts: readonly { readonly from: number; readonly minutes: number }[];
}

/** Unix time in a unit (with or without a fraction), ISO 8601, or the common log format's `04/Nov/2026:22:13:20 +0800`. */
export type TimeFormat = 's' | 'ms' | 'us' | 'ns' | 'iso8601' | 'clf';

/**
 * When an event happened, if not at the log's own time: what TIMESTAMP, `devTime` and `rt` say. A value that can't be read, or is not
 * between 1970 and 2106, leaves the log's own time.
 */
export interface EventTimePlan {
  readonly ref: FoundField;
  readonly format: TimeFormat;
  /** The zone of values that do not say theirs; undefined: UTC. */
  readonly zone: Zone | undefined;
}

/**
 * RFC 5424 §6.2, or the older RFC 3164 §4.1 (APP-NAME is its TAG, and without a template
 * for it there is no TAG), or nothing at all before the body (but the BOM). Every field is sanitised to PRINTUSASCII and cut to the
 * RFC's byte limit by the kernel; empty becomes `-`.
 */
export interface HeaderPlan {
  readonly style: 'rfc5424' | 'rfc3164' | 'none';
  /** RFC 3164: `Nov  4 22:13:20`, the time as RFC 5424 has it, or `Nov  4 2026 22:13:20`. A log without time is of 1970. */
  readonly dialect: 'bsd' | 'iso8601' | 'year';
  /** The zone of TIMESTAMP; undefined: UTC, written as `Z` where the format has a zone. */
  readonly zone: Zone | undefined;
  /** facility × 8 + severity, 0..191. */
  readonly priority: number;
  /** Fraction digits of TIMESTAMP; truncated, never rounded. */
  readonly fractionDigits: 0 | 3 | 6;
  readonly hostname: Template;
  readonly appName: Template;
  readonly procId: Template;
  readonly msgId: Template;
  /** RFC 5424 §6.3. Names and ids are valid already; values may be anything. */
  readonly structuredData: readonly DataElement[];
  /** U+FEFF before the body. */
  readonly bom: boolean;
}

/** Values count as absent when they are empty, and are compared as the bytes they are. */
export type Condition =
  | { readonly op: 'all' | 'any'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition }
  | { readonly op: 'exists'; readonly ref: FieldRef }
  | {
      readonly op: 'equals' | 'prefix' | 'suffix' | 'contains';
      readonly ref: FieldRef;
      readonly values: readonly string[];
      /** The letters A to Z count as a to z. */
      readonly ignoreCase?: true;
    }
  /** Something in the value, read as UTF-8, matches; RE2 syntax, so that no value takes more than linear time. */
  | { readonly op: 'regex'; readonly ref: FieldRef; readonly pattern: string }
  /** The value is an IPv4 or IPv6 address (RFC 4291 §2.2) in one of the ranges. */
  | { readonly op: 'cidr'; readonly ref: FieldRef; readonly ranges: readonly IpRange[] }
  /** Holds for this share (0 to 1) of all values: by a hash, so that the same value is always in or always out. */
  | { readonly op: 'sample'; readonly ref: FieldRef; readonly share: number }
  /** Holds only for plain decimal numbers of at most 15 digits. */
  | { readonly op: 'lt' | 'le' | 'gt' | 'ge'; readonly ref: FieldRef; readonly number: number };

/** 16 bytes, IPv4 as `::ffff:a.b.c.d`, of which the first `bits` (0 to 128, IPv4: 96 to 128) count. */
export interface IpRange {
  readonly address: readonly number[];
  readonly bits: number;
}

/** The first rule that holds decides. */
export interface PriorityRule {
  readonly when: Condition;
  readonly priority: number;
}

/** `sep key=value` for topic, source, tags and contents, as the old sample wrote it. */
export interface KeyValueBodyPlan {
  readonly kind: 'kv';
  /** Written before every pair, also the first. Any bytes but NUL, CR, LF; 1 to 16 bytes; with quotes only ASCII. */
  readonly separator: string;
  /**
   * `whenNeeded`: a value with a space, a control character, `"`, `=`, `\` or a character of the separator in it stands in quotes, `"` and
   * `\` in it behind a `\`; in names such characters become `_`, and an empty name is `_`. With `none` all is as it is.
   */
  readonly quote: 'none' | 'whenNeeded' | 'always';
}

/** Members whose value is empty are left out. What `rest` does not name is never shown, also when no member has a value. */
export interface JsonBodyPlan {
  readonly kind: 'json';
  readonly members: readonly Member[];
  /** What follows the members: nothing, all contents without a member of the same name, or also time, topic, source and tags. */
  readonly rest: 'none' | 'contents' | 'all';
  /** Values that hold a JSON object or array (at most 63 levels deep) become one instead of text with JSON in it. */
  readonly expand: boolean;
}

/** One value and nothing else. */
export interface RawBodyPlan {
  readonly kind: 'raw';
  readonly value: Template;
}

interface PairsBodyPlan {
  readonly vendor: Template;
  readonly product: Template;
  readonly version: Template;
  readonly eventId: Template;
  readonly members: readonly Member[];
  /**
   * Whether all contents follow, each under its own name made of letters, digits and `_`. The name is `sls_name` if a member or the kernel
   * has it already, and `name_2` … if it came before in this log. The kernel remembers the first 12,288 names of a log.
   */
  readonly rest: 'none' | 'contents';
}

/** LEEF 1.0 or 2.0, EventID of at most 255 bytes; `devTime` and `sev` are written by the kernel. */
export interface LeefBodyPlan extends PairsBodyPlan {
  readonly kind: 'leef';
  readonly format: '1.0' | '2.0';
  /** One ASCII character; TAB for 1.0. */
  readonly delimiter: string;
}

/** CEF 0 or 1, the fields of its header at most 63, 63, 31, 1023 and 512 bytes (before escapes); the severity and `rt` are written by the kernel. */
export interface CefBodyPlan extends PairsBodyPlan {
  readonly kind: 'cef';
  readonly format: '0' | '1';
  readonly name: Template;
  /** Names that no content may have, beside those of the members: one of these is `sls_` and its name. */
  readonly reserved: readonly string[];
}

export type BodyPlan = KeyValueBodyPlan | JsonBodyPlan | RawBodyPlan | LeefBodyPlan | CefBodyPlan;

/** What happens to messages (header included, framing not) of more bytes than a receiver takes. */
export interface SizePlan {
  /** 1024 to 131072. */
  readonly maxBytes: number;
  /**
   * `deadLetter`: given to the host with its reason, instead of a frame. `split`: parts `1/n` to `n/n` with the whole header and the id of
   * the event: a JSON object with a piece of the text each; LEEF and CEF with their own header, cut between members where possible.
   * Other bodies follow `[part 1/n id=…] `. Where the header leaves no room for that (or has more than 8 KiB) the message is cut.
   */
  readonly over: 'truncate' | 'drop' | 'deadLetter' | 'split';
  /** Before `shard/cursor/index` in the id that parts share. */
  readonly idPrefix: string;
  /**
   * What a message that was cut ends with: printable ASCII, at most 32 bytes, nothing that means something to the body. JSON has a last
   * member `"_truncated": true` instead. Empty for none.
   */
  readonly marker: string;
  /** Contents whose values are shortened first, in this order and no further than it takes; at most 16. */
  readonly trimFirst: readonly string[];
}

/** A field that a body may write on its own: the time and its nanoseconds too. */
export type BodyField =
  | { readonly kind: 'topic' | 'source' | 'time' | 'timeNs' }
  | { readonly kind: 'tag' | 'content'; readonly key: string };

/**
 * What becomes of the fields that a body writes on its own: all of key=value, what follows the members of JSON, LEEF and CEF. Members and
 * templates find every field under its own name, also those that are dropped.
 */
export interface ShapePlan {
  /** Each field once, at most 1,024; with a name of 1 to 255 bytes, no control characters, where it is not its own. */
  readonly fields: readonly { readonly field: BodyField; readonly drop: boolean; readonly name: string | undefined }[];
  /** Fields that are not in the list are not written. */
  readonly dropOthers: boolean;
  /** Fields without a value are not written. */
  readonly dropEmpty: boolean;
  /** Tags have their names without `__tag__:`, but in JSON where a member has that name. */
  readonly stripTags: boolean;
  /** These are written before all others, in this order; at most 64. */
  readonly order: readonly BodyField[];
}

/**
 * Fields whose values leave the kernel only in another form: in bodies, templates and titles alike. Conditions and the event's time see
 * what is in the log. Nothing leads into the JSON of such a field; an empty value stays empty.
 */
export interface MaskPlan {
  /** Each field once, at most 256. The key of a content has no dots. */
  readonly fields: readonly { readonly field: FoundField; readonly as: MaskForm }[];
  /** The key of HMAC-SHA-256, for values that are hashed. */
  readonly key: Uint8Array;
  /** Hexadecimal digits that are kept of a hash, from the first: 16 to 64. */
  readonly digits: number;
}

/**
 * `****`, perhaps between the first and last few characters (at most 32 each) of a value of which at least half is hidden then; or a hash.
 */
export type MaskForm =
  { readonly kind: 'stars'; readonly first: number; readonly last: number } | { readonly kind: 'hash' };

export interface FormatPlan {
  /** By name. */
  readonly maps: Readonly<Record<string, ValueMap>>;
  readonly framing: Framing;
  readonly newline: NewlinePolicy;
  readonly header: HeaderPlan;
  /** Undefined: the log's own time. */
  readonly eventTime: EventTimePlan | undefined;
  readonly body: BodyPlan;
  /** Undefined: all fields, as they are. */
  readonly shape: ShapePlan | undefined;
  /** Undefined: all values as they are. */
  readonly masks: MaskPlan | undefined;
  /** Logs for which it does not hold are not sent. */
  readonly include: Condition | undefined;
  /** Logs for which it holds are not sent. */
  readonly exclude: Condition | undefined;
  readonly rules: readonly PriorityRule[];
  readonly size: SizePlan | undefined;
}
