import { hostname } from 'node:os';
import { join } from 'node:path';
import { loadConfig } from '../config/load.js';
import { readerOf } from '../config/pattern-plans.js';
import { toSettings, type ForwarderSettings, type Host, type PipelinePlan } from '../config/settings.js';
import { letterNames, readLetter, removeLetter, type Letter } from '../deadletter/letters.js';
import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { systemClock as clock } from '../flow/clock.js';
import { takeLock } from '../flow/lock.js';
import { framed } from '../format/frame.js';
import { FormatterPool } from '../format/formatter-pool.js';
import { EVERY_LOG_WHOLE, type FrameBatch } from '../model/batch.js';
import { MAX_RAW_SIZE, secretsOf } from './service-access.js';
import { StopRequests } from '../flow/stop-requests.js';
import { openDestination, type OpenDestination } from '../delivery/destination.js';
import { ALONE } from '../delivery/pace.js';
import { createLogger } from '../telemetry/logger.js';

export interface ReplayOptions {
  readonly directory: string;
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly say: (line: string) => void;
}

/** Letters on their way at once: each is a pull reply. */
const AT_ONCE = 8;
/** Two at a time would send each letter twice; the process that keeps letters there has a lock of its own. */
const LOCK = '.replay.lock';
const UNDECODABLE = 65;
const STOPPED = 75;
const TOO_LARGE =
  'still larger than maxEventBytes; raise that, or replay with another config whose oversize is truncate';
const EMBEDDED = 'replay sends to a real receiver; the destination of this letter is embedded';

/**
 * The second composition root: sends dead letters again, to the destinations of their pipelines, and removes each when it is settled there.
 *
 * @returns the exit code: 0 when none is left, 65 when some can't be used, 75 when it was stopped first.
 * @throws ForwarderError when the config or the directory can't be used.
 */
export async function runReplay({ directory, configFile, env, say }: ReplayOptions): Promise<number> {
  const host: Host = { cores: 1, consumer: hostname(), now: clock.now() };
  const settings = toSettings(loadConfig(configFile, env), host);
  const names = await letterNames(directory);
  const lock = await takeLock(join(directory, LOCK));
  if (lock.kind === 'taken')
    throw new ForwarderError('DIRECTORY_IN_USE', `another replay is sending the letters in "${directory}" already`);
  const logs = await createLogger({ ...settings.log, secrets: secretsOf(settings) });
  const stop = new StopRequests();
  stop.listen();
  const replay = new Replay(settings, logs.log, stop);
  try {
    for (let at = 0; at < names.length && !stop.soft.aborted; at += AT_ONCE) {
      await Promise.all(names.slice(at, at + AT_ONCE).map((name) => replay.send(directory, name, say)));
    }
  } finally {
    await replay.close();
    await logs.flush(stop.hard);
    stop.close();
    if (lock.kind === 'held') await lock.release();
  }
  say(`${replay.sent} of ${names.length} dead letters sent and removed`);
  if (replay.sent === names.length) return 0;
  return stop.soft.aborted ? STOPPED : UNDECODABLE;
}

class Replay {
  sent = 0;
  readonly #settings: ForwarderSettings;
  readonly #pool: FormatterPool;
  readonly #destinations: ReadonlyMap<string, OpenDestination>;
  /** By pipeline and logstore. */
  readonly #lines = new Map<string, PipelinePlan & { readonly number: number }>();
  readonly #stop: StopRequests;

  constructor(settings: ForwarderSettings, log: Parameters<typeof openDestination>[2], stop: StopRequests) {
    this.#settings = settings;
    this.#pool = new FormatterPool({ threads: 1, plans: [], maxRawSize: MAX_RAW_SIZE, arenaBytes: 0, maxIdleBytes: 0 });
    this.#destinations = new Map(
      settings.destinations
        .filter(({ embedded }) => !embedded)
        .map((plan) => [plan.settings.name, openDestination(plan.settings, clock, log, ALONE)]),
    );
    this.#stop = stop;
    // A receiver that is away is waited for until somebody stops this.
    stop.soft.addEventListener('abort', () => void this.#closeHard(), { once: true });
  }

  /** Never rejects: what goes wrong with one letter is said, and it stays. */
  async send(directory: string, name: string, say: (line: string) => void): Promise<void> {
    try {
      const letter = readLetter(directory, name);
      if (typeof letter === 'string') throw new ForwarderError('FORMAT_CORRUPT', letter);
      await this.#deliver(letter);
      await removeLetter(directory, name);
      this.sent += 1;
    } catch (thrown) {
      say(`${name} stays: ${asForwarderError(thrown).message}`);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#destinations.values()].map((one) => one.end(this.#stop.soft)));
    await this.#pool.close();
  }

  async #deliver(letter: Letter): Promise<void> {
    const { number, destination, origin, framing } = this.#lineOf(letter);
    const { kind, shard, cursor, nextCursor, encoding, rawSize } = letter.about;
    const ref = { shard, seq: 0, cursor, nextCursor };
    if (kind === 'event') {
      const bytes = framed(letter.body, framing);
      await sendOn(destination, { ...ref, ...EVERY_LOG_WHOLE, bytes, ends: Uint32Array.of(bytes.length) });
      return;
    }
    const formatter = this.#pool.formatter(number, origin);
    const body = new Uint8Array(letter.body).buffer;
    const frames = await formatter.format({ ...ref, body, bodyLength: letter.body.length, encoding, rawSize });
    const { length: tooLarge } = frames.rejected;
    if (tooLarge > 0) throw new ForwarderError('FORMAT_CORRUPT', `${tooLarge} of its events are ${TOO_LARGE}`);
    await sendOn(destination, frames);
  }

  #lineOf({ about }: Letter) {
    const { project, logstore } = about;
    const { number, settings, plan } = this.#planOf(about);
    const destination = this.#destinations.get(settings.destination);
    if (destination === undefined) throw new ForwarderError('USAGE', EMBEDDED);
    return { number, destination, framing: plan.framing, origin: { project, logstore, hostname: hostname() } };
  }

  #planOf({ pipeline, project, logstore }: Letter['about']) {
    const key = `${pipeline} ${project}/${logstore}`;
    const known = this.#lines.get(key);
    if (known !== undefined) return known;
    const plan = readerOf(this.#settings, pipeline, { project, logstore });
    if (plan === undefined) throw new ForwarderError('USAGE', `no pipeline of the config reads ${project}/${logstore}`);
    const line = { ...plan, number: this.#pool.add(plan.plan) };
    this.#lines.set(key, line);
    return line;
  }

  async #closeHard(): Promise<void> {
    await Promise.all([...this.#destinations.values()].map((one) => one.closeHard()));
  }
}

async function sendOn(destination: OpenDestination, frames: FrameBatch): Promise<void> {
  const route = destination.openRoute(() => true);
  try {
    await route.send(frames);
  } finally {
    route.close();
  }
}
