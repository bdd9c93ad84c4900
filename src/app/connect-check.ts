import type { ForwarderSettings, PatternPlan, PipelinePlan } from '../config/settings.js';
import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { systemClock as clock } from '../flow/clock.js';
import { Turns } from '../flow/turns.js';
import { Discovery, type Found } from '../group/discovery.js';
import type { SlsClient } from '../sls/client.js';
import { openSource } from './service-access.js';

/** All of it; each request has the timeout of its source. */
const PATIENCE_MS = 120_000;
/** Requests at one time. */
const AT_ONCE = 8;
/** What the client has to say is in the errors it throws. */
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
/** Nothing is pulled here. */
const READING = { compression: 'none', bodyBuffer: (size: number) => new ArrayBuffer(size) } as const;

export interface ConnectDeps {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** A line about one logstore, or about what can't be had. */
  readonly say: (line: string) => void;
}

/**
 * Asks each Log Service what the pipelines would find there today: one line for each logstore. Receivers are not contacted.
 * @returns the exit code of the first error; 0: there was none
 */
export async function checkConnections(settings: ForwarderSettings, { env, say }: ConnectDeps): Promise<number> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const errors: ForwarderError[] = [];
  const failed = (name: string, error: ForwarderError): void => {
    errors.push(error);
    say(`${name}: ${error.message}`);
  };
  for (const [source, service] of settings.sources) {
    if (service === 'embedded') {
      say(`source ${source}: the embedded Log Service starts with the run; there is nothing to ask`);
      continue;
    }
    const client = openSource(settings, source, undefined, { env, clock, log: SILENT });
    try {
      const named = settings.pipelines.filter((plan) => plan.settings.source === source);
      await sayLogstores(named, client, signal, { say, failed });
      for (const pattern of settings.patterns.filter((one) => one.source === source)) {
        const { found, failures } = await find(pattern, client, signal);
        for (const error of failures) failed(pattern.name, error);
        const plans = found.map((place) => pattern.planFor(place, false));
        await sayLogstores(plans, client, signal, { say, failed });
        if (failures.length === 0) say(`${pattern.name}: its patterns find ${countOf(found.length, 'logstore')} today`);
      }
    } finally {
      client.close();
    }
  }
  return errors[0]?.exitCode ?? 0;
}

async function find(
  pattern: PatternPlan,
  lister: SlsClient,
  signal: AbortSignal,
): Promise<{ readonly found: readonly Found[]; readonly failures: readonly ForwarderError[] }> {
  let found: readonly Found[] = [];
  const onLooked = (all: readonly Found[]): number => {
    found = all;
    return 0;
  };
  const discovery = new Discovery({
    settings: pattern,
    lister,
    clock,
    log: SILENT,
    onLooked,
    onStuck: () => undefined,
  });
  const failures = await discovery.look(signal);
  return { found, failures };
}

interface Told {
  readonly say: (line: string) => void;
  readonly failed: (name: string, error: ForwarderError) => void;
}

/** In the order of the plans, each asked for its shards. */
async function sayLogstores(
  plans: readonly PipelinePlan[],
  client: SlsClient,
  signal: AbortSignal,
  { say, failed }: Told,
): Promise<void> {
  const turns = new Turns(AT_ONCE);
  const asked = plans.map(({ settings }) =>
    turns.run(async () => {
      try {
        return await client.openLogstore({ ...settings, ...READING }).source.listShards(signal);
      } catch (thrown) {
        return asForwarderError(thrown);
      }
    }),
  );
  for (const [at, { settings }] of plans.entries()) {
    const shards = await asked[at];
    if (shards instanceof Error) failed(settings.name, shards);
    else say(`${settings.name}: ${settings.project}/${settings.logstore} (${countOf(shards?.length ?? 0, 'shard')})`);
  }
}

const countOf = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
