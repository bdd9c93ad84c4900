/** Words that stand for numbers. Each returns a reason instead of a value when the text is not one of them. */
export interface Wrong {
  readonly wrong: string;
}

export type Parsed<T> = T | Wrong;

export function isWrong(value: unknown): value is Wrong {
  return typeof value === 'object' && value !== null && 'wrong' in value;
}

const MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export const DURATION = /^(\d{1,9}(?:\.\d{1,3})?)\s?(ms|s|m|h|d)$/;
export const DURATION_EXPECTED = 'a duration with its unit, such as 500ms, 5s, 2m or 1h';

/** `5s`, `500ms`, `1.5m`, `2h`, `1d` → milliseconds. */
export function parseDuration(text: string): Parsed<number> {
  const [, amount, unit = ''] = DURATION.exec(text) ?? [];
  const factor = MS[unit];
  if (amount === undefined || factor === undefined) return { wrong: `expected ${DURATION_EXPECTED}` };
  return Math.round(Number(amount) * factor);
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
};

export const BYTE_SIZE = /^(\d{1,12}(?:\.\d{1,3})?)\s?(B|kB|KB|MB|GB|KiB|MiB|GiB)$/;
export const BYTE_SIZE_EXPECTED = 'a size with its unit, such as 64MiB, 500KiB or 1MB';

/** `64MiB`, `1MB`, `512B` → bytes. */
export function parseByteSize(text: string): Parsed<number> {
  const [, amount, unit = ''] = BYTE_SIZE.exec(text) ?? [];
  const factor = BYTES[unit];
  if (amount === undefined || factor === undefined) return { wrong: `expected ${BYTE_SIZE_EXPECTED}` };
  return Math.round(Number(amount) * factor);
}

/** Where a shard without a checkpoint starts: a place, a moment, or so long before now. */
export type Start = 'begin' | 'end' | { readonly unixSeconds: number } | { readonly secondsAgo: number };

/** The place or moment that a start means. @param now milliseconds since the epoch */
export function startAt(start: Start, now: number): Exclude<Start, { readonly secondsAgo: number }> {
  if (typeof start === 'string' || 'unixSeconds' in start) return start;
  return { unixSeconds: Math.max(0, Math.floor(now / 1000) - start.secondsAgo) };
}

const ISO = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?(Z|z|[+-]\d\d:?\d\d)?$/;
export const START_EXPECTED = 'begin, end, a time such as 2026-01-01T00:00:00+08:00, or an age such as -2h';

/** `begin`, `end`, an ISO 8601 time with its zone, or `-2h`. */
export function parseStart(text: string): Parsed<Start> {
  if (text === 'begin' || text === 'end') return text;
  if (text.startsWith('-')) {
    const ms = parseDuration(text.slice(1));
    return isWrong(ms) ? { wrong: `expected ${START_EXPECTED}` } : { secondsAgo: Math.floor(ms / 1000) };
  }
  return parseMoment(text);
}

function parseMoment(text: string): Parsed<Start> {
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone] = ISO.exec(text) ?? [];
  if (year === undefined || month === undefined || day === undefined) return { wrong: `expected ${START_EXPECTED}` };
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (zone === undefined) {
    return {
      wrong: `a time needs its zone, or it would mean another moment on every machine: write ${local}Z or ${local}+08:00`,
    };
  }
  const offset = zone.toUpperCase() === 'Z' ? 'Z' : `${zone.slice(0, 3)}:${zone.slice(-2)}`;
  const ms = Date.parse(local + offset);
  if (Number.isNaN(ms) || ms < 0 || !isInCalendar(local)) return { wrong: 'there is no such time' };
  return { unixSeconds: Math.floor(ms / 1000) };
}

/** Date.parse turns 30 February into March; what does not come back as it went in does not exist. */
function isInCalendar(local: string): boolean {
  const ms = Date.parse(`${local}Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(local);
}
