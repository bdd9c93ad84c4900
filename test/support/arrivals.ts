interface Arrival {
  readonly firstAt: number;
  readonly high: number;
  readonly highAt: number;
}

/** When the first and the last event of each shard came, counted in events. */
export class Arrivals {
  readonly #shards = new Map<number, Arrival>();
  #count = 0;

  add(shard: number, n: number): void {
    const at = this.#count++;
    const known = this.#shards.get(shard);
    if (known === undefined) this.#shards.set(shard, { firstAt: at, high: n, highAt: at });
    else if (n > known.high) this.#shards.set(shard, { ...known, high: n, highAt: at });
  }

  /** The first event of `child` came when the last one of `parent` had come. */
  follows(child: number, parent: number): boolean {
    const [first, last] = [this.#shards.get(child)?.firstAt, this.#shards.get(parent)?.highAt];
    return first === undefined || last === undefined || first > last;
  }
}
