import { z } from 'zod';
import { quoted } from './problem.js';
import {
  BYTE_SIZE,
  BYTE_SIZE_EXPECTED,
  DURATION,
  DURATION_EXPECTED,
  isWrong,
  parseByteSize,
  parseDuration,
} from './scalars.js';
import type { Parsed, Wrong } from './scalars.js';

/** What an error line needs to know of a leaf beyond its type. */
export const hints = z.registry<{
  /** Completes "expected …". */
  readonly expects?: string;
  /** Never show the value. */
  readonly secret?: boolean;
}>();

/**
 * Text that `parse` turns into a value.
 * @param json what the JSON Schema says beyond `type: string`, so that editors can mark what can't be right
 */
export function parsed<T>(
  expects: string,
  parse: (text: string) => Parsed<T>,
  json: Readonly<Record<string, unknown>> = {},
) {
  const input = z.string().meta(json);
  hints.add(input, { expects });
  return input.transform((raw, context): Exclude<T, Wrong> => {
    const value = parse(raw);
    if (!isWrong(value)) return value as Exclude<T, Wrong>;
    // "expected …" leaves open what was there; every other reason speaks for itself, and may concern a password.
    const message = value.wrong.startsWith('expected ') ? `${value.wrong}, got ${got(raw)}` : value.wrong;
    context.issues.push({ code: 'custom', message, input: raw });
    return z.NEVER;
  });
}

const got = (raw: string): string => (raw === '' ? 'empty text' : quoted(raw));

/** A duration in milliseconds between two others. */
export function duration(min: string, max: string) {
  return parsed(DURATION_EXPECTED, (text) => within(parseDuration(text), parseDuration, min, max), {
    pattern: DURATION.source,
  });
}

/** A size in bytes between two others. */
export function byteSize(min: string, max: string) {
  return parsed(BYTE_SIZE_EXPECTED, (text) => within(parseByteSize(text), parseByteSize, min, max), {
    pattern: BYTE_SIZE.source,
  });
}

function within(
  value: Parsed<number>,
  parse: (text: string) => Parsed<number>,
  min: string,
  max: string,
): Parsed<number> {
  if (isWrong(value)) return value;
  const inside = value >= Number(parse(min)) && value <= Number(parse(max));
  return inside ? value : { wrong: `must be between ${min} and ${max}` };
}

/** A whole number; text made of digits counts, because `${VAR}` always brings text. */
export function integer(min: number, max: number) {
  const number = z.int().min(min).max(max);
  hints.add(number, { expects: `a whole number from ${min} to ${max}` });
  return z.preprocess((raw) => (typeof raw === 'string' && /^-?\d{1,15}$/.test(raw) ? Number(raw) : raw), number);
}

/** true or false, also as text. */
export function flag() {
  const boolean = z.boolean();
  hints.add(boolean, { expects: 'true or false' });
  return z.preprocess((raw) => (raw === 'true' ? true : raw === 'false' ? false : raw), boolean);
}

/** Text that matches a rule in words. */
export function named(pattern: RegExp, rule: string) {
  const text = z.string().regex(pattern, { error: rule });
  hints.add(text, { expects: rule });
  return text;
}

/** One text, or a list of them without repetitions; always a list as a value. */
export function oneOrMany<S extends z.ZodType>(entry: S, expects: string, most: number) {
  const list = z
    .array(entry)
    .min(1)
    .max(most)
    .meta({ [ONE_OR_MANY]: true });
  hints.add(list, { expects });
  return z.preprocess((raw) => (typeof raw === 'string' ? [raw] : raw), list);
}

/** Marks a list for the JSON Schema, where its entry may stand alone. */
export const ONE_OR_MANY = 'oneOrMany';

/** Text that is never shown. */
export function secret() {
  const text = z.string();
  hints.add(text, { secret: true });
  return text;
}

/** Pauses between tries. */
export const retry = (initial: string, max: string) =>
  z
    .strictObject({
      initial: duration('1ms', '1m')
        .prefault(initial)
        .describe('First pause after a failure; doubles with every further one.'),
      max: duration('10ms', '10m').prefault(max).describe('Longest pause between two tries.'),
    })
    .prefault({});
