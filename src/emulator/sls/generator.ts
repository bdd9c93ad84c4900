import type { Pair } from './log-group-writer.js';
import { LogGroupWriter } from './log-group-writer.js';
import { groupsPerSegment, LOGS_PER_GROUP, profileOf, type ProfileName } from './profiles/index.js';
import { mixSeed, Random } from './random.js';
import { ReplyCache, type Segment } from './segment.js';

export interface GeneratorSettings {
  readonly profile: ProfileName;
  readonly seed: number;
}

/** Makes the logs of one shard. Log n is the same whenever it is made, but for its times. */
export class ShardGenerator {
  readonly #settings: GeneratorSettings;
  readonly #shard: number;

  constructor(settings: GeneratorSettings, shard: number) {
    this.#settings = settings;
    this.#shard = shard;
  }

  /** Writes one group with the logs numbered from `firstEvent`, received at `time` (unix ms). Live logs say when they were appended. */
  write(writer: LogGroupWriter, firstEvent: number, events: number, time: number, live: boolean): void {
    const random = new Random(mixSeed(this.#settings.seed, this.#shard, firstEvent));
    const profile = profileOf(this.#settings.profile, random);
    const seconds = Math.floor(time / 1000);
    writer.add({
      topic: profile.topic,
      source: profile.source(random),
      tags: profile.tags(random, seconds),
      logs: Array.from({ length: events }, (_, index) => ({
        time: seconds,
        nanos: random.below(1_000_000_000),
        contents: [...profile.contents(random, time), ...this.#proof(firstEvent + index, time, live)],
      })),
    });
  }

  /** What lets a receiver prove order and loss. */
  #proof(event: number, time: number, live: boolean): Pair[] {
    const sequence: Pair = ['emu_seq', `${this.#shard}-${event}`];
    return live ? [sequence, ['emu_ts', String(Math.floor(time))]] : [sequence];
  }
}

/** The logs a shard has at the start, received evenly over the time before it. Segments are made when first read. */
export class Preload {
  readonly events: number;
  readonly groups: number;
  readonly #generator: ShardGenerator;
  readonly #perSegment: number;
  readonly #segments = new Map<number, Segment>();
  readonly #from: number;
  readonly #spanMs: number;

  /** @param from unix milliseconds of the first log */
  constructor(generator: ShardGenerator, profile: ProfileName, events: number, from: number, spanMs: number) {
    this.events = events;
    this.groups = Math.ceil(events / LOGS_PER_GROUP);
    this.#generator = generator;
    this.#perSegment = groupsPerSegment(profile);
    this.#from = from;
    this.#spanMs = spanMs;
  }

  locate(group: number): { readonly segment: Segment; readonly offset: number } {
    const number = Math.floor(group / this.#perSegment);
    const segment = this.#segments.get(number) ?? this.#make(number);
    return { segment, offset: group % this.#perSegment };
  }

  /** Unix milliseconds. */
  receivedAt(group: number): number {
    return this.#from + Math.floor((group * this.#spanMs) / this.groups);
  }

  /** Frees the segments all of whose groups are older than this one. */
  forgetBefore(group: number): void {
    for (const number of this.#segments.keys())
      if ((number + 1) * this.#perSegment <= group) this.#segments.delete(number);
  }

  #make(number: number): Segment {
    const segment = new PreparedSegment(() => this.#encode(number));
    this.#segments.set(number, segment);
    return segment;
  }

  #encode(number: number): Encoded {
    const writer = new LogGroupWriter();
    const ends: number[] = [];
    const first = number * this.#perSegment;
    const last = Math.min(first + this.#perSegment, this.groups);
    for (let group = first; group < last; group++) {
      const event = group * LOGS_PER_GROUP;
      const events = Math.min(LOGS_PER_GROUP, this.events - event);
      this.#generator.write(writer, event, events, this.receivedAt(group), false);
      ends.push(writer.out.length);
    }
    return { bytes: writer.out.view(), ends };
  }
}

type Encoded = Pick<Segment, 'bytes' | 'ends'>;

/** Its bytes may be forgotten between two requests, since they can be made again; the replies made of them are kept. */
class PreparedSegment implements Segment {
  readonly ends: readonly number[];
  readonly replies = new ReplyCache();
  readonly #encode: () => Encoded;
  #bytes: WeakRef<Uint8Array>;

  constructor(encode: () => Encoded) {
    const { bytes, ends } = encode();
    this.ends = ends;
    this.#encode = encode;
    this.#bytes = new WeakRef(bytes);
  }

  get bytes(): Uint8Array {
    const kept = this.#bytes.deref();
    if (kept !== undefined) return kept;
    const { bytes } = this.#encode();
    this.#bytes = new WeakRef(bytes);
    return bytes;
  }
}
