import { CEF_TYPES } from '../model/cef-dictionary.js';
import type { BodyPlan, FormatPlan, Framing, Member, NewlinePolicy, SizePlan, Template } from '../model/format-plan.js';
import type { FormatConfig } from './format-schema.js';
import { severityRules } from './severity-from.js';
import { maskPlan } from './mask-schema.js';
import { othersOf, shapePlan } from './shape-schema.js';
import { fillTemplate, type TemplateConfig } from './template.js';
import { zoneOf } from './time-zone.js';

interface PlanContext {
  readonly project: string;
  readonly logstore: string;
  readonly framing: Framing;
  readonly newline: NewlinePolicy;
  readonly size: SizePlan | undefined;
}

type Fill = (template: TemplateConfig) => Template;

/** The format section as the kernel wants it. */
export function toFormatPlan(format: FormatConfig, { project, logstore, ...destination }: PlanContext): FormatPlan {
  const fill: Fill = (template) => fillTemplate(template, { project, logstore });
  const { facility, severity, include, exclude, eventTime } = format;
  const byField = format.severityFrom === undefined ? [] : severityRules(format.severityFrom);
  return {
    ...destination,
    maps: format.maps,
    header: {
      style: format.header,
      dialect: format.dialect,
      zone: zoneOf(format.timeZone),
      priority: facility * 8 + severity,
      fractionDigits: format.fractionDigits,
      hostname: fill(format.hostname),
      appName: fill(format.appName),
      procId: fill(format.procId),
      msgId: fill(format.msgId),
      structuredData: Object.entries(format.structuredData).map(([id, params]) => ({
        id,
        params: members(params, fill),
      })),
      bom: format.bom,
    },
    eventTime: eventTime && { ref: eventTime.field, format: eventTime.format, zone: zoneOf(eventTime.timeZone) },
    body: bodyPlan(format, fill),
    shape: format.shape && shapePlan(format.shape),
    masks: format.shape && maskPlan(format.shape),
    include,
    exclude,
    rules: [
      ...format.rules.map((rule) => ({
        when: rule.when,
        priority: (rule.facility ?? facility) * 8 + (rule.severity ?? severity),
      })),
      ...byField.map(({ when, severity: own }) => ({ when, priority: facility * 8 + own })),
    ],
  };
}

function members(fields: Readonly<Record<string, TemplateConfig>>, fill: Fill): Member[] {
  return Object.entries(fields).map(([name, template]) => ({ name, value: fill(template) }));
}

function bodyPlan(format: FormatConfig, fill: Fill): BodyPlan {
  const { body, separator, quote, expandJson: expand } = format;
  if (body === 'kv') return { kind: 'kv', separator, quote };
  if (body === 'raw') return { kind: 'raw', value: fill(format.value) };
  const chosen = members(format.fields, fill);
  const rest = othersOf(format);
  if (body === 'json') return { kind: 'json', members: chosen, rest, expand };
  const pairs = {
    vendor: fill(format.vendor),
    product: fill(format.product),
    version: fill(format.productVersion),
    eventId: fill(format.eventId),
    members: chosen,
    rest: rest === 'none' ? ('none' as const) : ('contents' as const),
  };
  if (body === 'cef' || body === 'cef1') {
    const cef = { format: body === 'cef' ? ('0' as const) : ('1' as const), reserved: [...CEF_TYPES.keys()] };
    return { ...pairs, kind: 'cef', ...cef, name: fill(format.eventName) };
  }
  const isOld = body === 'leef1';
  return { ...pairs, kind: 'leef', format: isOld ? '1.0' : '2.0', delimiter: isOld ? '\t' : format.delimiter };
}
