import { availableCores } from '../config/available-cores.js';
import { loadConfig } from '../config/load.js';
import { toSettings, type ForwarderSettings, type Host, type Range } from '../config/settings.js';
import { warningsOf } from '../config/warnings.js';
import { DeadLetterStore } from '../deadletter/store.js';
import { systemClock as clock } from '../flow/clock.js';
import { StopRequests } from '../flow/stop-requests.js';
import type { SlsClient } from '../sls/client.js';
import { sayError } from '../telemetry/log-output.js';
import { createLogger, type LogSystem } from '../telemetry/logger.js';
import { startEmbedded, type EmbeddedEnds } from './embedded.js';
import { Forwarder, type Clients } from './forwarder.js';
import { identityOf } from './identity.js';
import { sourceField } from './log-fields.js';
import { sayWhereFrom } from './say-where-from.js';
import { openSource, secretsOf } from './service-access.js';

export interface RunOptions {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What of the logstores to read; if not said, everything from the start position on, without end. */
  readonly range?: Range | undefined;
}

/**
 * One run: reads the config, opens what stands before the rest, and ends it whatever happens.
 *
 * @returns the exit code: 0 after a stop that left nothing undelivered.
 * @throws ForwarderError when the config can't be used.
 */
export async function runForwarder({ configFile, env, range }: RunOptions): Promise<number> {
  const config = loadConfig(configFile, env);
  const identity = await identityOf(config, range);
  const settings = toSettings(config, thisHost(identity.consumer), range);
  const logs = await createLogger({ ...settings.log, secrets: secretsOf(settings) });
  for (const warning of warningsOf(settings, clock.now())) logs.log.warn({}, warning);
  const stop = new StopRequests();
  stop.listen();
  const ends = await startEmbedded(settings, logs.log);
  let deadLetters: DeadLetterStore | undefined;
  try {
    sayWhereFrom(settings, ends, logs.log);
    const clients = openSources(settings, ends, env, logs);
    deadLetters = settings.deadLetters && (await DeadLetterStore.open(settings.deadLetters, clock));
    if (deadLetters?.isLocked === false)
      logs.log.warn({}, 'deadLetters.directory takes no lock, so nothing keeps a second process from using it too');
    return await new Forwarder(settings, { ...ends, clients, deadLetters }, logs, stop).run();
  } finally {
    await deadLetters?.close();
    await identity.release();
    await ends.stop();
    await logs.flush(stop.hard);
    const { lostLines } = logs.snapshot();
    if (lostLines > 0) sayError(`${lostLines} lines of the log could not be written`);
    // Not before: a signal nobody listens for ends the process at once.
    stop.close();
  }
}

const thisHost = (consumer: string): Host => ({ cores: availableCores(), consumer, now: clock.now() });

function openSources(
  settings: ForwarderSettings,
  ends: EmbeddedEnds,
  env: RunOptions['env'],
  logs: LogSystem,
): Clients {
  const open = (name: string): SlsClient =>
    openSource(settings, name, ends.service?.endpoint, {
      env,
      clock,
      log: logs.log.child(sourceField(settings, name)),
    });
  return new Map([...settings.sources.keys()].map((name) => [name, open(name)]));
}
