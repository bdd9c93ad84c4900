import type { Clock } from '../../flow/clock.js';
import type { Call, Reply } from './call.js';
import { Faults } from './faults.js';
import * as groupApi from './group-api.js';
import type { Logstore } from './logstore.js';
import type { SlsEmulatorSettings } from './options.js';
import { Project } from './project.js';
import * as projectApi from './project-api.js';
import * as readApi from './read-api.js';
import type { Operation } from './route.js';
import { refuse } from './service-error.js';
import { ServiceClock } from './service-clock.js';
import { authenticate } from './signature.js';
import * as writeApi from './write-api.js';

type LogstoreHandler = (call: Call, logstore: Logstore, context: readApi.ReadContext) => Reply | Promise<Reply>;
type ProjectHandler = (call: Call, project: Project) => Reply;

const PROJECT_HANDLERS = {
  GetProject: projectApi.getProject,
  ListLogstores: projectApi.listLogstores,
  CreateLogstore: projectApi.createLogstore,
  DeleteLogstore: projectApi.deleteLogstore,
} satisfies Partial<Record<Operation, ProjectHandler>>;

const LOGSTORE_HANDLERS: Readonly<Record<Exclude<Operation, keyof typeof PROJECT_HANDLERS>, LogstoreHandler>> = {
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

/** The Log Service behind the wire: one project, its state, and the faults it has been told to make. */
export class Service {
  readonly settings: SlsEmulatorSettings;
  readonly clock: ServiceClock;
  readonly project: Project;
  readonly faults = new Faults();
  /** Requests by operation and HTTP status (or by what became of the connection). */
  readonly requests: Record<string, Record<string, number>> = {};

  constructor(settings: SlsEmulatorSettings, clock: Clock) {
    this.settings = settings;
    this.clock = new ServiceClock(clock, settings.skewMs);
    this.project = new Project(settings, this.clock);
  }

  /** @throws ServiceError */
  async answer(call: Call): Promise<Reply> {
    const now = this.clock.now();
    authenticate(call, this.settings, now);
    if (call.project !== this.project.name) throw refuse.projectNotExist(call.project);
    if (isProjectCall(call.operation)) return PROJECT_HANDLERS[call.operation](call, this.project);
    const logstore = this.project.logstore(call.logstore);
    return LOGSTORE_HANDLERS[call.operation](call, logstore, { limits: this.settings.limits, now });
  }

  count(operation: string, outcome: string): void {
    const outcomes = (this.requests[operation] ??= {});
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }

  stop(): void {
    this.project.stop();
  }
}

function isProjectCall(operation: Operation): operation is keyof typeof PROJECT_HANDLERS {
  return operation in PROJECT_HANDLERS;
}
