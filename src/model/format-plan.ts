/**
 * What the kernel needs to know to turn logs into syslog frames: plain data, because it crosses the thread boundary.
 * Project and logstore names are already literals here; only what changes from log to log is a field reference.
 */

/** Where a template part finds its value in a log. */
export type FieldRef =
  | { readonly kind: 'topic' }
  | { readonly kind: 'source' }
  | { readonly kind: 'tag'; readonly key: string }
  | { readonly kind: 'content'; readonly key: string };

/** A literal, or the first non-empty of several fields. Parts are concatenated. */
export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  | { readonly kind: 'field'; readonly refs: readonly FieldRef[]; readonly fallback: string };

export type Template = readonly TemplatePart[];

/** How one message is told from the next on a stream (RFC 6587 §3.4.1, §3.4.2). */
export type Framing = 'lf' | 'octet-counting';

/** What happens to CR and LF inside a message: `\n` as two characters, a space, `#012`, or untouched (octet counting only). */
export type NewlinePolicy = 'escape' | 'space' | 'octal' | 'keep';

/** RFC 5424 §6.2. Every field is sanitised to PRINTUSASCII and cut to the RFC's byte limit by the kernel; empty becomes `-`. */
export interface HeaderPlan {
  /** facility × 8 + severity, 0..191. */
  readonly priority: number;
  /** Fraction digits of TIMESTAMP; truncated, never rounded. */
  readonly fractionDigits: 0 | 3 | 6;
  readonly hostname: Template;
  readonly appName: Template;
  readonly procId: Template;
  readonly msgId: Template;
}

/** `sep key=value` for topic, source, tags and contents, as the old sample wrote it. */
export interface KeyValueBodyPlan {
  readonly kind: 'kv';
  /** Written before every pair, also the first. Any bytes but NUL, CR, LF; 1 to 16 bytes. */
  readonly separator: string;
}

export interface FormatPlan {
  readonly framing: Framing;
  readonly newline: NewlinePolicy;
  readonly header: HeaderPlan;
  readonly body: KeyValueBodyPlan;
}
