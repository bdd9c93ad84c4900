import type {
  Awaited,
  FlawCounts,
  Framing,
  LatencyStats,
  ParseFlaw,
  ReceiverStats,
  SequenceTotals,
  ShardStats,
  Tracking,
} from './contract.js';
import type { FrameSink, FramingFlaw } from './framer.js';
import { LatencyHistogram } from './latency.js';
import { Mark } from './marks.js';
import { RecentMessages } from './recent.js';
import { parseRfc5424 } from './rfc5424.js';
import { sumUp, SequenceTracker } from './sequence.js';

const KEPT_PARSE_FLAWS = 10;
const KEPT_BYTES = 256;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type TallyStats = Pick<
  ReceiverStats,
  'bytes' | 'frames' | 'events' | 'framing' | 'flaws' | 'parseFlaws' | 'sequence' | 'shards' | 'latency'
>;

export interface TallySettings {
  readonly tracking: Tracking;
  readonly latency: boolean;
  readonly keep: number;
  readonly now: () => number;
}

/** Looks at every message of every connection and counts. */
export class Tally implements FrameSink {
  readonly #settings: TallySettings;
  readonly #recent: RecentMessages;
  readonly #sequence = new SequenceTracker();
  readonly #latency = new LatencyHistogram();
  readonly #sequenceMark = new Mark('emu_seq');
  readonly #timeMark = new Mark('emu_ts');
  readonly #framing: Record<Framing, number> = { lf: 0, nul: 0, 'octet-counting': 0, datagram: 0 };
  readonly #parseFlaws: ParseFlaw[] = [];
  readonly #flaws: Writable<FlawCounts> = {
    framing: 0,
    framingChanges: 0,
    oversize: 0,
    incomplete: 0,
    empty: 0,
    parse: 0,
    controlCharacters: 0,
  };
  #bytes = 0;
  #frames = 0;
  /** When the chunk at hand was read. */
  #now = 0;

  constructor(settings: TallySettings) {
    this.#settings = settings;
    this.#recent = new RecentMessages(settings.keep);
  }

  /** To be called before the frames of a chunk. */
  read(bytes: number): void {
    this.#bytes += bytes;
    if (this.#settings.latency) this.#now = this.#settings.now();
  }

  frame(bytes: Buffer, start: number, end: number, framing: Framing): void {
    this.#frames++;
    this.#framing[framing]++;
    if (start === end) {
      this.#flaws.empty++;
      return;
    }
    this.#recent.add(bytes, start, end);
    if (this.#settings.latency) this.#measure(bytes, start, end);
    if (this.#settings.tracking === 'count') return;
    this.#follow(bytes, start, end);
    if (this.#settings.tracking === 'strict') this.#examine(bytes, start, end, framing);
  }

  flaw(kind: FramingFlaw): void {
    this.#flaws[kind]++;
  }

  #follow(bytes: Buffer, start: number, end: number): void {
    const mark = this.#sequenceMark;
    if (!mark.find(bytes, start, end)) return;
    const shard = mark.number(bytes, end);
    const n = mark.number(bytes, end);
    if (!Number.isNaN(shard) && !Number.isNaN(n)) this.#sequence.add(shard, n);
  }

  #measure(bytes: Buffer, start: number, end: number): void {
    if (!this.#timeMark.find(bytes, start, end)) return;
    const sent = this.#timeMark.number(bytes, end);
    if (!Number.isNaN(sent)) this.#latency.add(this.#now - sent);
  }

  #examine(bytes: Buffer, start: number, end: number, framing: Framing): void {
    if ((framing === 'lf' || framing === 'nul') && hasControlCharacter(bytes, start, end))
      this.#flaws.controlCharacters++;
    const message = bytes.subarray(start, end);
    const parsed = parseRfc5424(message);
    if (parsed.ok) return;
    this.#flaws.parse++;
    if (this.#parseFlaws.length === KEPT_PARSE_FLAWS) return;
    const text = message.toString('utf8', 0, KEPT_BYTES);
    this.#parseFlaws.push({ error: parsed.error, offset: parsed.offset, message: text });
  }

  get events(): number {
    return this.#frames - this.#flaws.empty;
  }

  has(awaited: Awaited): boolean {
    const { events = 0, bytes = 0, unique = 0, duplicates = 0 } = awaited;
    if (this.events < events || this.#bytes < bytes) return false;
    if (unique > 0 && this.#sequence.sum('unique') < unique) return false;
    return duplicates === 0 || this.#sequence.sum('duplicates') >= duplicates;
  }

  last(count: number): string[] {
    return this.#recent.last(count);
  }

  stats(): TallyStats {
    const shards: ShardStats[] = this.#sequence.shards();
    const sequence: SequenceTotals = sumUp(shards);
    const latency: LatencyStats | undefined = this.#settings.latency ? this.#latency.stats() : undefined;
    return {
      bytes: this.#bytes,
      frames: this.#frames,
      events: this.events,
      framing: { ...this.#framing },
      flaws: { ...this.#flaws },
      parseFlaws: [...this.#parseFlaws],
      sequence,
      shards,
      latency,
    };
  }
}

function hasControlCharacter(bytes: Buffer, start: number, end: number): boolean {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte < 32 || byte === 127) return true;
  }
  return false;
}
