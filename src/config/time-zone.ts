import type { Zone } from '../model/format-plan.js';
import { quoted } from './problem.js';
import type { Parsed } from './scalars.js';
import { didYouMean } from './suggest.js';

export const ZONE_EXPECTED = 'UTC, an IANA time zone such as Asia/Shanghai, or an offset such as +08:00';

const UTC = /^(?:utc|z|gmt|etc\/utc|etc\/gmt)$/i;
const OFFSET = /^([+-])([01]\d|2[0-3]):([0-5]\d)$/;

/** The name of a zone there is. */
export function parseZone(name: string): Parsed<string> {
  if (UTC.test(name) || OFFSET.test(name)) return name;
  if (name === '') return { wrong: `expected ${ZONE_EXPECTED}` };
  try {
    longOffset(name);
    return name;
  } catch {
    const near = didYouMean(name, Intl.supportedValuesOf('timeZone'));
    return { wrong: `unknown time zone ${quoted(name)}${near}${near === '' ? ` (${ZONE_EXPECTED})` : ''}` };
  }
}

const zones = new Map<string, Zone>();

/** Its shifts over all times a log can have (1970 to 2106), as this Node knows them; undefined for UTC. */
export function zoneOf(name: string): Zone | undefined {
  if (UTC.test(name)) return undefined;
  const zone = zones.get(name) ?? { name, shifts: shiftsOf(name) };
  zones.set(name, zone);
  return zone;
}

function shiftsOf(name: string): Zone['shifts'] {
  const [, sign, hours, minutes] = OFFSET.exec(name) ?? [];
  if (sign === undefined) return shiftsByIntl(longOffset(name));
  return [{ from: 0, minutes: (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) }];
}

const WEEK = 7 * 86_400;
const LAST = 0xffff_ffff;

/** No zone has ever shifted and shifted back within a week. */
function shiftsByIntl(format: Intl.DateTimeFormat): Zone['shifts'] {
  let minutes = minutesAt(format, 0);
  const shifts = [{ from: 0, minutes }];
  for (let before = 0; before < LAST;) {
    const behind = Math.min(before + WEEK, LAST);
    if (minutesAt(format, behind) === minutes) {
      before = behind;
      continue;
    }
    before = firstChange(format, before, behind, minutes);
    minutes = minutesAt(format, before);
    shifts.push({ from: before, minutes });
  }
  return shifts;
}

/** The first second in (`before`, `behind`] that has another offset. */
function firstChange(format: Intl.DateTimeFormat, before: number, behind: number, minutes: number): number {
  let [low, high] = [before, behind];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (minutesAt(format, middle) === minutes) low = middle;
    else high = middle;
  }
  return high;
}

const longOffset = (timeZone: string): Intl.DateTimeFormat =>
  new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' });

/** RFC 3339 knows no seconds in offsets; Liberia's until 1972 are rounded down. */
function minutesAt(format: Intl.DateTimeFormat, seconds: number): number {
  const text = format.format(seconds * 1000);
  const [, sign, hours, minutes, rest = '0'] = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text) ?? [];
  const size = Number(hours) * 60 + Number(minutes) + Number(rest) / 60;
  return sign === undefined ? 0 : Math.floor(sign === '-' ? -size : size);
}
