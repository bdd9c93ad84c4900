/**
 * The kernel's bodies, rules and filters beside key=value, one thread, in turns so that all suffer alike from a busy machine; the best of
 * many runs each. `npm run build && node dist/bench/formats.js`.
 */
import type { BodyPlan, Condition, FormatPlan, Member, Template } from '../src/model/format-plan.js';
import type { Kernel } from '../workers/kernel/kernel.js';
import { kernelOf, PLAN } from '../test/support/oracle/kernel.js';
import { lz4Compress } from '../test/support/oracle/lz4-block.js';
import { actionTrail, vpcFlow } from './support/profiles.js';

const ROUNDS = 60;

const content = (key: string): Template => [{ kind: 'field', refs: [{ kind: 'content', key }], fallback: '' }];
const text = (literal: string): Template => [{ kind: 'literal', text: literal }];
const TITLES = { vendor: text('Alibaba Cloud'), product: text('SLS'), version: text('1.0'), eventId: text('event') };

function membersOf(fields: Readonly<Record<string, string>>): Member[] {
  return Object.entries(fields).map(([name, key]) => ({ name, value: content(key) }));
}

const FLOW = membersOf({
  ...{ src: 'srcaddr', srcPort: 'srcport', dst: 'dstaddr', dstPort: 'dstport', proto: 'protocol' },
  ...{ srcBytes: 'bytes', srcPackets: 'packets', accountName: 'account-id', resource: 'eni-id', vpc: 'vpc-id' },
});
const TRAIL = membersOf({
  ...{ src: 'event.sourceIpAddress', usrName: 'event.userIdentity.userName', resource: 'event.resourceName' },
  ...{ accountName: 'event.userIdentity.accountId', realm: 'event.acsRegion', url: 'event.eventSource' },
  ...{ access: 'event.eventRW', errorCode: 'event.errorCode', userAgent: 'event.userAgent' },
});

function plansOf(members: readonly Member[], key: string): Record<string, FormatPlan> {
  const ref = { kind: 'content', key } as const;
  const equals = (value: string): Condition => ({ op: 'equals', ref, values: [value] });
  const of = Array.from({ length: 5 }, (_, i): Condition => ({ op: 'contains', ref, values: [`none of these ${i}`] }));
  const rules = Array.from({ length: 10 }, (_, i) => ({ when: equals(`value ${i}`), priority: 3 }));
  const body = (plan: BodyPlan): FormatPlan => ({ ...PLAN, body: plan });
  return {
    'key=value': PLAN,
    'key=value, 10 rules and 5 filters': { ...PLAN, rules, exclude: { op: 'any', of } },
    'key=value, 4 KiB at most': {
      ...PLAN,
      size: { maxBytes: 4096, over: 'truncate', marker: '', trimFirst: [], idPrefix: 'p/l/' },
    },
    'JSON of all': body({ kind: 'json', members: [], rest: 'all', expand: false }),
    'JSON of all, expanded': body({ kind: 'json', members: [], rest: 'all', expand: true }),
    'LEEF of all': body({ kind: 'leef', format: '2.0', delimiter: '\t', members: [], rest: 'contents', ...TITLES }),
    'LEEF by mapping': body({ kind: 'leef', format: '2.0', delimiter: '\t', members, rest: 'none', ...TITLES }),
    'CEF by mapping': body({ kind: 'cef', format: '0', name: text('n'), members, rest: 'none', ...TITLES }),
  };
}

class Run {
  readonly label: string;
  /** Nanoseconds. */
  best = Number.POSITIVE_INFINITY;
  readonly #kernel: Kernel;
  #out: ArrayBuffer | undefined;

  constructor(label: string, kernel: Kernel) {
    this.label = label;
    this.#kernel = kernel;
  }

  once(body: Uint8Array, rawSize: number): void {
    const start = process.hrtime.bigint();
    const result = this.#kernel.format({ plan: 0, body, encoding: 'lz4', rawSize, out: this.#out });
    this.best = Math.min(this.best, Number(process.hrtime.bigint() - start));
    if (!result.ok) throw new Error(result.fault.reason);
    this.#out = result.out;
  }
}

for (const [name, raw, members, key] of [
  ['VPC flow', vpcFlow(), FLOW, 'action'],
  ['ActionTrail', actionTrail(), TRAIL, 'event'],
] as const) {
  const body = lz4Compress(raw);
  const runs = Object.entries(plansOf(members, key)).map(([label, plan]) => new Run(label, kernelOf([plan])));
  for (let round = 0; round < ROUNDS; round++) for (const run of runs) run.once(body, raw.length);
  for (const { label, best } of runs)
    console.log(`${name}, ${label}: ${((raw.length / best) * 1_000).toFixed(0)} MB/s`);
}
