/** When things happen, by way of Intl and Date. */
import type { EventTimePlan, Zone } from '../../../src/model/format-plan.js';

/** Of an event; nothing if neither it nor its log has a time. */
export interface Moment {
  readonly seconds: number;
  readonly nanoseconds: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Minutes ahead of UTC, by the zone's name alone. */
function minutesAhead(zone: Zone | undefined, seconds: number): number {
  if (zone === undefined) return 0;
  return Math.floor(secondsOf(/^[+-]/.test(zone.name) ? zone.name : nameAt(zone.name, seconds)) / 60);
}

function nameAt(timeZone: string, seconds: number): string {
  const format = formats.get(timeZone) ?? new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });
  formats.set(timeZone, format);
  return format.formatToParts(seconds * 1000).find(({ type }) => type === 'timeZoneName')!.value;
}

function secondsOf(offset: string): number {
  const [, sign, hours, minutes, seconds = '0'] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(offset) ?? [];
  if (sign === undefined) return 0;
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** `2026-11-04T22:13:20.123+08:00`. */
export function rfc3339({ seconds, nanoseconds }: Moment, digits: number, zone: Zone | undefined): string {
  const minutes = minutesAhead(zone, seconds);
  const clock = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19);
  const fraction = digits === 0 ? '' : `.${String(nanoseconds).padStart(9, '0').slice(0, digits)}`;
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  const size = Math.abs(minutes);
  const offset = zone === undefined ? 'Z' : `${minutes < 0 ? '-' : '+'}${two(size / 60)}:${two(size % 60)}`;
  return clock + fraction + offset;
}

/** `Nov  4 22:13:20`, or with the year behind the day. */
export function bsdTime(seconds: number, zone: Zone | undefined, withYear: boolean): string {
  const local = new Date((seconds + minutesAhead(zone, seconds) * 60) * 1000);
  const [, day = '', month = '', year = '', clock = ''] = local.toUTCString().split(' ');
  return [month, String(Number(day)).padStart(2), ...(withYear ? [year] : []), clock].join(' ');
}

const POWERS = { s: 9, ms: 6, us: 3, ns: 0 } as const;
const LAST = 0xffff_ffff;
const TIME = String.raw`(\d\d):(\d\d)`;
const OFFSET = String.raw`(?: ?([Zz]|[+-]\d\d(?::?\d\d)?))?`;
const ISO = new RegExp(String.raw`^(\d{4})([-/])(\d\d)\2(\d\d)[Tt ]${TIME}(?::(\d\d)(?:[.,](\d+))?)?${OFFSET}$`);
const CLF = new RegExp(String.raw`^(\d\d)/([A-Z][a-z]{2})/(\d{4}):${TIME}:(\d\d)(?:[.,](\d+))?${OFFSET}$`);
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** What a value says, if it can be read. */
export function momentOf(value: string, { format, zone }: EventTimePlan): Moment | undefined {
  const text = value.replace(/^[ \t\n\r]+|[ \t\n\r]+$/g, '');
  if (format === 'iso8601') {
    const [found, year, , month, day, hour, minute, second = '0', part = '', offset] = ISO.exec(text) ?? [];
    return found === undefined
      ? undefined
      : moment([year, month, day, hour, minute, second].map(Number), part, offset, zone);
  }
  if (format === 'clf') {
    const [found, day, month = '', year, hour, minute, second, part = '', offset] = CLF.exec(text) ?? [];
    if (found === undefined) return undefined;
    const parts = [year, MONTHS.indexOf(month) + 1, day, hour, minute, second].map(Number);
    return moment(parts, part, offset, zone);
  }
  const power = POWERS[format];
  const [found, whole = '', part = ''] = /^(\d+)(?:[.,](\d+))?$/.exec(text) ?? [];
  if (found === undefined || whole.length > 19 - power) return undefined;
  const all = BigInt(whole + part.slice(0, power).padEnd(power, '0'));
  const seconds = Number(all / 1_000_000_000n);
  return seconds > LAST ? undefined : { seconds, nanoseconds: Number(all % 1_000_000_000n) };
}

function moment(
  parts: readonly number[],
  part: string,
  offset: string | undefined,
  zone: Zone | undefined,
): Moment | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const read = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
  if (read.join() !== parts.slice(0, 3).join()) return undefined;
  const isEndOfDay = hour === 24 && minute === 0 && second === 0 && Number(part) === 0;
  if ((hour > 23 && !isEndOfDay) || minute > 59 || second > 60) return undefined;
  const local = date.setUTCHours(hour, minute, second) / 1000;
  const seconds = offset === undefined ? inZone(local, zone) : local - minutesOf(offset) * 60;
  if (second === 60 && seconds % 86_400 !== 0) return undefined;
  const fits = !Number.isNaN(seconds) && seconds >= 0 && seconds <= LAST;
  return fits ? { seconds, nanoseconds: Number(part.slice(0, 9).padEnd(9, '0')) } : undefined;
}

/** NaN if it is none. */
function minutesOf(offset: string): number {
  if (/^z$/i.test(offset)) return 0;
  const [, sign, hours = '', minutes = '0'] = /^([+-])(\d\d):?(\d\d)?$/.exec(offset) ?? [];
  if (Number(hours) > 23 || Number(minutes) > 59) return Number.NaN;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function inZone(local: number, zone: Zone | undefined): number {
  const within = (seconds: number): number => Math.min(Math.max(seconds, 0), LAST);
  const first = local - minutesAhead(zone, within(local)) * 60;
  return local - minutesAhead(zone, within(first)) * 60;
}
