import { totalmem } from 'node:os';
import { availableCores } from '../config/available-cores.js';
import { choosePipeline } from '../config/choose-pipeline.js';
import { runCheckpointTask } from '../checkpoints/run-checkpoints.js';
import { budgetsOf, leastBudget } from '../config/budgets.js';
import { plainConfig } from '../config/derive.js';
import { parseConfig, readBytes } from '../config/load.js';
import type { Start } from '../config/scalars.js';
import { warningsOf } from '../config/warnings.js';
import { toSettings, type DestinationPlan, type ForwarderSettings, type PipelinePlan } from '../config/settings.js';
import type { ProfileName } from '../emulator/sls/profiles/index.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { systemClock as clock } from '../flow/clock.js';
import { StopRequests } from '../flow/stop-requests.js';
import { transportOf } from '../delivery/transports/table.js';
import type { TextStream } from '../telemetry/screen.js';
import { derivedConfig, type EmbeddedEndpoints, type Tuned } from './derived-config.js';
import { startTuneEnds } from './ends.js';
import { resultFile, Scratch } from './scratch.js';
import { reportHtml } from './html.js';
import { liveGroup } from './live-group.js';
import { knobsWithin, type Bounds, type Point } from './point.js';
import { Display } from './display.js';
import { reportText } from './report.js';
import { search, type SearchResult } from './search.js';
import { WindowBench } from './window-bench.js';
import { recommendedYaml, type Names } from './words.js';

export interface TuneRequest {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the pipeline; the only one if not said. */
  readonly pipeline: string | undefined;
  /** One of its logstores; the only one if not said. */
  readonly logstore: string | undefined;
  readonly minutes: number;
  /** The length of one measured window. */
  readonly windowSeconds: number;
  /** No config that takes more is recommended; half of the memory there is if not said. */
  readonly memoryBytes: number | undefined;
  /** Undefined: the built-in ends. */
  readonly live: { readonly from: Start; readonly confirmed: boolean } | undefined;
  /** The profile of the built-in service. */
  readonly profile: ProfileName | undefined;
  readonly shards: number | undefined;
  /** Files for the results. */
  readonly json: string | undefined;
  readonly html: string | undefined;
  readonly print: (text: string) => void;
  /** For progress. */
  readonly screen: TextStream;
}

/**
 * Finds the config keys that make one pipeline as fast as this machine and its ends allow, and prints them.
 * @returns the exit code
 * @throws ForwarderError
 */
export async function tune(request: TuneRequest): Promise<number> {
  const bytes = readBytes(request.configFile);
  const config = parseConfig(request.configFile, bytes, request.env);
  const settings = toSettings(config, { cores: availableCores(), consumer: 'tune', now: clock.now() });
  const run = new TuningRun(request, settings, plainConfig(bytes));
  return run.run();
}

const MINUTE = 60_000;
/** Of the memory limit: a process takes about so much more than its byte budget. */
const BUDGET_SHARE = 0.5;

class TuningRun {
  readonly #request: TuneRequest;
  readonly #settings: ForwarderSettings;
  readonly #plan: PipelinePlan;
  readonly #destination: DestinationPlan;
  readonly #tuned: Tuned;
  readonly #names: Names;
  readonly #memoryLimitBytes: number;

  constructor(request: TuneRequest, settings: ForwarderSettings, plain: Tuned['plain']) {
    this.#request = request;
    this.#settings = settings;
    this.#plan = choosePipeline(settings, request);
    const { name, source, project, logstore, destination: to } = this.#plan.settings;
    const destination = settings.destinations.find((plan) => plan.settings.name === to);
    if (destination === undefined) throw new ForwarderError('INTERNAL', `no destination ${to} in a checked config`);
    this.#destination = destination;
    this.#tuned = { plain, pipeline: this.#plan.index, project, logstore, source, destination: to };
    this.#names = { pipeline: name, destination: to, destinations: budgetsOf(settings).size };
    this.#memoryLimitBytes = request.memoryBytes ?? memoryHere() / 2;
  }

  async run(): Promise<number> {
    const { json, html } = this.#request;
    this.#refuse();
    const files = {
      json: json === undefined ? undefined : resultFile('json', json),
      html: html === undefined ? undefined : resultFile('html', html),
    };
    const found = await this.#measure();
    if (found.startSamples.length === 0) {
      this.#request.print(`Nothing was measured: ${found.ended}.\n`);
      return new ForwarderError('ABANDONED', found.ended).exitCode;
    }
    this.#request.print(reportText(found, this.#names));
    files.html?.(reportHtml(found, this.#names, `forwarder tune: ${this.#names.pipeline}`));
    files.json?.(`${JSON.stringify(this.#results(found), undefined, 2)}\n`);
    return 0;
  }

  /** @throws ForwarderError USAGE for what can't be tuned */
  #refuse(): void {
    const { live } = this.#request;
    const { endpoints, name } = this.#destination.settings;
    const [refusal] = endpoints.flatMap((endpoint) => transportOf(endpoint).untunable ?? []);
    if (refusal !== undefined && (live === undefined || !refusal.unlessLive))
      throw new ForwarderError('USAGE', `tune: destination ${name} ${refusal.why}`);
    if (live === undefined) return;
    if (this.#settings.sources.get(this.#plan.settings.source) === 'embedded' || this.#destination.embedded)
      throw new ForwarderError(
        'USAGE',
        'tune: --live needs a real service and a real receiver in the config, not "embedded"',
      );
    if (live.confirmed) return;
    const { project, logstore } = this.#plan.settings;
    const where = endpoints.map(({ text }) => text).join(', ');
    throw new ForwarderError(
      'USAGE',
      `tune: --live reads ${project}/${logstore} again, as consumer group ${this.#group()}, and sends real events to ${where} as fast as it can for up to ${this.#request.minutes} min: ` +
        `duplicates of what was or will be sent there by your own group, whose checkpoints stay untouched; if that is what you want, add --yes`,
    );
  }

  async #measure(): Promise<SearchResult> {
    const stop = new StopRequests();
    stop.listen();
    const scratch = new Scratch();
    const endsAt = clock.monotonic() + this.#request.minutes * MINUTE;
    const progress = new Display(this.#request.screen, clock, endsAt, this.#names);
    progress.start();
    for (const warning of warningsOf(this.#settings, clock.now())) progress.say(`warning: ${warning}`);
    try {
      const ends = this.#request.live === undefined ? await this.#embedded(scratch) : undefined;
      try {
        const write = this.#configWriter(scratch, ends?.endpoints);
        if (this.#request.live !== undefined) await this.#rewind(write(this.#start()), progress);
        const { windowSeconds } = this.#request;
        const windows = { configFor: write, clock, windowMs: windowSeconds * 1000, endsAt, signal: stop.soft };
        return await search(new WindowBench(windows), this.#start(), {
          knobs: knobsWithin(this.#limits()),
          memoryLimitBytes: this.#memoryLimitBytes,
          onStart: (samples) => progress.onStart(samples),
          onTry: (knob, from, to) => progress.onTry(knob, from, to),
          onStep: (step) => progress.onStep(step),
        });
      } finally {
        await ends?.stop();
      }
    } finally {
      progress.end();
      scratch.remove();
      stop.close();
    }
  }

  #embedded(scratch: Scratch): ReturnType<typeof startTuneEnds> {
    const { settings, compression } = this.#plan;
    const { embedded } = this.#settings;
    const { profile = guessProfile(settings.logstore) ?? embedded.profile, shards = embedded.shards } = this.#request;
    const transport = this.#destination.settings.endpoints.some(({ tls }) => tls) ? 'tls' : 'tcp';
    const { project, logstore } = settings;
    return startTuneEnds({ project, logstore, profile, shards, compression, transport }, scratch, clock.now());
  }

  /** Each window goes on where the last one ended. A group for each would not do: a logstore has at most 30 (CreateConsumerGroup API page). */
  #configWriter(scratch: Scratch, ends: EmbeddedEndpoints | undefined): (point: Point) => string {
    const derivation = { consumerGroup: this.#group(), ends, deadLetterDirectory: `${scratch.directory}/dead-letters` };
    return (point) => scratch.write('config.yaml', derivedConfig(this.#tuned, { ...derivation, point }));
  }

  async #rewind(configFile: string, progress: Display): Promise<void> {
    const { live, env } = this.#request;
    const task = { kind: 'set', shard: 'all', to: live?.from ?? 'begin', force: true } as const;
    await runCheckpointTask({ configFile, env, pipeline: undefined, logstore: undefined, task });
    progress.say(
      `LIVE: reading as consumer group ${this.#group()}, which stays afterwards: delete it when you are done`,
    );
  }

  #group(): string {
    return liveGroup(this.#plan.settings.consumerGroup);
  }

  #start(): Point {
    const { maxPullBytes, windowBatches } = this.#plan.settings.shard;
    return {
      threads: this.#settings.threads,
      connections: this.#destination.settings.connections,
      budgetBytes: budgetsOf(this.#settings).get(this.#names.destination) ?? this.#settings.maxInFlightBytes,
      pullBytes: maxPullBytes,
      window: windowBatches,
    };
  }

  #limits(): Bounds {
    const { settings } = this.#destination;
    return {
      cores: availableCores(),
      leastBudget: (connections) => leastBudget({ ...settings, connections }),
      mostBudget: Math.max(this.#start().budgetBytes, Math.floor(this.#memoryLimitBytes * BUDGET_SHARE)),
    };
  }

  #results(found: SearchResult): object {
    const { configFile, minutes, windowSeconds, live } = this.#request;
    const machine = { cores: availableCores(), memoryBytes: totalmem(), node: process.version };
    const recommended = recommendedYaml(found.start, found.best, this.#names);
    const when = new Date(clock.now()).toISOString();
    return {
      when,
      configFile,
      ...this.#names,
      live: live !== undefined,
      minutes,
      windowSeconds,
      machine,
      ...found,
      recommended,
    };
  }
}

/** What a container may use, where it is bounded. */
function memoryHere(): number {
  const bound = process.constrainedMemory();
  return bound > 0 ? Math.min(bound, totalmem()) : totalmem();
}

/** Logstores are mostly called after what is in them. */
function guessProfile(logstore: string): ProfileName | undefined {
  const name = logstore.replace(/[^a-z0-9]/g, '');
  const known: readonly (readonly [part: string, profile: ProfileName])[] = [
    ['actiontrail', 'actiontrail'],
    ['flow', 'vpcflow'],
    ['waf', 'waf'],
    ['audit', 'k8saudit'],
    ['nginx', 'nginx'],
  ];
  return known.find(([part]) => name.includes(part))?.[1];
}
