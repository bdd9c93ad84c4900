import { choosePipeline } from '../config/choose-pipeline.js';
import { loadConfig } from '../config/load.js';
import { startAt, type Start } from '../config/scalars.js';
import { toSettings, type PipelinePlan } from '../config/settings.js';
import { misfitsOf } from '../config/warnings.js';
import { startEmbedded } from '../app/embedded.js';
import { systemClock as clock } from '../flow/clock.js';
import { unframed } from '../format/frame.js';
import { FormatterPool } from '../format/formatter-pool.js';
import type { FrameBatch, RawBatch } from '../model/batch.js';
import type { Formatter, LogSource, StartPosition } from '../model/ports.js';
import { MAX_RAW_SIZE, openSource } from '../app/service-access.js';
import { headerTextPlan, headerTexts, type HeaderTexts } from './header-texts.js';
import { Lint } from './lint.js';
import { UsedFields } from './used-fields.js';
import { readMessage } from './message.js';
import { describe, framesOf, hexDump } from './show.js';

export interface PreviewRequest {
  readonly configFile: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Name of the pipeline; the only one if not said. */
  readonly pipeline: string | undefined;
  /** One of its logstores; the only one if not said. */
  readonly logstore: string | undefined;
  /** Events to show. */
  readonly count: number;
  /** Where in each shard to look; if not said, at the last hour, then at the beginning. */
  readonly from: Start | undefined;
  readonly hex: boolean;
  /** Also name what a SIEM can't read. */
  readonly lint: boolean;
  /** What would be sent … */
  readonly print: (bytes: Uint8Array | string) => void;
  /** … and what there is to say about it, without line breaks. */
  readonly say: (line: string) => void;
}

/** Log groups in one pull: a few events are wanted, not a batch. */
const GROUPS = 10;
/** Pulls of one shard: the filters may leave nothing of any number of them. */
const MAX_PULLS = 20;
const PATIENCE_MS = 120_000;
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Pulls events of a pipeline and shows, byte for byte, what would be sent. Sends nothing and leaves the consumer group alone.
 * @throws ForwarderError
 */
export async function preview(request: PreviewRequest): Promise<void> {
  const host = { cores: 1, consumer: 'preview', now: clock.now() };
  const settings = toSettings(loadConfig(request.configFile, request.env), host);
  const plan = choosePipeline(settings, request);
  const { source: name } = plan.settings;
  const ends = await startEmbedded({ ...settings, destinations: [] }, SILENT);
  const client = openSource(settings, name, ends.service?.endpoint, { env: request.env, clock, log: SILENT });
  const used = new UsedFields(plan.plan);
  const pool = new FormatterPool({
    threads: 1,
    plans: [plan.plan, headerTextPlan(plan.plan), used.plan],
    maxRawSize: MAX_RAW_SIZE,
    arenaBytes: 0,
    maxIdleBytes: 0,
  });
  try {
    const formatter = pool.formatter(0, { ...plan.settings, hostname: '' });
    const bodyBuffer = (size: number): ArrayBuffer => formatter.bodyBuffer(size);
    const { source } = client.openLogstore({
      ...plan.settings,
      compression: plan.compression,
      query: plan.query,
      processor: plan.processor,
      bodyBuffer,
    });
    const looks = {
      texts: pool.formatter(1, { ...plan.settings, hostname: '' }),
      used,
      fields: pool.formatter(2, { ...plan.settings, hostname: '' }),
    };
    if (request.lint) for (const misfit of misfitsOf(settings, plan)) request.say(`lint: ${misfit}`);
    await new Preview(request, plan, source, formatter, looks).run();
  } finally {
    client.close();
    await pool.close();
    await ends.stop();
  }
}

/** What else is made of the events, to say what is wrong with them. */
interface Looks {
  readonly texts: Formatter;
  readonly used: UsedFields;
  readonly fields: Formatter;
}

class Preview {
  readonly #request: PreviewRequest;
  readonly #plan: PipelinePlan;
  readonly #source: LogSource;
  readonly #formatter: Formatter;
  readonly #looks: Looks;
  readonly #signal = AbortSignal.timeout(PATIENCE_MS);
  readonly #lint: Lint;
  #shown = 0;
  #looked = { filtered: 0, sampled: 0, dropped: 0, rejected: 0, truncated: 0, empty: 0, bare: 0, untimed: 0 };

  constructor(request: PreviewRequest, plan: PipelinePlan, source: LogSource, formatter: Formatter, looks: Looks) {
    this.#request = request;
    this.#plan = plan;
    this.#source = source;
    this.#formatter = formatter;
    this.#looks = looks;
    const { size, body } = plan.plan;
    const separator = body.kind === 'kv' && body.quote === 'none' ? body.separator : undefined;
    this.#lint = new Lint(size !== undefined, separator);
  }

  async run(): Promise<void> {
    const shards = await this.#source.listShards(this.#signal);
    for (const from of positions(this.#request.from)) {
      for (const { shard } of shards) await this.#shard(shard, from);
      if (this.#shown > 0) break;
    }
    this.#sumUp();
  }

  async #shard(shard: number, from: StartPosition): Promise<void> {
    let cursor = await this.#source.getCursor(shard, from, this.#signal);
    for (let seq = 0; seq < MAX_PULLS && this.#shown < this.#request.count; seq++) {
      const { nextCursor, logGroups, ...reply } = await this.#source.pull(shard, cursor, GROUPS, this.#signal);
      if (logGroups > 0) await this.#batch({ ...reply, shard, seq, cursor, nextCursor });
      if (nextCursor === cursor) return;
      cursor = nextCursor;
    }
  }

  /** Formatting takes the body away. */
  async #batch(batch: RawBatch): Promise<void> {
    const copy = (): RawBatch => ({ ...batch, body: batch.body.slice(0) });
    const { texts, used, fields } = this.#looks;
    const isLint = this.#request.lint;
    if (isLint) used.see(await fields.format(copy()));
    const header = isLint ? headerTexts(await texts.format(copy())) : new Map<string, Set<string>>();
    this.#show(await this.#formatter.format(batch), header);
  }

  #show(batch: FrameBatch, texts: HeaderTexts): void {
    const { count, hex, print, say } = this.#request;
    this.#lint.looked(batch);
    this.#looked.filtered += batch.filtered;
    this.#looked.sampled += batch.sampled;
    this.#looked.dropped += batch.dropped;
    this.#looked.rejected += batch.rejected.length;
    this.#looked.truncated += batch.truncated;
    this.#looked.empty += batch.empty;
    this.#looked.bare += batch.bare;
    this.#looked.untimed += batch.untimed;
    for (const frame of framesOf(batch).slice(0, count - this.#shown)) {
      this.#shown += 1;
      const message = readMessage(unframed(frame, this.#plan.plan.framing));
      this.#lint.see(message, texts);
      say(`${this.#shown}: ${describe(message, frame.length, batch.shard)}`);
      print(hex ? hexDump(frame) : frame);
      if (!hex && frame.at(-1) !== LF) print('\n');
    }
  }

  /** The counts are of all events that were looked at, which are more than those shown. */
  #sumUp(): void {
    const { filtered, sampled, dropped, rejected, truncated, empty, bare, untimed } = this.#looked;
    const { project, logstore } = this.#plan.settings;
    const size = `${this.#plan.plan.size?.maxBytes ?? 0} bytes`;
    const { say } = this.#request;
    if (this.#shown === 0) {
      const isEmpty = filtered + sampled + dropped + rejected + empty === 0;
      const found = isEmpty ? 'no events found' : 'none of the events looked at would be sent';
      say(`${found} (${project}/${logstore}); try another --from`);
    }
    if (filtered > 0) say(`looked at and left out by the filters: ${filtered} events`);
    if (sampled > 0) say(`looked at and left out by sampling: ${sampled} events`);
    if (dropped > 0) say(`looked at and dropped, being larger than ${size}: ${dropped} events`);
    if (rejected > 0) say(`looked at and kept as dead letters, being larger than ${size}: ${rejected} events`);
    if (empty > 0) say(`looked at and left out because nothing is left of them: ${empty} events`);
    if (bare > 0) say(`looked at and showing nothing of their log: ${bare} events`);
    if (untimed > 0) {
      say(
        `looked at and sent with the time of the log, because eventTime is missing or can't be read: ${untimed} events`,
      );
    }
    if (truncated > 0) say(`looked at and cut to ${size}: ${truncated} events`);
    if (this.#request.lint) {
      const missing = this.#missing();
      const findings = this.#shown + empty > 0 ? this.#lint.findings(missing) : missing;
      for (const finding of findings) say(`lint: ${finding}`);
    }
    this.#request.say('nothing was sent, nothing was committed');
  }

  #missing(): string[] {
    const { names, events } = this.#looks.used.missing();
    if (events < ENOUGH || names.length === 0) return [];
    return [
      `fields and paths that none of ${events} events has: ${names.join(', ')}; correct their names, or look at more events (--from, --count)`,
    ];
  }
}

/** Fewer events say little of what others have. */
const ENOUGH = 5;
const LF = 0x0a;
const HOUR = 3600;

function positions(from: Start | undefined): readonly StartPosition[] {
  const now = clock.now();
  return from === undefined ? [startAt({ secondsAgo: HOUR }, now), 'begin'] : [startAt(from, now)];
}
