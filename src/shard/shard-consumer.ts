import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { sleep } from '../flow/clock.js';
import { InFlightWindow } from '../flow/in-flight-window.js';
import { StopSignal } from '../flow/stop-signal.js';
import { outranks, type ReleaseReason } from './release-reason.js';
import type { Route } from '../model/ports.js';
import type { ShardPhase, ShardSnapshot } from '../model/snapshot.js';
import type { Committer } from './committer.js';
import { committerOf } from './committer-of.js';
import { Deliverer } from './deliverer.js';
import { limitDrain } from './drain-limit.js';
import { ENDINGS } from './endings.js';
import { GAP_BYTES, GapTeller } from './gap-teller.js';
import { Headroom } from './headroom.js';
import { LagMeter, type Position } from './lag.js';
import { cursorAfterExpiry, resolveStart, type ShardStart } from './position.js';
import { Progress } from './progress.js';
import { putAsideInto } from './put-aside.js';
import { Puller, type Pulled } from './puller.js';
import { untilDone } from '../flow/retry.js';
import type { ShardDeps } from './shard-deps.js';
import { shardSnapshot } from './shard-snapshot.js';
import { ShardStats } from './shard-stats.js';
import { Troubles } from './troubles.js';

/**
 * One shard's straight line, from the moment the service gives it to us until we give it back: a pull loop and a deliver loop joined by a FIFO.
 *
 *     pull loop     room in the window → bytes reserved → pull → start formatting, not awaited → push
 *     deliver loop  shift → await that result (its siblings format meanwhile) → enqueue on the route; settled → watermark
 *
 * Formatting is parallel, awaiting is ordered, and the route is one connection: order needs no buffer and no lock.
 */
export class ShardConsumer {
  readonly shard: number;
  readonly stats = new ShardStats();
  readonly progress: Progress;
  readonly lag: LagMeter;
  readonly #deps: ShardDeps;
  readonly #stop = new StopSignal();
  readonly #window: InFlightWindow<Position>;
  readonly #route: Route;
  readonly #deliverer: Deliverer;
  readonly #troubles: Troubles;
  /** Cursors refused in a row, although the service had given us all but the first. */
  #expiries = 0;
  readonly #gaps: GapTeller;
  readonly #headroom: Headroom;
  /** Resolves when no batch will come to the destination any more. */
  readonly handedOver: Promise<void>;
  #endHandOver: () => void = () => undefined;
  #phase: ShardPhase = 'starting';
  #reason: ReleaseReason | undefined;
  #puller: Puller | undefined;
  #committer: Committer | undefined;
  #closed = false;
  #seq = 0;

  constructor(deps: ShardDeps) {
    this.#deps = deps;
    this.shard = deps.shard;
    this.#window = new InFlightWindow(deps.settings.windowBatches);
    this.#troubles = new Troubles({
      ...{ ...deps, stats: this.stats },
      reported: () => this.progress.reported(),
      isStillOurs: () => this.#isStillOurs(),
    });
    this.#gaps = new GapTeller({ ...deps, stats: this.stats });
    this.progress = new Progress(deps.clock, this.#window, () => this.#puller);
    this.lag = new LagMeter({ ...deps, window: this.#window, stats: this.stats, reading: () => this.#puller });
    this.handedOver = new Promise((resolve) => (this.#endHandOver = resolve));
    const { source, formatter, clock, deadLetters, events } = deps;
    this.#deliverer = new Deliverer({
      ...{ source, formatter, clock, deadLetters, events, stats: this.stats, route: () => this.#route },
      backoff: deps.settings.retry,
      onExpiredCursor: deps.settings.onExpiredCursor,
      gaps: this.#gaps,
      signal: this.#stop.hard,
      maySend: () => this.#mayAct(),
      onMade: () => this.#troubles.succeeded('format'),
      onSettled: (scannedGroups) => {
        this.stats.settledGroups += scannedGroups;
        this.progress.moved();
      },
      onError: (error, pauseMs) => this.#troubles.failed('format', error, pauseMs),
    });
    const putAside = putAsideInto({ ...deps, gaps: this.#gaps });
    const unwritten = (): number => this.#deliverer.unsent + this.#route.unwritten;
    this.#headroom = new Headroom({ pullEvents: () => this.#route.pullEvents, unwritten });
    const { notify: onWritten } = this.#headroom;
    const help = { putAside, keeper: this.#deliverer, share: deps.budget, onWritten };
    this.#route = deps.destination.openRoute(() => this.#mayAct(), help);
  }

  /** Why it is being or was given up; undefined while it is read. */
  get reason(): ReleaseReason | undefined {
    return this.#reason;
  }

  /** The checkpoint we last stored, or started from; undefined before there is one. */
  get stored(): string | undefined {
    return this.#committer?.stored;
  }

  /** Gives the shard up for this reason; a weaker one than before changes nothing. */
  release(reason: ReleaseReason): void {
    if (!outranks(reason, this.#reason)) return;
    this.#reason = reason;
    this.#stop.stopSoft();
    if (reason === 'leaseLost' || reason === 'stalled') this.hurry();
    if (reason === 'unassigned')
      limitDrain(this.#deps, { isOver: () => this.#phase === 'released', hurry: () => this.hurry() });
  }

  /** The shard takes no writes any more: it is over once everything up to its end is settled and that end is stored as its checkpoint. */
  close(): void {
    this.#closed = true;
    this.#puller?.endHere();
  }

  /** Hard stop: abandons what is in flight. What is settled is still committed, unless the lease is lost. */
  hurry(): void {
    if (this.#phase === 'released') return;
    this.#stop.stopHard();
    this.#route.abandon();
  }

  /**
   * Resolves when the shard is given up and its last commit is done.
   * @throws ForwarderError when the shard can't go on although nobody asked it to stop.
   */
  async run(): Promise<void> {
    try {
      const { soft } = this.#stop;
      const start = await untilDone(this.#troubles.retry('acquire', soft), () => resolveStart(this.#deps, soft));
      if (start !== undefined) await this.#live(start);
    } catch (thrown) {
      if (!this.#endsBy(asForwarderError(thrown))) throw thrown;
    } finally {
      this.#stop.stopHard();
      this.#phase = 'released';
      this.#endHandOver();
      this.#route.close();
    }
  }

  snapshot(): ShardSnapshot {
    return shardSnapshot({
      ...{ shard: this.shard, phase: this.#phase, maxStallMs: this.#deps.settings.maxStallMs },
      ...{ puller: this.#puller, committer: this.#committer, window: this.#window, deliverer: this.#deliverer },
      ...{ lag: this.lag, progress: this.progress, troubles: this.#troubles },
    });
  }

  /** We may send and commit only while the lease stands; asked again right before each, because timers of ours may be late. */
  #mayAct(): boolean {
    if (this.#reason === 'leaseLost' || this.#reason === 'stalled') return false;
    if (this.#deps.lease.held()) return true;
    this.release('leaseLost');
    return false;
  }

  /** Asked when an answer makes one doubt whether the group, or its logstore, is still the one that gave us the shard. */
  async #isStillOurs(): Promise<boolean> {
    await this.#deps.confirm(this.#stop.hard);
    return this.#mayAct();
  }

  async #live(start: ShardStart): Promise<void> {
    const { shard, log } = this.#deps;
    this.#troubles.succeeded('acquire');
    this.lag.begin(start.cursor);
    log.info({ shard, from: start.checkpoint === undefined ? 'start' : 'checkpoint' }, 'shard acquired');
    const committer = (this.#committer = committerOf({
      ...{ deps: this.#deps, start, stats: this.stats, troubles: this.#troubles, progress: this.progress },
      window: this.#window,
      route: this.#route,
      mayCommit: () => this.#mayAct(),
      onNotOwner: () => this.release('leaseLost'),
    }));
    const puller = (this.#puller = new Puller(
      {
        ...this.#deps,
        stats: this.stats,
        signal: this.#stop.soft,
        mostGroups: () => this.#headroom.groups,
        onPulled: () => this.#pulled(),
        onError: (error, pauseMs) => this.#troubles.failed('pull', error, pauseMs),
      },
      start.cursor,
    ));
    if (this.#closed) puller.endHere();
    const drained = new AbortController();
    const committing = committer.run(drained.signal);
    const delivering = this.#deliverer.run();
    this.#phase = 'reading';
    const failure = await this.#pullLoop(puller, committer);
    this.#phase = 'draining';
    this.#deliverer.close();
    await delivering;
    this.#endHandOver();
    // A stop of the process ends the connections themselves, which proves as much.
    if (this.#reason !== 'shutdown') this.#route.prove();
    await this.#window.whenEmpty(this.#stop.hard);
    drained.abort();
    await committing;
    if (puller.ended) committer.forget();
    await committer.finish(this.#stop.hard);
    if (failure !== undefined) throw failure;
  }

  /** @returns why the shard can't go on, or undefined when it was asked to stop. */
  async #pullLoop(puller: Puller, committer: Committer): Promise<ForwarderError | undefined> {
    const { soft } = this.#stop;
    while (!soft.aborted && !puller.ended) {
      await this.#window.whenRoom(soft);
      await this.#headroom.whenShort(soft);
      await committer.whenFresh(soft);
      try {
        const pulled = await puller.next();
        if (pulled !== undefined) this.#take(pulled);
      } catch (thrown) {
        const failure = await this.#overcome(asForwarderError(thrown), puller);
        if (failure !== undefined) return failure;
      }
    }
    if (puller.ended) this.release('shardEnd');
    return undefined;
  }

  #take({ cursor, reply, reservation, scannedGroups, emptyAt }: Pulled): void {
    const { nextCursor, body, bodyLength, encoding, rawSize } = reply;
    const entry = this.#window.track({ cursor: nextCursor, time: reply.cursorTime, emptyAt });
    this.progress.moved();
    if (bodyLength === 0) {
      reservation.release();
      this.stats.settledGroups += scannedGroups;
      entry.settle();
      return;
    }
    const ref = { shard: this.shard, seq: this.#seq++, cursor, nextCursor };
    const { formatter, clock } = this.#deps;
    const formatting = formatter.format({ ...ref, body, bodyLength, encoding, rawSize });
    const frames = this.stats.stages.format.time(clock, formatting);
    this.#headroom.follow(scannedGroups, frames);
    this.#deliverer.push({ ref, frames, reservation, entry, scannedGroups });
  }

  /** What a permanent failure of a pull leads to. @returns the failure if it ends the shard's line. */
  async #overcome(error: ForwarderError, puller: Puller): Promise<ForwarderError | undefined> {
    const { shard, source, clock, settings } = this.#deps;
    if (this.#endsBy(error)) return undefined;
    const policy = settings.onExpiredCursor;
    const signal = this.#stop.soft;
    const pauseMs = this.#expiries++ === 0 ? 0 : settings.retry.maxMs;
    this.#troubles.failed('pull', error, pauseMs);
    if (error.code === 'SLS_CURSOR_INVALID' && !(await this.#isStillOurs())) return undefined;
    if (error.code !== 'SLS_CURSOR_INVALID' || policy === 'fail') return error;
    await sleep(clock, pauseMs, signal);
    try {
      const cursor = await untilDone(this.#troubles.retry('pull', this.#stop.soft), () =>
        cursorAfterExpiry(source, shard, policy, signal),
      );
      if (cursor !== undefined) await this.#skip(puller.jump(cursor), cursor);
      return undefined;
    } catch (thrown) {
      return this.#overcome(asForwarderError(thrown), puller);
    }
  }

  /** Goes on behind a range that is gone; the watermark follows when the receiver has been told. */
  async #skip(cursor: string, nextCursor: string): Promise<void> {
    const { budget } = this.#deps;
    const { soft } = this.#stop;
    if (cursor === nextCursor) return;
    const reservation = await budget.reserve(GAP_BYTES, soft);
    if (reservation === undefined) return;
    const ref = { shard: this.shard, seq: this.#seq++, cursor, nextCursor };
    const frames = Promise.resolve(this.#gaps.tell(ref, 'retention'));
    const entry = this.#window.track({ cursor: nextCursor, time: undefined, emptyAt: undefined });
    this.#deliverer.push({ ref, frames, reservation, entry, scannedGroups: 0 });
  }

  /** @returns whether this ends the shard's own line, and no other's. */
  #endsBy({ code }: ForwarderError): boolean {
    const ending = ENDINGS[code];
    if (ending === undefined) return false;
    this.stats.countError(code);
    this.#deps.log.warn({ shard: this.shard, code }, ending.words);
    this.release(ending.reason);
    return true;
  }

  #pulled(): void {
    this.#troubles.succeeded('pull');
    this.#expiries = 0;
  }
}
