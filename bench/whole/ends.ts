import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Awaited, ReceiverMode, ReceiverOptions, ReceiverStats } from '../../src/emulator/receiver/contract.js';
import { groupsPerSegment, LOGS_PER_GROUP, type ProfileName } from '../../src/emulator/sls/profiles/index.js';
import type { LogstoreOptions, SlsEmulatorOptions } from '../../src/emulator/sls/options.js';
import { testCerts } from '../../test/support/certs.js';
import { Remote } from './rpc.js';

export const TRANSPORTS = ['tcp', 'tls', 'relp'] as const;
export type Transport = (typeof TRANSPORTS)[number];

/** Every body with all fields of the log in it; JSON inside fields becomes objects. */
const FORMATS = {
  kv: {},
  json: { body: 'json', expandJson: true },
  leef: { body: 'leef' },
  cef: { body: 'cef' },
} as const;
export type Body = keyof typeof FORMATS;
export const BODIES = Object.keys(FORMATS) as Body[];

/** What is forwarded, as what, and over what. */
export interface Case {
  readonly profile: ProfileName;
  readonly transport: Transport;
  /** `kv` if not said. */
  readonly body?: Body;
  readonly shards: number;
}

/** What a measurement wants of the config beyond its defaults. */
export interface ConfigChange {
  /** Keys of the destination. */
  readonly destination?: object;
  /** Keys of the pipeline. */
  readonly pipeline?: object;
  /** Keys of the whole. */
  readonly top?: object;
  /** A group that is used already, for a second process in it. */
  readonly consumerGroup?: string;
}

export const PROJECT = 'bench';
export const LOGSTORE = 'logs';
/** Events that the emulator prepares at most: it holds them in memory. */
const MAX_PREPARED = 700_000;
/** Replies end at multiples of it: a rest would be a small reply of its own, after which the forwarder waits for more. */
const REPLY_EVENTS = 250 * LOGS_PER_GROUP;

interface ShardCounts {
  readonly endGroup: number;
  readonly endCursor: string;
  readonly appended: number;
  readonly pulledGroups: number;
  readonly pulledBytes: number;
}

interface GroupDescription {
  readonly name: string;
  readonly shards: readonly { readonly shard: number; readonly checkpoint: string }[];
}

/** Both ends of a measurement, each a process of its own, with everything the forwarder's config says about them. */
export class Ends {
  readonly source: Remote<string>;
  readonly receiver: Remote<string>;
  /** For config files and whatever else is written; gone with the ends. */
  readonly dir: string;
  readonly shards: number;
  readonly preparedPerShard: number;
  readonly #caFile: string;
  readonly #format: object;
  #groups = 0;

  private constructor(
    source: Remote<string>,
    receiver: Remote<string>,
    dir: string,
    caFile: string,
    { shards = 1, preload = 0 }: Omit<LogstoreOptions, 'name'>,
    format: object,
  ) {
    this.source = source;
    this.receiver = receiver;
    this.dir = dir;
    this.#caFile = caFile;
    this.#format = format;
    this.shards = shards;
    this.preparedPerShard = preload / shards;
  }

  /**
   * Ends that repeat prepared replies without end, so that serving them costs little.
   * @param preparedAs of shards: so much is prepared for each as if there were so many. A reply never goes beyond it.
   */
  static async endless({ profile, transport, body = 'kv', shards }: Case, preparedAs = shards): Promise<Ends> {
    const whole = groupsPerSegment(profile) * LOGS_PER_GROUP;
    const share = Math.floor(MAX_PREPARED / preparedAs / REPLY_EVENTS) * REPLY_EVENTS;
    const preload = Math.min(whole, share) * shards;
    const ends = await Ends.start({ profile, shards, preload, repeat: true }, transport, {}, FORMATS[body]);
    await ends.control('prepare', { logstore: LOGSTORE, compression: 'lz4' });
    return ends;
  }

  static async start(
    logstore: Omit<LogstoreOptions, 'name'>,
    transport: Transport,
    receiverOptions: ReceiverOptions,
    format: object = {},
  ): Promise<Ends> {
    const { ca, server } = await testCerts();
    const receiverScript = new URL(
      transport === 'relp' ? '../relp-process.js' : '../receiver-process.js',
      import.meta.url,
    );
    const listen = transport === 'relp' ? {} : { listen: `${transport}://127.0.0.1:0` };
    const sourceOptions: SlsEmulatorOptions = { project: PROJECT, logstores: [{ name: LOGSTORE, ...logstore }] };
    const [source, receiver] = await Promise.all([
      Remote.start<string>(new URL('../source-process.js', import.meta.url), sourceOptions),
      Remote.start<string>(receiverScript, {
        ...listen,
        tls: server,
        tracking: 'sequence',
        keep: 1,
        ...receiverOptions,
      } satisfies ReceiverOptions),
    ]);
    const dir = mkdtempSync(join(tmpdir(), 'forwarder-bench-'));
    const caFile = join(dir, 'ca.pem');
    writeFileSync(caFile, ca.cert);
    return new Ends(source, receiver, dir, caFile, logstore, format);
  }

  /** A config as a user would write it for these ends, everything else being default, with a consumer group that nobody has used. */
  config(change: ConfigChange = {}): { readonly file: string; readonly consumerGroup: string } {
    const number = this.#groups++;
    const { destination = {}, pipeline = {}, top = {}, consumerGroup = `bench-${number}` } = change;
    const file = join(this.dir, `${number}.yaml`);
    const url = this.receiver.ready;
    const config = {
      sources: {
        emulator: {
          endpoint: this.source.ready,
          credentials: { accessKeyId: 'emulator', accessKeySecret: 'emulator' },
        },
      },
      pipelines: [
        {
          ...{ name: 'main', project: PROJECT, logstore: LOGSTORE, consumerGroup, destination: 'siem' },
          format: this.#format,
          ...pipeline,
        },
      ],
      destinations: {
        siem: { endpoints: [url], ...(url.startsWith('tls:') ? { tls: { ca: this.#caFile } } : {}), ...destination },
      },
      admin: { listen: '127.0.0.1:0' },
      ...top,
    };
    writeFileSync(file, JSON.stringify(config, undefined, 2));
    return { file, consumerGroup };
  }

  stats(): Promise<ReceiverStats> {
    return this.receiver.call('stats');
  }

  async setMode(mode: ReceiverMode): Promise<void> {
    await this.receiver.call('setMode', mode);
  }

  waitFor(awaited: Awaited, timeoutMs: number): Promise<ReceiverStats> {
    return this.receiver.call('waitFor', { awaited, timeoutMs });
  }

  async setRate(ratePerSecond: number): Promise<void> {
    await this.control('rate', { logstore: LOGSTORE, ratePerSecond });
  }

  /** Events put into each shard so far. */
  async appended(): Promise<ReadonlyMap<number, number>> {
    return new Map([...(await this.#shards())].map(([shard, counts]) => [shard, counts.appended]));
  }

  /** Uncompressed bytes of log groups per event, over everything pulled so far. */
  async rawBytesPerEvent(): Promise<number> {
    const shards = [...(await this.#shards()).values()];
    const sum = (key: 'pulledBytes' | 'pulledGroups'): number => shards.reduce((all, shard) => all + shard[key], 0);
    return sum('pulledBytes') / (sum('pulledGroups') * LOGS_PER_GROUP);
  }

  /** Events before the committed checkpoint of each shard of an endless logstore: what was promised to be delivered. */
  async committed(consumerGroup: string): Promise<ReadonlyMap<number, number>> {
    const counts = await this.#shards();
    const groups = await this.control<GroupDescription[]>('groups', { logstore: LOGSTORE });
    const rows = groups.find(({ name }) => name === consumerGroup)?.shards ?? [];
    return new Map(
      rows.map(({ shard, checkpoint }) => {
        const { endGroup, endCursor } = counts.get(shard) ?? { endGroup: 0, endCursor: '' };
        const behind = checkpoint === '' ? BigInt(endGroup) : position(endCursor) - position(checkpoint);
        return [shard, (endGroup - Number(behind)) * LOGS_PER_GROUP];
      }),
    );
  }

  control<Result>(path: string, body: object): Promise<Result> {
    return this.source.call<Result>('control', { path, body });
  }

  async stop(): Promise<void> {
    await Promise.all([this.source.stop(), this.receiver.stop()]);
    rmSync(this.dir, { recursive: true, force: true });
  }

  async #shards(): Promise<Map<number, ShardCounts>> {
    const { logstores } = await this.control<{
      readonly logstores: Readonly<Record<string, { readonly shards: Readonly<Record<string, ShardCounts>> }>>;
    }>('stats', {});
    return new Map(Object.entries(logstores[LOGSTORE]?.shards ?? {}).map(([id, counts]) => [Number(id), counts]));
  }
}

/** Cursors are base64 of a decimal number that counts log groups. */
function position(cursor: string): bigint {
  return BigInt(Buffer.from(cursor, 'base64').toString('latin1'));
}
