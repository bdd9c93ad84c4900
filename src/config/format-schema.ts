import { z } from 'zod';
import { condition, field } from './condition.js';
import { flag, parsed } from './leaves.js';
import { DEFAULT_PRESET, PRESET_NAMES, withPreset } from './presets.js';
import { type Parsed } from './scalars.js';
import { checkMasks } from './mask-schema.js';
import { checkShape, shape } from './shape-schema.js';
import { didYouMean } from './suggest.js';
import type { Condition } from '../model/format-plan.js';
import { checkMaps, maps } from './value-maps-schema.js';
import { whyImpossible } from './impossible.js';
import { SEVERITY_TABLES } from './severity-from.js';
import { FACILITIES, SEVERITIES } from './syslog-words.js';
import { parseFoundRef, parseTemplate } from './template.js';
import { parseZone, ZONE_EXPECTED } from './time-zone.js';
import type { Say } from './problem.js';

/** How an event looks: the section `format` of a pipeline. */

const section = z.strictObject;

const anyTemplate = () => parsed('text with %{fields} in it', parseTemplate);

const template = (name: string) =>
  anyTemplate().describe(
    `RFC 5424 ${name}. Text with fields: %{name}, %{name|other:-fallback}; names are __topic__, __source__, __tag__:KEY, __project__, __logstore__ or any field of the log. Empty becomes "-".`,
  );

const word = (kind: string, words: readonly string[]) =>
  parsed(
    `a ${kind} by name or number`,
    (text): Parsed<number> => {
      const number = /^\d{1,2}$/.test(text) ? Number(text) : words.indexOf(text);
      if (number >= 0 && number < words.length) return number;
      return { wrong: `unknown ${kind}${didYouMean(text, words)} (${words.join(', ')}, or 0 to ${words.length - 1})` };
    },
    { anyOf: [{ enum: words }, { type: 'integer', minimum: 0, maximum: words.length - 1 }] },
  );

/** YAML reads `facility: 16` as a number. */
const wordOrNumber = (kind: string, words: readonly string[]) =>
  z.preprocess((raw) => (typeof raw === 'number' ? String(raw) : raw), word(kind, words));

const facility = () => wordOrNumber('facility', FACILITIES);
const severity = () => wordOrNumber('severity', SEVERITIES);

const rule = section({
  when: condition.describe('Which events.'),
  severity: severity().optional().describe('Their severity; default: that of all events.'),
  facility: facility().optional().describe('Their facility; default: that of all events.'),
}).refine(({ severity, facility }) => severity !== undefined || facility !== undefined, {
  error: 'says neither severity nor facility, so it would change nothing; write the one that these events get',
});

const zone = () => parsed(ZONE_EXPECTED, parseZone).prefault('UTC');

const eventTime = section({
  field: parsed('a field', parseFoundRef).describe('Name of the field that says when it happened.'),
  format: z
    .enum(['iso8601', 's', 'ms', 'us', 'ns', 'clf'])
    .describe(
      'ISO 8601 or RFC 3339, unix time in s, ms, us or ns, or clf as nginx writes it: 04/Nov/2026:22:13:20 +0800.',
    ),
  timeZone: zone().describe('Zone of values that do not say theirs.'),
}).describe(
  "Time of the event in the header, devTime and rt from a field; what can't be read leaves the time of the log. Default: that.",
);

const written = section({
  preset: z
    .enum(PRESET_NAMES)
    .prefault(DEFAULT_PRESET)
    .describe('A named set of defaults; aliyun-sample writes what the sync_data_to_syslog.py sample meant to write.'),
  header: z
    .enum(['rfc5424', 'rfc3164', 'none'])
    .prefault('rfc5424')
    .describe('Syslog header; rfc3164 has appName as its TAG; none: the message is the body and nothing else.'),
  dialect: z
    .enum(['bsd', 'iso8601', 'year'])
    .prefault('bsd')
    .describe('rfc3164: the time as "Nov  4 22:13:20", as RFC 5424 has it, or as "Nov  4 2026 22:13:20".'),
  timeZone: zone().describe('Zone of the time in the header: UTC (Z), an IANA name, or an offset such as +08:00.'),
  eventTime: eventTime.optional(),
  facility: facility().prefault('user').describe('Syslog facility by name or number (0 to 23).'),
  severity: severity().prefault('info').describe('Syslog severity by name or number (0 to 7).'),
  rules: z
    .array(rule)
    .max(100)
    .prefault([])
    .describe('Severity (and facility) by content: the first rule whose condition holds counts.'),
  severityFrom: section({
    field: field.describe('Name of a field.'),
    as: z
      .enum(SEVERITY_TABLES)
      .describe(
        'What it holds: a level by name or number (error, WARN, 4 …), an HTTP status, or an error code if any.',
      ),
  })
    .optional()
    .describe('Severity by the value of a field, for events of which no rule holds.'),
  include: condition.optional().describe('Only events for which this holds are sent; the others are counted.'),
  exclude: condition.optional().describe('Events for which this holds are not sent, but counted.'),
  fractionDigits: z
    .preprocess((raw) => (typeof raw === 'string' && /^\d$/.test(raw) ? Number(raw) : raw), z.literal([0, 3, 6]))
    .prefault(6)
    .describe('Digits of the fraction of a second in the timestamp.'),
  hostname: template('HOSTNAME').prefault('%{__tag__:__hostname__|__source__}'),
  appName: template('APP-NAME').prefault(''),
  procId: template('PROCID').prefault(''),
  msgId: template('MSGID').prefault(''),
  structuredData: z
    .record(z.string(), z.record(z.string(), anyTemplate()))
    .prefault({})
    .describe(
      'RFC 5424 structured data: SD-ID, then parameter names with their text; sls@32473: { id: "%{__event_id__}" }.',
    ),
  bom: flag().prefault(false).describe('U+FEFF before the body: RFC 5424 wants it before UTF-8, most SIEMs do not.'),
  body: z
    .enum(['kv', 'json', 'raw', 'leef', 'leef1', 'cef', 'cef1'])
    .prefault('kv')
    .describe('key=value, JSON, one value and nothing else, LEEF 2.0 (leef1: 1.0), or CEF 0 (cef1: 1).'),
  separator: parsed('1 to 16 bytes without line breaks', (text): Parsed<string> => {
    const bytes = Buffer.byteLength(text);
    if (bytes >= 1 && bytes <= 16 && !/[\0\r\n]/.test(text)) return text;
    return { wrong: 'expected 1 to 16 bytes without line breaks' };
  })
    .prefault('||')
    .describe('kv: stands before every key=value pair of the message.'),
  quote: z
    .enum(['none', 'whenNeeded', 'always'])
    .prefault('none')
    .describe(
      'kv: values in quotes, none, those with spaces and the like, or all; " and \\ behind a \\, and no such characters in names.',
    ),
  value: anyTemplate().prefault('%{content|message}').describe('raw: text with %{fields} that is the whole body.'),
  fields: z
    .record(z.string(), anyTemplate())
    .prefault({})
    .describe('json, leef, cef: members by name, each text with %{fields}; those that come out empty are left out.'),
  others: z
    .enum(['none', 'contents', 'all'])
    .optional()
    .describe(
      'json, leef, cef: what follows "fields"; contents: every field of the log; all (json): time, topic, source and tags too. Default: nothing if there are "fields", else as much as the body can hold.',
    ),
  shape: shape.optional(),
  maps,
  expandJson: flag().prefault(false).describe('json: fields that hold a JSON object or array become one.'),
  vendor: anyTemplate().prefault('Alibaba Cloud').describe('leef, cef: vendor in the header.'),
  product: anyTemplate().prefault('SLS').describe('leef, cef: product in the header.'),
  productVersion: anyTemplate().prefault('1.0').describe('leef, cef: version in the header.'),
  eventId: anyTemplate().prefault('%{__topic__:-log}').describe('leef, cef: kind of event, never an id of one event.'),
  eventName: anyTemplate().prefault('%{__topic__:-log}').describe('cef: name of the event for people.'),
  delimiter: parsed('one character', (text): Parsed<string> => {
    const character = text === 'tab' ? '\t' : text;
    if (/^[\t -~]$/.test(character) && !/[\w=|\\ ]/.test(character)) return character;
    return {
      wrong: `${text === '' ? 'it' : JSON.stringify(text)} can't be a LEEF delimiter; write tab, or one of ^ ~ ; , # ! $ %`,
    };
  })
    .prefault('tab')
    .describe('leef: what stands between two members.'),
});

type Written = z.output<typeof written>;
export const format = z
  .preprocess(
    withPreset,
    written.superRefine((value, context) => {
      const say: Say = (path, message) => context.addIssue({ code: 'custom', path: [...path], message });
      checkHeader(value, say);
      checkRules(value, say);
      checkData(value, say);
      checkQuote(value, say);
      checkFields(value, say);
      checkShape(value, say);
      checkMasks(value, say);
      checkMaps(value, say);
    }),
  )
  .prefault({});

/** What can never hold; and the first rule that holds counts, so a second one with its condition never does. */
function checkRules({ rules, include, exclude }: Written, say: Say): void {
  const check = (condition: Condition | undefined, ...path: (string | number)[]): void => {
    const why = condition && whyImpossible(condition);
    if (why !== undefined) say(path, `can never hold: ${why}`);
  };
  for (const [index, { when }] of rules.entries()) check(when, 'rules', index, 'when');
  check(include, 'include');
  check(exclude, 'exclude');
  if (include !== undefined && JSON.stringify(include) === JSON.stringify(exclude)) {
    say(['exclude'], 'is the same as "include": no event would be sent; remove one of the two');
  }
  const conditions = rules.map(({ when }) => JSON.stringify(when));
  for (const [index, one] of conditions.entries()) {
    const first = conditions.indexOf(one);
    if (first < index) say(['rules', index], `never counts: rule ${first + 1} has the same condition; remove one`);
  }
}

function checkHeader({ header, dialect }: Written, say: Say): void {
  if (header !== 'rfc3164' && dialect !== 'bsd') {
    say(['dialect'], `is of RFC 3164 only; write header: rfc3164, or remove it`);
  }
}

const SD_NAME = /^[!#-<>-\\^-~]{1,32}$/;
const REGISTERED = ['timeQuality', 'origin', 'meta'];

function checkData({ header, structuredData }: Written, say: Say): void {
  const ids = Object.entries(structuredData);
  if (ids.length > 0 && header !== 'rfc5424') {
    const name = header === 'none' ? 'no header' : 'RFC 3164';
    say(['structuredData'], `${name} has no structured data; use header: rfc5424`);
  }
  for (const [id, params] of ids) {
    if (!SD_NAME.test(id))
      say(['structuredData', id], 'an SD-ID is 1 to 32 printable ASCII characters without space, = ] and "');
    else if (!REGISTERED.includes(id) && !/@\d+(\.\d+)*$/.test(id)) {
      say(
        ['structuredData', id],
        `an SD-ID of your own ends with @ and your enterprise number, such as ${id}@32473${didYouMean(id, REGISTERED)}`,
      );
    }
    for (const name of Object.keys(params)) {
      if (!SD_NAME.test(name)) {
        say(
          ['structuredData', id, name],
          'a parameter name is 1 to 32 printable ASCII characters without space, = ] and "',
        );
      }
    }
  }
}

function checkQuote({ body, quote, separator }: Written, say: Say): void {
  if (quote === 'none') return;
  if (body !== 'kv') say(['quote'], `is of body: kv only; remove it`);
  else if (!/^[\t -~]+$/.test(separator) || /[\w:"=\\]/.test(separator)) {
    say(
      ['quote'],
      `can't stand with separator ${JSON.stringify(separator)}: it takes ASCII other than letters, digits and _ : " = \\`,
    );
  }
}

const OWNED: Readonly<Record<string, readonly string[]>> = { leef: ['devTime', 'devTimeFormat', 'sev'], cef: ['rt'] };

function checkFields({ body, fields, others }: Written, say: Say): void {
  const kind = body.replace('1', '');
  const names = Object.keys(fields);
  if (kind === 'kv' || kind === 'raw') {
    if (names.length > 0) say(['fields'], `body: ${body} has no fields to choose; use json, leef or cef`);
    if (others !== undefined) say(['others'], `body: ${body} has no fields to choose; use json, leef or cef`);
    return;
  }
  if (kind === 'json') return;
  if (others === 'all') say(['others'], `only json can hold "all"; ${body} takes none or contents`);
  for (const name of names) {
    if (!/^[A-Za-z0-9_]{1,255}$/.test(name)) say(['fields', name], 'a name is one word of letters, digits and "_"');
    else if (OWNED[kind]?.includes(name) === true)
      say(['fields', name], 'is written by the forwarder itself; remove it');
  }
}

export type FormatConfig = z.output<typeof format>;
