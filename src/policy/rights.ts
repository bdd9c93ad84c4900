/** A RAM policy, as the RAM console takes it. */
export interface PolicyDocument {
  readonly Version: '1';
  readonly Statement: readonly Statement[];
}

export interface Statement {
  readonly Effect: 'Allow';
  readonly Action: readonly string[];
  readonly Resource?: readonly string[];
  /** Who may do it; in trust policies only. */
  readonly Principal?: Readonly<Record<string, readonly string[]>>;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** A logstore that is read, and as which consumer group. */
export interface Reading {
  readonly project: string;
  readonly logstore: string;
  readonly consumerGroup: string;
}

/** Where the projects are; `*` for what is not known. */
export interface Place {
  readonly region: string;
  readonly account: string;
}

/** What reading takes, from the logstore down (API pages of the Log Service, RAM actions of a consumer). */
const OF_LOGSTORE = ['log:GetCursorOrData', 'log:GetLogStore', 'log:ListShards'];
/** Asked of all groups of a logstore: RAM knows no single one there. */
const OF_ALL_GROUPS = ['log:CreateConsumerGroup', 'log:ListConsumerGroup'];
const OF_GROUP = ['log:ConsumerGroupHeartBeat', 'log:ConsumerGroupUpdateCheckPoint', 'log:GetConsumerGroupCheckPoint'];

/** The least rights with which these logstores can be read. */
export function readingRights(readings: readonly Reading[], { region, account }: Place): PolicyDocument {
  const resources = (path: (reading: Reading) => string): string[] => [
    ...new Set(readings.map((reading) => `acs:log:${region}:${account}:${path(reading)}`)),
  ];
  const allow = (Action: readonly string[], path: (reading: Reading) => string): Statement => ({
    Effect: 'Allow',
    Action,
    Resource: resources(path),
  });
  return policy([
    allow(OF_LOGSTORE, logstorePath),
    allow(OF_ALL_GROUPS, (reading) => `${logstorePath(reading)}/consumergroup/*`),
    allow(OF_GROUP, (reading) => `${logstorePath(reading)}/consumergroup/${reading.consumerGroup}`),
  ]);
}

/** What the identity needs that assumes a role. */
export const assumingRights = (roleArn: string): PolicyDocument =>
  policy([{ Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: [roleArn] }]);

export const policy = (Statement: readonly Statement[]): PolicyDocument => ({ Version: '1', Statement });

const logstorePath = ({ project, logstore }: Reading): string => `project/${project}/logstore/${logstore}`;
