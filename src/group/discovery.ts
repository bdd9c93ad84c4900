import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { Backoff, type BackoffSettings } from '../flow/backoff.js';
import { sleep, type Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import { isAborted } from '../flow/stop-signal.js';
import type { Log } from '../model/log.js';
import { chooses, hasPatterns, namesIn } from '../model/name-patterns.js';
import type { LogstoreLister } from '../model/ports.js';
import type { DiscoverySnapshot } from '../model/snapshot.js';

export interface Found {
  readonly project: string;
  readonly logstore: string;
}

export interface DiscoverySettings {
  /** Of the pipeline. */
  readonly name: string;
  /** Name of the Log Service that is asked. */
  readonly source: string;
  /** Names and patterns. */
  readonly projects: readonly string[];
  readonly logstores: readonly string[];
  readonly intervalMs: number;
  readonly retry: BackoffSettings;
  /** Ends after the first look in which nothing failed. */
  readonly once: boolean;
}

export interface DiscoveryDeps {
  readonly settings: DiscoverySettings;
  readonly lister: LogstoreLister;
  readonly clock: Clock;
  readonly log: Log;
  /**
   * What there is now of what the patterns choose: all of it, in the order of their names, after each look.
   * @returns how many of them are not read although they are there
   */
  readonly onLooked: (found: readonly Found[]) => number;
  /** A look failed until an operator acts; false: it works again. */
  readonly onStuck: (error: ForwarderError | undefined) => void;
}

/**
 * Finds the logstores that the patterns of a pipeline choose, again and again. A list that can't be had changes nothing: what was found before counts
 * until a list without it is there. Requests come one after the other.
 */
export class Discovery {
  readonly #deps: DiscoveryDeps;
  readonly #backoff: Backoff;
  /** By project; the list of projects has no name. */
  readonly #reporters = new Map<string, ErrorReporter>();
  /** By project: what its last list had. */
  #known = new Map<string, readonly string[]>();
  #projects: readonly string[] | undefined;
  #unread = 0;
  #looked = false;

  constructor(deps: DiscoveryDeps) {
    this.#deps = deps;
    this.#backoff = new Backoff(deps.settings.retry);
  }

  /** Looks until the signal aborts, or `once` is done. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, settings } = this.#deps;
    while (!isAborted(signal)) {
      const errors = await this.look(signal);
      if (isAborted(signal) || (errors.length === 0 && settings.once)) return;
      await sleep(clock, this.#pauseMs(errors), signal);
    }
  }

  snapshot(): DiscoverySnapshot {
    const { name, source } = this.#deps.settings;
    const failing = [...this.#reporters.values()].flatMap(({ trouble }) => trouble ?? [])[0];
    const seconds = failing === undefined ? 0 : (this.#deps.clock.monotonic() - failing.since) / 1000;
    return {
      pipeline: name,
      source,
      looked: this.#looked,
      found: this.#found().length,
      unread: this.#unread,
      failing: failing && { code: failing.code, seconds },
    };
  }

  /** Looks once. Never rejects. @returns what failed */
  async look(signal: AbortSignal): Promise<readonly ForwarderError[]> {
    const errors: ForwarderError[] = [];
    const projects = await this.#listProjects(signal, errors);
    const known = new Map<string, readonly string[]>();
    for (const project of projects ?? []) {
      const logstores = await this.#listLogstores(project, signal, errors);
      if (isAborted(signal)) return errors;
      if (logstores !== undefined) known.set(project, logstores);
    }
    if (isAborted(signal)) return errors;
    this.#known = known;
    const found = this.#found();
    this.#looked ||= errors.length === 0 || found.length > 0;
    if (this.#looked) this.#unread = this.#deps.onLooked(found);
    this.#deps.onStuck(found.length > 0 ? undefined : errors.find((error) => error.class === 'fatal'));
    for (const project of this.#reporters.keys())
      if (project !== ALL && projects?.includes(project) !== true) this.#reporters.delete(project);
    return errors;
  }

  /** @returns what was listed last where it can't be had; undefined: it never could. */
  async #listProjects(signal: AbortSignal, errors: ForwarderError[]): Promise<readonly string[] | undefined> {
    const { settings, lister } = this.#deps;
    const names = namesIn(settings.projects);
    if (!hasPatterns(settings.projects)) return names;
    const listed = await this.#ask(ALL, signal, errors, async () => {
      const all = await lister.listProjects(signal);
      return [...new Set([...names, ...all.filter((name) => chooses(settings.projects, name))])].sort();
    });
    this.#projects = listed ?? this.#projects;
    return this.#projects;
  }

  async #listLogstores(
    project: string,
    signal: AbortSignal,
    errors: ForwarderError[],
  ): Promise<readonly string[] | undefined> {
    const { settings, lister } = this.#deps;
    const isFixed = (logstore: string): boolean =>
      namesIn(settings.projects).includes(project) && namesIn(settings.logstores).includes(logstore);
    if (!hasPatterns(settings.logstores) && namesIn(settings.projects).includes(project)) return [];
    const listed = await this.#ask(project, signal, errors, async () => {
      const all = await lister.listLogstores(project, signal);
      return all.filter((name) => chooses(settings.logstores, name) && !isFixed(name)).sort();
    });
    if (listed !== undefined) return listed;
    // With its project everything in it is gone.
    return errors.at(-1)?.code === 'SLS_NOT_FOUND' ? [] : this.#known.get(project);
  }

  async #ask<T>(
    project: string,
    signal: AbortSignal,
    errors: ForwarderError[],
    list: () => Promise<T>,
  ): Promise<T | undefined> {
    const { clock, log } = this.#deps;
    const reporter = this.#reporters.get(project) ?? new ErrorReporter(clock, log);
    this.#reporters.set(project, reporter);
    const fields = project === ALL ? {} : { project };
    try {
      const listed = await list();
      reporter.succeeded(fields);
      return listed;
    } catch (thrown) {
      if (isAborted(signal)) return undefined;
      const error = withRight(asForwarderError(thrown), project);
      errors.push(error);
      reporter.failed(error, this.#deps.settings.retry.maxMs, fields);
      return undefined;
    }
  }

  #found(): readonly Found[] {
    return [...this.#known].flatMap(([project, logstores]) => logstores.map((logstore) => ({ project, logstore })));
  }

  /** What failed is tried earlier than the next look; what only an operator can mend as slowly as everywhere. */
  #pauseMs(errors: readonly ForwarderError[]): number {
    const { intervalMs, retry } = this.#deps.settings;
    const [first] = errors;
    if (first === undefined) {
      this.#backoff.reset();
      return intervalMs;
    }
    const isPassing = errors.some((error) => error.class === 'retry');
    return Math.min(intervalMs, isPassing ? this.#backoff.next(first.retryAfterMs) : retry.maxMs);
  }
}

/** The list of projects. */
const ALL = '';

/** Only patterns need these rights, so nobody thinks of them. */
function withRight(error: ForwarderError, project: string): ForwarderError {
  if (error.code !== 'SLS_UNAUTHORIZED') return error;
  const [action, resource] =
    project === ALL ? ['log:ListProject', 'project/*'] : ['log:ListLogStores', `project/${project}/logstore/*`];
  const message = `${error.message}; the patterns of this pipeline need ${action} on ${resource} ("forwarder policy" prints the policy)`;
  return new ForwarderError(error.code, message, { details: { ...error.details }, cause: error });
}
