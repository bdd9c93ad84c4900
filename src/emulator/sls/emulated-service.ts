import type { Clock } from '../../flow/clock.js';
import { Accounts } from './accounts.js';
import type { Call, Reply } from './call.js';
import { Faults } from './faults.js';
import * as groupApi from './group-api.js';
import type { Logstore } from './logstore.js';
import type { SlsEmulatorSettings } from './options.js';
import type { Project } from './project.js';
import * as projectApi from './project-api.js';
import { Projects } from './projects.js';
import * as readApi from './read-api.js';
import type { Operation } from './route.js';
import { refuse, ServiceError } from './service-error.js';
import { ServiceClock } from './service-clock.js';
import { authenticate } from './signature.js';
import { assumeRole, type Parameters } from './sts-api.js';
import * as writeApi from './write-api.js';

type LogstoreHandler = (call: Call, logstore: Logstore, context: readApi.ReadContext) => Reply | Promise<Reply>;
type ProjectHandler = (call: Call, project: Project) => Reply;

const PROJECT_HANDLERS = {
  GetProject: projectApi.getProject,
  ListLogstores: projectApi.listLogstores,
  CreateLogstore: projectApi.createLogstore,
  DeleteLogstore: projectApi.deleteLogstore,
  PutConsumeProcessor: projectApi.putProcessor,
  GetConsumeProcessor: projectApi.getProcessor,
  DeleteConsumeProcessor: projectApi.deleteProcessor,
} satisfies Partial<Record<Operation, ProjectHandler>>;

const LOGSTORE_HANDLERS: Readonly<
  Record<Exclude<Operation, keyof typeof PROJECT_HANDLERS | 'ListProject'>, LogstoreHandler>
> = {
  GetLogstore: projectApi.getLogstore,
  PutLogs: writeApi.putLogs,
  ListShards: readApi.listShards,
  PullLogs: readApi.pullLogs,
  GetCursor: readApi.getCursor,
  GetCursorTime: readApi.getCursorTime,
  SplitShard: writeApi.splitShard,
  MergeShards: writeApi.mergeShards,
  CreateConsumerGroup: groupApi.createConsumerGroup,
  ListConsumerGroups: groupApi.listConsumerGroups,
  UpdateConsumerGroup: groupApi.updateConsumerGroup,
  DeleteConsumerGroup: groupApi.deleteConsumerGroup,
  Heartbeat: groupApi.heartbeat,
  GetCheckpoints: groupApi.getCheckpoints,
  UpdateCheckpoint: groupApi.updateCheckpoint,
};

/** The Log Service behind the wire: who may do what, its projects, and the faults it has been told to make. */
export class Service {
  readonly settings: SlsEmulatorSettings;
  readonly clock: ServiceClock;
  readonly accounts: Accounts;
  readonly projects: Projects;
  readonly faults = new Faults();
  /** Requests by operation and HTTP status (or by what became of the connection). */
  readonly requests: Record<string, Record<string, number>> = {};

  constructor(settings: SlsEmulatorSettings, clock: Clock) {
    this.settings = settings;
    this.clock = new ServiceClock(clock, settings.skewMs);
    this.accounts = new Accounts(settings);
    this.projects = new Projects(settings, this.clock);
  }

  /** @throws ServiceError */
  async answer(call: Call): Promise<Reply> {
    const now = this.clock.now();
    const { operation } = call;
    const { key, region } = authenticate(call, this.accounts, now);
    if (operation === 'ListProject') {
      // At an address without a region, as of a test, the signature tells it.
      this.accounts.checkRight(key, operation, call.region ?? region, 'project/*');
      return projectApi.listProjects(call, this.projects.in(call.region));
    }
    const project = this.projects.at(call);
    if (region !== undefined && project.region !== undefined && region !== project.region)
      throw refuse.signatureNotMatch(`of region ${region}`);
    const { name, processors } = project;
    this.accounts.checkRight(key, operation, project.region, resourceOf(call, name));
    project.meter.check(operation, this.settings.limits.projectReadsPerMinute, now);
    if (isProjectCall(operation)) return PROJECT_HANDLERS[operation](call, project);
    const logstore = project.logstore(call.logstore);
    return LOGSTORE_HANDLERS[operation](call, logstore, { limits: this.settings.limits, now, processors });
  }

  /** A call in the style of STS. @throws ServiceError */
  rpc(method: string, parameters: Parameters): object {
    const action = parameters.get('Action') ?? '';
    if (action !== 'AssumeRole') throw new ServiceError(404, 'InvalidAction.NotFound', `no ${action} here`);
    return assumeRole(this.accounts, method, parameters, this.clock.now());
  }

  count(operation: string, outcome: string): void {
    const outcomes = (this.requests[operation] ??= {});
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }

  stop(): void {
    this.projects.stop();
  }
}

/** What a call is about, as RAM names it. */
function resourceOf({ operation, logstore, group }: Call, project: string): string {
  if (operation === 'ListLogstores') return `project/${project}/logstore/*`;
  if (logstore === '') return `project/${project}`;
  const path = `project/${project}/logstore/${logstore}`;
  if (operation === 'CreateConsumerGroup' || operation === 'ListConsumerGroups') return `${path}/consumergroup/*`;
  return group === '' ? path : `${path}/consumergroup/${group}`;
}

function isProjectCall(operation: Exclude<Operation, 'ListProject'>): operation is keyof typeof PROJECT_HANDLERS {
  return operation in PROJECT_HANDLERS;
}
