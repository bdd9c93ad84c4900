import type { Random } from '../random.js';
import type { Profile } from './profile.js';

const CALLS = [
  ['Ecs', 'DescribeInstances', '2014-05-26', true],
  ['Ecs', 'RunInstances', '2014-05-26', false],
  ['Ram', 'CreateAccessKey', '2015-05-01', false],
  ['Ram', 'AttachPolicyToUser', '2015-05-01', false],
  ['Sts', 'AssumeRole', '2015-04-01', false],
  ['Oss', 'PutBucketAcl', '2019-05-17', false],
  ['Vpc', 'DescribeSecurityGroups', '2016-04-28', true],
  ['Kms', 'Decrypt', '2016-01-20', true],
] as const;

/** ActionTrail: one API call of one identity, the whole event as nested JSON in the field `event`. */
export const actiontrail: Profile = {
  groupsPerSegment: 250,
  topic: 'actiontrail_audit_event',
  source: () => 'actiontrail_internal',
  tags: () => [],
  contents: (random, time) => {
    const account = `1${random.below(8)}42000000000001`;
    return [
      ['event', JSON.stringify(event(random, time, account))],
      ['owner_id', account],
    ];
  },
};

function event(random: Random, time: number, account: string): object {
  const [service, name, version, read] = random.pick(CALLS);
  const region = random.pick(['cn-hangzhou', 'cn-shanghai', 'cn-beijing', 'ap-southeast-1', 'eu-central-1']);
  const failed = random.below(20) === 0;
  const host = `${service.toLowerCase()}.${region}.aliyuncs.com`;
  return {
    eventId: random.uuid(),
    eventVersion: '1',
    eventTime: `${new Date(time).toISOString().slice(0, 19)}Z`,
    eventType: 'ApiCall',
    eventCategory: 'Management',
    eventRW: read ? 'Read' : 'Write',
    eventName: name,
    eventSource: host,
    serviceName: service,
    apiVersion: version,
    acsRegion: region,
    requestId: random.uuid().toUpperCase(),
    sourceIpAddress: random.publicAddress(),
    userAgent: random.pick([
      'Aliyun-SDK-Python/2.16.5 Python/3.11.7 (Linux 5.10.134-16.al8.x86_64)',
      'AlibabaCloud (linux; amd64) Golang/1.22.1 Core/1.61.0 terraform/1.7.4',
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36',
    ]),
    userIdentity: identity(random, account, time),
    requestParameters: {
      AcceptLanguage: 'zh-CN',
      RegionId: region,
      InstanceId: `i-bp1${random.hex(17)}`,
      ClientToken: random.uuid(),
      RequestId: random.uuid().toUpperCase(),
    },
    resourceType: `ACS::${service}::Instance`,
    resourceName: `i-bp1${random.hex(17)}`,
    ...(failed ? { errorCode: 'NoPermission', errorMessage: 'You are not authorized to do this action.' } : {}),
  };
}

function identity(random: Random, account: string, time: number): object {
  return {
    accessKeyId: `LTAI5t${random.hex(18).toUpperCase()}`,
    accountId: account,
    principalId: `2${random.below(1_000_000).toString().padStart(17, '0')}`,
    type: random.pick(['ram-user', 'ram-user', 'assumed-role', 'root-account']),
    userName: random.pick(['alice', 'bob', 'ci-deployer', 'security-audit', 'terraform']),
    sessionContext: {
      attributes: {
        creationDate: new Date(time - 60_000).toISOString(),
        mfaAuthenticated: random.pick(['true', 'false']),
      },
    },
  };
}
