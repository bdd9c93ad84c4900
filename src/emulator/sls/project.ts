import type { Clock } from '../../flow/clock.js';
import { Logstore } from './logstore.js';
import {
  type LogstoreOptions,
  type LogstoreSettings,
  logstoreDefaults,
  type ProjectSettings,
  type SlsEmulatorSettings,
} from './options.js';
import { ProjectMeter } from './project-meter.js';
import { refuse } from './service-error.js';

/** How often live logs are appended. */
const TICK_MS = 100;

export type ProjectRules = Pick<SlsEmulatorSettings, 'strictShardEnd' | 'limits'>;

/** One project: its logstores, its consume processors, and what keeps writing. */
export class Project {
  readonly name: string;
  readonly region: string | undefined;
  /** Unix milliseconds. */
  readonly createdAt: number;
  readonly meter = new ProjectMeter();
  /** SPL by name. */
  readonly processors = new Map<string, string>();
  readonly #rules: ProjectRules;
  readonly #clock: Clock;
  readonly #logstores = new Map<string, Logstore>();
  readonly #writers = new Map<string, LiveWriter>();

  constructor(settings: ProjectSettings, rules: ProjectRules, clock: Clock) {
    this.name = settings.name;
    this.region = settings.region;
    this.createdAt = clock.now();
    this.#rules = rules;
    this.#clock = clock;
    for (const logstore of settings.logstores) this.#add(logstore);
  }

  get logstores(): readonly Logstore[] {
    return [...this.#logstores.values()];
  }

  logstore(name: string): Logstore {
    const logstore = this.#logstores.get(name);
    if (logstore === undefined) throw refuse.logstoreNotExist(name);
    return logstore;
  }

  create(options: LogstoreOptions): void {
    if (this.#logstores.has(options.name)) throw refuse.logstoreExists(options.name);
    this.#add(logstoreDefaults(options));
  }

  delete(name: string): void {
    this.setRate(name, 0);
    this.#logstores.delete(name);
  }

  /** Events per second appended from now on, over all writable shards. @throws ServiceError */
  setRate(name: string, ratePerSecond: number): void {
    const logstore = this.logstore(name);
    if (ratePerSecond > 0 && logstore.settings.repeat)
      throw refuse.parameterInvalid(`logstore ${name} repeats its logs`);
    this.#writers.get(name)?.stop();
    this.#writers.delete(name);
    if (ratePerSecond > 0) this.#writers.set(name, new LiveWriter(logstore, ratePerSecond, this.#clock));
  }

  stop(): void {
    for (const writer of this.#writers.values()) writer.stop();
    this.#writers.clear();
  }

  #add(settings: LogstoreSettings): void {
    const { strictShardEnd, limits } = this.#rules;
    this.#logstores.set(
      settings.name,
      new Logstore(settings, this.#clock, { strictShardEnd, retainBytes: limits.retainBytes }),
    );
    this.setRate(settings.name, settings.ratePerSecond);
  }
}

/** Appends generated events at an even rate. */
class LiveWriter {
  readonly #logstore: Logstore;
  readonly #rate: number;
  readonly #clock: Clock;
  readonly #startedAt: number;
  #written = 0;
  #cancel: () => void;

  constructor(logstore: Logstore, ratePerSecond: number, clock: Clock) {
    this.#logstore = logstore;
    this.#rate = ratePerSecond;
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
    this.#cancel = this.#next();
  }

  stop(): void {
    this.#cancel();
  }

  #next(): () => void {
    return this.#clock.timer(TICK_MS, () => {
      const due = Math.floor(((this.#clock.monotonic() - this.#startedAt) / 1000) * this.#rate) - this.#written;
      if (due > 0) this.#logstore.append(due);
      this.#written += due;
      this.#cancel = this.#next();
    });
  }
}
