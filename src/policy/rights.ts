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
export interface LogstoreRead {
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

/** What has to be listed to compare it with patterns. */
export interface Listing {
  /** Whether there are patterns of projects. */
  readonly projects: boolean;
  /** Projects, or patterns of some, whose logstores are listed. */
  readonly logstoresOf: readonly string[];
}

/** The least rights with which these logstores can be read. In their names `*` and `?` mean to RAM what they mean here. */
export function readingRights(
  readings: readonly LogstoreRead[],
  listing: Listing,
  { region, account }: Place,
): PolicyDocument {
  const allowAll = (Action: readonly string[], paths: readonly string[]): Statement[] => {
    const Resource = [...new Set(paths.map((path) => `acs:log:${region}:${account}:${path}`))];
    return Resource.length === 0 ? [] : [{ Effect: 'Allow', Action, Resource }];
  };
  const allow = (Action: readonly string[], path: (reading: LogstoreRead) => string): Statement[] =>
    allowAll(Action, readings.map(path));
  return policy([
    ...allowAll(['log:ListProject'], listing.projects ? ['project/*'] : []),
    ...allowAll(
      ['log:ListLogStores'],
      listing.logstoresOf.map((project) => `project/${project}/logstore/*`),
    ),
    ...allow(OF_LOGSTORE, logstorePath),
    ...allow(OF_ALL_GROUPS, (reading) => `${logstorePath(reading)}/consumergroup/*`),
    ...allow(OF_GROUP, (reading) => `${logstorePath(reading)}/consumergroup/${reading.consumerGroup}`),
  ]);
}

/** What the identity needs that assumes a role. */
export const assumingRights = (roleArn: string): PolicyDocument =>
  policy([{ Effect: 'Allow', Action: ['sts:AssumeRole'], Resource: [roleArn] }]);

export const policy = (Statement: readonly Statement[]): PolicyDocument => ({ Version: '1', Statement });

const logstorePath = ({ project, logstore }: LogstoreRead): string => `project/${project}/logstore/${logstore}`;
