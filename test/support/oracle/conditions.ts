import type { Condition, FormatPlan } from '../../../src/model/format-plan.js';
import { lookUp, type Event } from './fields.js';

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
  // One character for each byte.
  const value = Buffer.from(lookUp(condition.ref, event)).toString('latin1');
  if (condition.op === 'exists') return value !== '';
  if ('number' in condition) return compare(condition.op, value, condition.number);
  return condition.values
    .map((text) => Buffer.from(text).toString('latin1'))
    .some((text) => {
      if (condition.op === 'equals') return value === text;
      if (condition.op === 'prefix') return value.startsWith(text);
      return condition.op === 'suffix' ? value.endsWith(text) : value.includes(text);
    });
}

function compare(op: 'lt' | 'le' | 'gt' | 'ge', value: string, other: number): boolean {
  if (!/^-?\d+(\.\d+)?$/.test(value) || value.replace(/\D/g, '').length > 15) return false;
  const number = Number(value);
  if (op === 'lt') return number < other;
  if (op === 'le') return number <= other;
  return op === 'gt' ? number > other : number >= other;
}
