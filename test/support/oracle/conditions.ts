import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { Condition, FormatPlan, IpRange } from '../../../src/model/format-plan.js';
import { decodeText, lookUp, type Event } from './fields.js';

export function isWanted({ include, exclude }: FormatPlan, event: Event): boolean {
  return (include === undefined || holds(include, event)) && (exclude === undefined || !holds(exclude, event));
}

export function priorityOf({ rules, header }: FormatPlan, event: Event): number {
  return rules.find(({ when }) => holds(when, event))?.priority ?? header.priority;
}

function holds(condition: Condition, event: Event): boolean {
  if (condition.op === 'not') return !holds(condition.of, event);
  if ('of' in condition) {
    const held = condition.of.map((one) => holds(one, event));
    return condition.op === 'all' ? held.every(Boolean) : held.some(Boolean);
  }
  const bytes = lookUp(condition.ref, event);
  if (condition.op === 'regex') return asRegExp(condition.pattern).test(decodeText(bytes));
  if (condition.op === 'sample') return hashOf(bytes) < Math.floor(condition.share * 2 ** 32);
  // One character for each byte.
  const value = Buffer.from(bytes).toString('latin1');
  if (condition.op === 'cidr') return condition.ranges.some((range) => isInRange(value, range));
  if (condition.op === 'exists') return value !== '';
  if ('number' in condition) return compare(condition.op, value, condition.number);
  const { op, values, ignoreCase } = condition;
  const cased = (text: string): string =>
    ignoreCase === true ? text.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) : text;
  return values.some((wanted) => matches(op, cased(value), cased(Buffer.from(wanted).toString('latin1'))));
}

function matches(op: 'equals' | 'prefix' | 'suffix' | 'contains', value: string, text: string): boolean {
  if (op === 'equals') return value === text;
  if (op === 'prefix') return value.startsWith(text);
  return op === 'suffix' ? value.endsWith(text) : value.includes(text);
}

/** For the patterns that mean the same in both, but for `\S`: JavaScript knows more spaces, and U+FEFF is one. */
function asRegExp(pattern: string): RegExp {
  const same = pattern.replaceAll('\\S', '[^\\t\\n\\f\\r ]');
  return same.startsWith('(?i)') ? new RegExp(same.slice(4), 'iu') : new RegExp(same, 'u');
}

function isInRange(value: string, { address, bits }: IpRange): boolean {
  const isV4 = isIPv4(value);
  if (!isV4 && (!isIPv6(value) || value.includes('%'))) return false;
  const list = new BlockList();
  const isV4Range = bits >= 96 && address.slice(0, 12).join() === '0,0,0,0,0,0,0,0,0,0,255,255';
  if (isV4Range) list.addSubnet(address.slice(12).join('.'), bits - 96, 'ipv4');
  else list.addSubnet((Buffer.from(address).toString('hex').match(/.{4}/g) ?? []).join(':'), bits, 'ipv6');
  return (isV4 ? isV4Range : true) && list.check(value, isV4 ? 'ipv4' : 'ipv6');
}

function hashOf(bytes: Uint8Array): number {
  let hash = 0x811c_9dc5;
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function compare(op: 'lt' | 'le' | 'gt' | 'ge', value: string, other: number): boolean {
  if (!/^-?\d+(\.\d+)?$/.test(value) || value.replace(/\D/g, '').length > 15) return false;
  const number = Number(value);
  if (op === 'lt') return number < other;
  if (op === 'le') return number <= other;
  return op === 'gt' ? number > other : number >= other;
}
