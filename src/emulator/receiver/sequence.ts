import type { SequenceTotals, ShardStats } from './contract.js';

/** Beyond this many runs the lowest gap is given up: it stays lost, and what still arrives of it counts as a duplicate. */
const MAX_RUNS = 65_536;

/** Which numbers of one shard have come, as runs without a gap: one run while nothing goes wrong, so memory grows with gaps only. */
export class ShardSequence {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #maxRuns: number;
  #received = 0;
  #unique = 0;
  #reordered = 0;
  #high = -1;

  constructor(maxRuns: number = MAX_RUNS) {
    this.#maxRuns = maxRuns;
  }

  add(n: number): void {
    this.#received++;
    if (n <= this.#high) {
      this.#addLate(n);
      return;
    }
    if (n === this.#high + 1 && this.#unique > 0) this.#ends[this.#ends.length - 1] = n;
    else this.#openRun(n);
    this.#high = n;
    this.#unique++;
  }

  #openRun(n: number): void {
    this.#starts.push(n);
    this.#ends.push(n);
    this.#bound();
  }

  #addLate(n: number): void {
    const run = this.#runEndingAtOrAfter(n);
    const start = this.#starts[run] ?? Infinity;
    if (start <= n) return;
    this.#unique++;
    this.#reordered++;
    const joinsBefore = run > 0 && this.#ends[run - 1] === n - 1;
    const joinsAfter = start === n + 1;
    if (joinsBefore && joinsAfter) this.#join(run);
    else if (joinsBefore) this.#ends[run - 1] = n;
    else if (joinsAfter) this.#starts[run] = n;
    else {
      this.#starts.splice(run, 0, n);
      this.#ends.splice(run, 0, n);
      this.#bound();
    }
  }

  #bound(): void {
    if (this.#starts.length > this.#maxRuns) this.#join(1);
  }

  /** Makes one run of `run` and the one before. */
  #join(run: number): void {
    this.#ends.splice(run - 1, 1);
    this.#starts.splice(run, 1);
  }

  #runEndingAtOrAfter(n: number): number {
    let low = 0;
    let high = this.#ends.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] ?? 0) < n) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  stats(shard: number): ShardStats {
    const first = this.#starts[0] ?? 0;
    return {
      shard,
      received: this.#received,
      unique: this.#unique,
      lost: this.#high - first + 1 - this.#unique,
      duplicates: this.#received - this.#unique,
      reordered: this.#reordered,
      first,
      last: this.#high,
    };
  }

  get unique(): number {
    return this.#unique;
  }

  get duplicates(): number {
    return this.#received - this.#unique;
  }
}

/** The sequences of all shards. */
export class SequenceTracker {
  readonly #shards = new Map<number, ShardSequence>();
  #lastShard = -1;
  #last = new ShardSequence();

  add(shard: number, n: number): void {
    if (shard !== this.#lastShard) {
      this.#lastShard = shard;
      this.#last = this.#of(shard);
    }
    this.#last.add(n);
  }

  #of(shard: number): ShardSequence {
    const known = this.#shards.get(shard);
    if (known !== undefined) return known;
    const fresh = new ShardSequence();
    this.#shards.set(shard, fresh);
    return fresh;
  }

  sum(count: 'unique' | 'duplicates'): number {
    let sum = 0;
    for (const shard of this.#shards.values()) sum += shard[count];
    return sum;
  }

  shards(): ShardStats[] {
    return [...this.#shards].map(([shard, sequence]) => sequence.stats(shard)).sort((a, b) => a.shard - b.shard);
  }
}

export function sumUp(shards: readonly ShardStats[]): SequenceTotals {
  const sum = (key: keyof SequenceTotals): number => shards.reduce((total, shard) => total + shard[key], 0);
  return {
    received: sum('received'),
    unique: sum('unique'),
    lost: sum('lost'),
    duplicates: sum('duplicates'),
    reordered: sum('reordered'),
  };
}
