import { ByteWriter } from './byte-writer.js';
import type { Preload } from './generator.js';
import { ReplyCache, replyEnd, startOf, type Segment, type Slice } from './segment.js';

/** A live segment is closed at this size, so that a reply stays well below the service's limit. */
const SEGMENT_GROUPS = 1000;
const SEGMENT_BYTES = 4 * 1024 * 1024;
/** How long a shard that repeats its logs lasts, in groups. */
const ENDLESS = 1_000_000_000_000;

class LiveSegment implements Segment {
  readonly start: number;
  readonly ends: number[] = [];
  /** Unix milliseconds of each group. */
  readonly receivedAt: number[] = [];
  readonly replies = new ReplyCache();
  readonly #bytes = new ByteWriter(16 * 1024);

  constructor(start: number) {
    this.start = start;
  }

  get bytes(): Uint8Array {
    return this.#bytes.view();
  }

  get full(): boolean {
    return this.ends.length >= SEGMENT_GROUPS || this.#bytes.length >= SEGMENT_BYTES;
  }

  append(element: Uint8Array, time: number): void {
    this.#bytes.bytes(element);
    this.ends.push(this.#bytes.length);
    this.receivedAt.push(time);
  }
}

export interface ReadLimits {
  /** Most log groups, 1..1000. */
  readonly count: number;
  /** Group number the reply must not reach beyond. */
  readonly end: number;
  readonly maxBytes: number;
}

/** The log groups of one shard, numbered from 0: first what was preloaded, then what was written. */
export class ShardLog {
  readonly #preload: Preload | undefined;
  readonly #repeat: boolean;
  readonly #retainBytes: number;
  readonly #live: LiveSegment[] = [];
  #liveBytes = 0;
  #first = 0;
  #end: number;

  constructor(preload: Preload | undefined, repeat: boolean, retainBytes: number) {
    this.#preload = preload;
    this.#repeat = repeat && preload !== undefined && preload.groups > 0;
    this.#retainBytes = retainBytes;
    this.#end = this.#repeat ? ENDLESS : (preload?.groups ?? 0);
  }

  /** Oldest group still kept. */
  get first(): number {
    return this.#first;
  }

  /** The group that will be written next. */
  get end(): number {
    return this.#end;
  }

  /** The end, or where a shard that repeats its logs begins again. */
  get onceThrough(): number {
    return this.#repeat ? (this.#preload?.groups ?? 0) : this.#end;
  }

  get endless(): boolean {
    return this.#repeat;
  }

  /** @param element one encoded element of a LogGroupList @param time unix milliseconds */
  append(element: Uint8Array, time: number): void {
    let segment = this.#live.at(-1);
    if (segment === undefined || segment.full) {
      segment = new LiveSegment(this.#end);
      this.#live.push(segment);
    }
    segment.append(element, time);
    this.#end++;
    this.#liveBytes += element.length;
    if (this.#liveBytes > this.#retainBytes && this.#live.length > 1) this.expire(this.#oldestLiveEnd() - this.#first);
  }

  /** Forgets the oldest groups. */
  expire(groups: number): void {
    this.#first = Math.min(this.#end, this.#first + groups);
    this.#preload?.forgetBefore(this.#repeat ? 0 : this.#first);
    while (this.#live.length > 0 && this.#oldestLiveEnd() <= this.#first) {
      const [gone] = this.#live.splice(0, 1);
      this.#liveBytes -= gone?.bytes.length ?? 0;
    }
  }

  /** The groups a pull from `group` gets, at least one; undefined at the end. */
  read(group: number, limits: ReadLimits): Slice | undefined {
    const left = Math.min(limits.end, this.#end) - group;
    if (left <= 0) return undefined;
    const { segment, offset: from } = this.#locate(group);
    let to = Math.min(replyEnd(from, limits.count), from + left, segment.ends.length);
    while (to > from + 1 && startOf(segment, to) - startOf(segment, from) > limits.maxBytes) to--;
    return { segment, from, to };
  }

  /** Unix milliseconds at which the service got this group. */
  receivedAt(group: number): number {
    if (this.#preload !== undefined && (this.#repeat || group < this.#preload.groups))
      return this.#preload.receivedAt(group % this.#preload.groups);
    const segment = this.#liveSegment(group);
    return segment.receivedAt[group - segment.start] ?? 0;
  }

  /** The first group received at or after this time (unix milliseconds). */
  at(time: number): number {
    let low = this.#first;
    let high = this.onceThrough;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (this.receivedAt(middle) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #locate(group: number): { readonly segment: Segment; readonly offset: number } {
    if (this.#preload !== undefined && (this.#repeat || group < this.#preload.groups))
      return this.#preload.locate(group % this.#preload.groups);
    const segment = this.#liveSegment(group);
    return { segment, offset: group - segment.start };
  }

  #liveSegment(group: number): LiveSegment {
    const segment = this.#live.findLast((candidate) => candidate.start <= group);
    if (segment === undefined) throw new RangeError(`group ${group} is not kept`);
    return segment;
  }

  #oldestLiveEnd(): number {
    return this.#live[1]?.start ?? this.#end;
  }
}
