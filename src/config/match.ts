import { RE2JS } from 're2js';
import { z } from 'zod';
import { ipBytes } from '../flow/ip-address.js';
import type { IpRange } from '../model/format-plan.js';
import { quoted } from './problem.js';
import type { Parsed } from './scalars.js';

/** What a condition's values may be beyond plain text. */

const V4 = z.ipv4();
const V6 = z.ipv6();
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255];

export const RANGE_EXPECTED = 'an address range such as 10.0.0.0/8 or 2001:db8::/32';

/** `10.0.0.0/8`, `2001:db8::/32`, or a single address. */
export function parseRange(text: string): Parsed<IpRange> {
  const [, address = '', length] = /^([^/]*)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const isV4 = V4.safeParse(address).success;
  if (!isV4 && !V6.safeParse(address).success) return { wrong: `expected ${RANGE_EXPECTED}` };
  const most = isV4 ? 32 : 128;
  const bits = length === undefined ? most : Number(length);
  if (bits > most) return { wrong: `${quoted(text)} has a prefix of more than ${most} bits` };
  const bytes = ipBytes(address);
  const range = isV4 ? { address: [...MAPPED, ...bytes], bits: bits + 96 } : { address: bytes, bits };
  return isExact(range)
    ? range
    : { wrong: `${quoted(text)} has bits beyond its prefix; write the first address of the range` };
}

/** Nothing is set behind the prefix: `10.1.2.3/8` is more often a slip than a range. */
function isExact({ address, bits }: IpRange): boolean {
  return address.every((byte, index) => (byte & (0xff >> Math.min(8, Math.max(0, bits - index * 8)))) === 0);
}

export const PATTERN_EXPECTED = 'a regular expression (RE2 syntax)';
const MAX_PATTERN = 1000;

/**
 * RE2 has no look-around and no references back to groups; what is left takes linear time, whatever the text.
 * @returns the pattern as it was written.
 */
export function parsePattern(text: string): Parsed<string> {
  if (text === '') return { wrong: `expected ${PATTERN_EXPECTED}` };
  if (text.length > MAX_PATTERN) return { wrong: `a pattern of more than ${MAX_PATTERN} characters` };
  try {
    RE2JS.compile(text);
    return text;
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message.replace(/^error parsing regexp: /, '') : String(thrown);
    const hint = /\(\?<?[=!]|\\[1-9]/.test(text) ? '; look-around and \\1 are not supported' : '';
    return { wrong: `can't be read as a regular expression: ${reason}${hint}` };
  }
}
