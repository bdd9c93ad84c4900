import type { FrameBatch } from '../model/batch.js';
import type { Route, RouteWait, Weighted } from '../model/ports.js';
import type { Connection } from './connection.js';
import type { Claim } from './span.js';

/** A connection and the open routes that stick to it. */
interface Lane {
  readonly connection: Connection;
  readonly routes: Set<LaneRoute>;
}

/** What may be sent in a second, and what time it is. */
export interface LanesRate {
  /** Events; undefined: any. */
  readonly eventsPerSecond: () => number | undefined;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const RECENT_MS = 5000;
/** What a busy shard among a thousand idle ones must bring at once, so that requests take less time than sending. */
const LEAST_SECONDS = 0.05;

/** Which route of a destination goes over which of its connections. */
export class Lanes {
  readonly connections: readonly Connection[];
  readonly #lanes: readonly Lane[];
  readonly #marginBytes: number;
  readonly #rate: LanesRate;
  /** Who sent since the last turn, and in the time before that. */
  #recent = new Set<LaneRoute>();
  #before: ReadonlySet<LaneRoute> | undefined;
  #turnAt = 0;

  /** @param marginBytes a route goes to an idler connection only where the difference is larger: what is only held is never more than that. */
  constructor(connections: readonly Connection[], marginBytes: number, rate: LanesRate) {
    this.connections = connections;
    this.#lanes = connections.map((connection) => ({ connection, routes: new Set() }));
    this.#marginBytes = marginBytes;
    this.#rate = rate;
  }

  openRoute(claim: Claim): Route {
    const lane = this.#open.reduce((best, other) => (isLighter(other, best) ? other : best));
    return new LaneRoute(lane, this, claim);
  }

  /** What one pull of this route should bring: its part of what goes in a second. */
  pullEventsOf(route: LaneRoute): number | undefined {
    const most = this.#rate.eventsPerSecond();
    return most === undefined ? undefined : most * Math.max(LEAST_SECONDS, this.#partOf(route));
  }

  /** Shares divide by weight, and the routes of a share equally: those that have sent something in the last seconds, at first all that are open. */
  #partOf(route: LaneRoute): number {
    const counts = new Map<Weighted, number>();
    for (const { share } of this.#active().add(route)) counts.set(share, (counts.get(share) ?? 0) + 1);
    const weights = [...counts.keys()].reduce((sum, { weight }) => sum + weight, 0);
    return route.share.weight / weights / (counts.get(route.share) ?? 1);
  }

  #active(): Set<LaneRoute> {
    const now = this.#rate.now();
    if (now >= this.#turnAt) {
      this.#before = this.#turnAt === 0 ? undefined : this.#recent;
      this.#recent = new Set();
      this.#turnAt = now + RECENT_MS;
    }
    if (this.#before === undefined) return new Set(this.#lanes.flatMap(({ routes }) => [...routes]));
    return new Set([...this.#before, ...this.#recent]);
  }

  noteSent(route: LaneRoute): void {
    this.#recent.add(route);
  }

  /** A connection that flows, beside this one: that with the least to do. */
  refugeOf(index: number): Lane | undefined {
    return this.#lanes
      .filter(({ connection }, i) => i !== index && connection.flows)
      .reduce<Lane | undefined>(
        (best, other) => (best === undefined || isLighter(other, best) ? other : best),
        undefined,
      );
  }

  /** Moves all routes of a connection, and all that it has, to one that flows. To be called with its socket closed. @returns whether there was one. */
  moveAway(index: number): boolean {
    const lane = this.#lanes[index];
    const refuge = this.refugeOf(index);
    if (lane === undefined || refuge === undefined) return false;
    for (const route of [...lane.routes]) route.moveTo(refuge);
    lane.connection.moveTo(refuge.connection);
    return true;
  }

  /** The connection that a route with nothing under way should use. */
  chosen(lane: Lane): Lane {
    const idlest = this.#open.reduce((best, other) =>
      other.connection.pendingBytes < best.connection.pendingBytes ? other : best,
    );
    const difference = lane.connection.pendingBytes - idlest.connection.pendingBytes;
    return lane.connection.isParked || difference > this.#marginBytes ? idlest : lane;
  }

  /** Connections that are not parked; all of them if all are. There is at least one. */
  get #open(): readonly [Lane, ...Lane[]] {
    const open = this.#lanes.filter(({ connection }) => !connection.isParked);
    const [first, ...rest] = open.length > 0 ? open : this.#lanes;
    if (first === undefined) throw new Error('a destination without connections');
    return [first, ...rest];
  }
}

function isLighter(a: Lane, b: Lane): boolean {
  return a.routes.size !== b.routes.size
    ? a.routes.size < b.routes.size
    : a.connection.pendingBytes < b.connection.pendingBytes;
}

/**
 * Sticks to a connection while anything of it is unsettled there: that keeps its order. With nothing left it may go to the connection with the
 * least to do (ADR 0010).
 */
class LaneRoute implements Route {
  readonly share: Weighted;
  readonly #lanes: Lanes;
  readonly #claim: Claim;
  #lane: Lane;

  constructor(lane: Lane, lanes: Lanes, claim: Claim) {
    this.#lane = lane;
    this.#lanes = lanes;
    this.#claim = claim;
    this.share = claim.share ?? { weight: 1 };
    this.moveTo(lane);
  }

  send(frames: FrameBatch): Promise<void> {
    this.#lanes.noteSent(this);
    if (this.#claim.open === 0) this.moveTo(this.#lanes.chosen(this.#lane));
    return this.#lane.connection.send(frames, this.#claim);
  }

  get unwritten(): number {
    return this.#claim.unwritten;
  }

  get pullEvents(): number | undefined {
    return this.#lanes.pullEventsOf(this);
  }

  waitsFor(): RouteWait | undefined {
    return this.#lane.connection.waitOf(this.#claim);
  }

  prove(): void {
    this.#lane.connection.prove(this.#claim);
  }

  moveTo(lane: Lane): void {
    this.#lane.routes.delete(this);
    lane.routes.add(this);
    this.#lane = lane;
    void lane.connection.start();
  }

  abandon(): void {
    this.#lane.connection.abandon(this.#claim);
  }

  close(): void {
    this.#lane.routes.delete(this);
  }
}
