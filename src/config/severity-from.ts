import type { Condition, FieldRef } from '../model/format-plan.js';
import { SEVERITIES } from './syslog-words.js';

/** A condition, and the severity (0 to 7) of the events for which it holds. */
export interface SeverityRule {
  readonly when: Condition;
  readonly severity: number;
}

/** Words that mean a severity, by its number: syslog's own, and those of Java's, Python's and others' logging. */
const LEVELS: readonly (readonly string[])[] = [
  ['emerg', 'emergency', 'panic'],
  ['alert'],
  ['crit', 'critical', 'fatal'],
  ['err', 'error', 'severe'],
  ['warning', 'warn'],
  ['notice'],
  ['info', 'information', 'informational'],
  ['debug', 'trace', 'verbose', 'fine', 'finer', 'finest'],
];

const severityOf = (name: (typeof SEVERITIES)[number]): number => SEVERITIES.indexOf(name);

/** What a field of each kind says about severity; where it says nothing, the event keeps the one it has. */
const TABLES = {
  level: (ref: FieldRef): SeverityRule[] =>
    LEVELS.map((words, severity) => ({
      when: { op: 'equals', ref, values: [...words, String(severity)], ignoreCase: true },
      severity,
    })),
  httpStatus: (ref: FieldRef): SeverityRule[] => [
    { when: within(ref, 500, 599), severity: severityOf('err') },
    { when: within(ref, 400, 499), severity: severityOf('warning') },
    { when: within(ref, 100, 399), severity: severityOf('info') },
  ],
  errorCode: (ref: FieldRef): SeverityRule[] => [{ when: { op: 'exists', ref }, severity: severityOf('warning') }],
} as const;

function within(ref: FieldRef, from: number, to: number): Condition {
  return {
    op: 'all',
    of: [
      { op: 'ge', ref, number: from },
      { op: 'le', ref, number: to },
    ],
  };
}

export type SeverityTable = keyof typeof TABLES;

export const SEVERITY_TABLES = Object.keys(TABLES) as SeverityTable[];

/** The rules that stand for `severityFrom: { field, as }`. */
export function severityRules({ field, as }: { readonly field: FieldRef; readonly as: SeverityTable }): SeverityRule[] {
  return TABLES[as](field);
}
