/** The two kinds of batches the figures are given for, seeded, so that every run formats the same bytes. */
import { encode, type Log, type LogGroup, type Pair } from '../../test/support/oracle/log-group-list.js';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const pair = (key: string, value: string): Pair => ({ key: bytes(key), value: bytes(value) });

/** A linear congruential generator: cheap and the same everywhere. */
function randomOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const START = 1_700_000_000;

function groupsOf(logs: readonly Log[], perGroup: number, tags: readonly Pair[]): Uint8Array {
  const groups: LogGroup[] = [];
  for (let at = 0; at < logs.length; at += perGroup) {
    groups.push({ logs: logs.slice(at, at + perGroup), topic: bytes('flow_log'), source: bytes('10.3.17.22'), tags });
  }
  return encode(groups);
}

const TAGS = [
  pair('__hostname__', 'iZbp1abcdefg0123456789Z'),
  pair('__path__', '/var/log/flow.log'),
  pair('__receive_time__', '1700000003'),
  pair('__pack_id__', '5B1F2A3C4D5E6F70-1A2'),
];

/** 10,000 logs of 19 short fields, about 4.4 MB. */
export function vpcFlow(): Uint8Array {
  const random = randomOf(1);
  const ip = (): string => `10.${random(4)}.${random(256)}.${random(256)}`;
  const logs = Array.from({ length: 10_000 }, (_, i): Log => {
    const time = START + Math.floor(i / 400);
    const fields = {
      version: '1',
      'vswitch-id': `vsw-bp1${random(40).toString(36).padStart(13, 'a')}`,
      'vm-id': `i-bp1${random(300).toString(36).padStart(15, 'k')}`,
      'vpc-id': 'vpc-bp1qwertyuiopasdfghjk',
      'account-id': '1234567890123456',
      'eni-id': `eni-bp1${random(300).toString(36).padStart(13, 'z')}`,
      srcaddr: ip(),
      srcport: String(1024 + random(60_000)),
      dstaddr: ip(),
      dstport: String([443, 80, 22, 3306, 6379, 8080][random(6)]),
      protocol: '6',
      direction: random(2) === 0 ? 'in' : 'out',
      packets: String(1 + random(2000)),
      bytes: String(40 + random(3_000_000)),
      start: String(time - 60),
      end: String(time),
      'log-status': 'OK',
      action: random(20) === 0 ? 'REJECT' : 'ACCEPT',
      'tcp-flags': String(random(64)),
    };
    return { time, contents: Object.entries(fields).map(([key, value]) => pair(key, value)) };
  });
  return groupsOf(logs, 500, TAGS);
}

const EVENTS = ['ConsoleSignin', 'AssumeRole', 'DescribeInstances', 'PutBucket', 'DeleteSecurityGroup', 'CreateUser'];

/** 3,000 logs whose one big field is an event of about 1.2 KB of JSON. */
export function actionTrail(): Uint8Array {
  const random = randomOf(2);
  const hex = (length: number): string =>
    Array.from({ length }, () => random(16).toString(16))
      .join('')
      .toUpperCase();
  const logs = Array.from({ length: 3_000 }, (_, i): Log => {
    const time = START + Math.floor(i / 50);
    const eventName = EVENTS[random(EVENTS.length)];
    const event = {
      eventId: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
      eventVersion: '1',
      eventSource: 'ecs.aliyuncs.com',
      eventName,
      eventTime: new Date(time * 1000).toISOString(),
      eventType: 'ApiCall',
      eventRW: random(3) === 0 ? 'Write' : 'Read',
      requestId: `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`,
      apiVersion: '2014-05-26',
      acsRegion: 'cn-hangzhou',
      sourceIpAddress: `47.${random(256)}.${random(256)}.${random(256)}`,
      serviceName: 'Ecs',
      userAgent: 'AlibabaCloud (linux; amd64) Java/1.8.0_152-b187 Core/4.5.17 HTTPClient/ApacheHttpClient',
      userIdentity: {
        type: 'assumed-role',
        accountId: '1234567890123456',
        principalId: `3${random(1_000_000_000)}:session`,
        userName: 'security-audit-role:session',
        sessionContext: { attributes: { mfaAuthenticated: 'false', creationDate: '2023-11-14T22:13:20Z' } },
      },
      requestParameters: { RegionId: 'cn-hangzhou', PageSize: 50, InstanceIds: [`i-bp1${hex(15)}`, `i-bp1${hex(15)}`] },
      additionalEventData: {
        callbackUrl: 'https://ecs.console.aliyun.com/',
        isMFAChecked: 'true',
        loginAccount: 'root',
      },
      resourceName: `i-bp1${hex(15)}`,
      resourceType: 'ACS::ECS::Instance',
    };
    return { time, contents: [pair('__topic_id__', 'actiontrail'), pair('event', JSON.stringify(event))] };
  });
  return groupsOf(logs, 100, TAGS.slice(0, 2));
}
