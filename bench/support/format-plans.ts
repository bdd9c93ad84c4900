/** The kernel's work, each kind as a plan of its own, for the two kinds of batches. */
import type { BodyPlan, Condition, FieldRef, FormatPlan, Member, Template } from '../../src/model/format-plan.js';
import { PLAN } from '../../test/support/oracle/oracle.js';

const content = (key: string): Template => [{ kind: 'field', refs: [{ kind: 'content', key }], fallback: '' }];
const text = (literal: string): Template => [{ kind: 'literal', text: literal }];
const TITLES = { vendor: text('Alibaba Cloud'), product: text('SLS'), version: text('1.0'), eventId: text('event') };
const LEEF = { kind: 'leef', format: '2.0', delimiter: '\t', ...TITLES } as const;

function membersOf(fields: Readonly<Record<string, string>>): Member[] {
  return Object.entries(fields).map(([name, key]) => ({ name, value: content(key) }));
}

/** What is particular to a kind of batch: what is mapped to LEEF and CEF, and the field that rules and filters look at. */
interface Kind {
  readonly members: readonly Member[];
  readonly key: string;
}

export const FLOW: Kind = {
  members: membersOf({
    ...{ src: 'srcaddr', srcPort: 'srcport', dst: 'dstaddr', dstPort: 'dstport', proto: 'protocol' },
    ...{ srcBytes: 'bytes', srcPackets: 'packets', accountName: 'account-id', resource: 'eni-id', vpc: 'vpc-id' },
  }),
  key: 'action',
};

/** All of it lies inside the JSON of one field. */
export const TRAIL: Kind = {
  members: membersOf({
    ...{ src: 'event.sourceIpAddress', usrName: 'event.userIdentity.userName', resource: 'event.resourceName' },
    ...{ accountName: 'event.userIdentity.accountId', realm: 'event.acsRegion', url: 'event.eventSource' },
    ...{ access: 'event.eventRW', errorCode: 'event.errorCode', userAgent: 'event.userAgent' },
  }),
  key: 'event',
};

/** What filters look for; none is there, so that every one is looked for to the end. */
const NOWHERE = ['HealthCheck', 'kube-probe', '"errorCode":"Throttling', 'GetCallerIdentity', '192.168.255.'];

export const KEY_VALUE = 'key=value';

/** By name, and in the order of the report. The first is what the others are compared with. */
export function plansOf({ members, key }: Kind): Record<string, FormatPlan> {
  const ref: FieldRef = { kind: 'content', key };
  const equals = (value: string): Condition => ({ op: 'equals', ref, values: [value] });
  const regex: Condition = { op: 'regex', ref, pattern: 'nowhere|never' };
  const filters = NOWHERE.map((value): Condition => ({ op: 'contains', ref, values: [value] }));
  const rules = Array.from({ length: 10 }, (_, i) => ({ when: equals(`value ${i}`), priority: 3 }));
  const body = (plan: BodyPlan): FormatPlan => ({ ...PLAN, body: plan });
  return {
    [KEY_VALUE]: PLAN,
    'header only': body({ kind: 'raw', value: [] }),
    '10 rules and 5 filters': { ...PLAN, rules, exclude: { op: 'any', of: filters } },
    'a regex no event reaches': { ...PLAN, exclude: { op: 'all', of: [equals('nothing'), regex] } },
    JSON: body({ kind: 'json', members: [], rest: 'all', expand: false }),
    'JSON, expanded': body({ kind: 'json', members: [], rest: 'all', expand: true }),
    'LEEF of all': body({ ...LEEF, members: [], rest: 'contents' }),
    'LEEF by mapping': body({ ...LEEF, members, rest: 'none' }),
    'CEF by mapping': body({
      kind: 'cef',
      format: '0',
      name: text('n'),
      reserved: [],
      members,
      rest: 'none',
      ...TITLES,
    }),
  };
}
