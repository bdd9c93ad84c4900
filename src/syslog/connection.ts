import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { Backoff, type BackoffSettings } from '../flow/backoff.js';
import { sleep, type Clock } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import { StopSignal } from '../flow/stop-signal.js';
import type { FrameBatch } from '../model/batch.js';
import type { Log } from '../model/log.js';
import type { ConnectionSnapshot } from '../model/snapshot.js';
import type { Link } from './link.js';
import { abandoned, Outbox, type Lease } from './outbox.js';
import type { Member, Question } from './pulse.js';
import type { Pace } from './pace.js';
import type { DeliveryTuning, Endpoint } from './settings.js';
import { sliceEnd } from './slices.js';
import type { SettleRule } from './span-ledger.js';
import type { Verdict } from './stall-watch.js';
import type { Totals } from './totals.js';

export interface ConnectionDeps {
  readonly index: number;
  /** At least one. */
  readonly endpoints: readonly Endpoint[];
  readonly rule: SettleRule;
  readonly retry: BackoffSettings;
  readonly tuning: DeliveryTuning;
  readonly clock: Clock;
  readonly log: Log;
  readonly totals: Totals;
  readonly pace: Pace;
  /** Rejects with a ForwarderError. `onChange` is to be called when more is acked that no look can tell, and when the link stops being open. */
  readonly dial: (endpoint: Endpoint, onChange: () => void, signal: AbortSignal) => Promise<Link>;
  /** Somebody has to look at this connection in a while, or (`hurry`) as soon as may be. */
  readonly wakePulse: (hurry: boolean) => void;
}

type State =
  | { readonly phase: 'idle' | 'dialling' | 'waiting' | 'closed' }
  | { readonly phase: 'connected' | 'ending'; readonly link: Link };

/**
 * One persistent connection with its FIFO: dials for ever (the next endpoint after each failure), writes whole batches in order, and after
 * a loss begins again with the oldest batch that is not settled.
 *
 *     idle → dialling → connected → ending → closed
 *               ↑ ↓         ↓          ↓
 *              waiting ←────┴──────────┘
 */
export class Connection implements Member {
  readonly #deps: ConnectionDeps;
  readonly #outbox: Outbox;
  readonly #stop = new StopSignal();
  readonly #backoff: Backoff;
  readonly #failing: ErrorReporter;
  readonly #slowness: ErrorReporter;
  #state: State = { phase: 'idle' };
  #running: Promise<void> | undefined;
  /** Failures since a connection last proved to be good. */
  #failures = 0;
  #endpointIndex = 0;
  #wake: (() => void) | undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#outbox = new Outbox(deps.rule, deps.totals);
    this.#backoff = new Backoff(deps.retry);
    this.#failing = new ErrorReporter(deps.clock, deps.log);
    this.#slowness = new ErrorReporter(deps.clock, deps.log);
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  snapshot(): ConnectionSnapshot {
    const link = this.#link;
    return {
      endpoint: this.#endpoint.text,
      phase: this.#state.phase,
      pendingBytes: this.#outbox.pendingBytes,
      unackedBytes: link === undefined ? 0 : link.flushed - link.acked,
    };
  }

  /** Begins to dial, if it has not yet: errors are seen before the first batch. Resolves when it is closed. */
  start(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  /** Enters a batch at the end of the FIFO. */
  send(frames: FrameBatch, lease: Lease): Promise<void> {
    if (this.#stop.soft.aborted || lease.over) return Promise.reject(abandoned());
    const settled = this.#outbox.push(frames, lease);
    this.#poke();
    return settled;
  }

  abandon(lease: Lease): void {
    this.#outbox.abandon(lease);
    this.#poke();
  }

  /** Soft stop: resolves when everything is settled and the socket ended, or after {@link closeHard}. */
  end(): Promise<void> {
    this.#stop.stopSoft();
    this.#poke();
    return this.start();
  }

  /** Hard stop: what is not settled is rejected with ABANDONED once the socket is closed. */
  closeHard(): Promise<void> {
    this.#stop.stopHard();
    this.#link?.kill(abandoned());
    this.#poke();
    return this.start();
  }

  question(): Question | undefined {
    const link = this.#link;
    if (link?.key === undefined || !link.busy) return undefined;
    const judge = link.sample();
    return { key: link.key, answer: (row) => this.#judge(link, (now) => judge(now, row)) };
  }

  beat(now: number): boolean {
    const link = this.#link;
    if (link === undefined) return false;
    this.#advance(link, now);
    this.#poke();
    return link.busy || !this.#outbox.empty;
  }

  get #link(): Link | undefined {
    return 'link' in this.#state ? this.#state.link : undefined;
  }

  get #endpoint(): Endpoint {
    const { endpoints } = this.#deps;
    const endpoint = endpoints[this.#endpointIndex % endpoints.length];
    if (endpoint === undefined) throw new Error('a destination without endpoints');
    return endpoint;
  }

  get #fields(): object {
    return { connection: this.#deps.index, endpoint: this.#endpoint.text };
  }

  get #done(): boolean {
    return this.#stop.hard.aborted || (this.#stop.soft.aborted && this.#outbox.empty);
  }

  /** The one door between states. */
  #enter(state: State): void {
    this.#deps.log.debug({ ...this.#fields, from: this.#state.phase, to: state.phase }, 'connection changes state');
    this.#state = state;
  }

  async #run(): Promise<void> {
    while (!this.#done) {
      const link = await this.#dial();
      if (link !== undefined) await this.#live(link);
    }
    this.#enter({ phase: 'closed' });
    this.#outbox.abandonAll();
  }

  async #dial(): Promise<Link | undefined> {
    this.#enter({ phase: 'dialling' });
    try {
      return await this.#deps.dial(this.#endpoint, () => this.#changed(), this.#stop.hard);
    } catch (thrown) {
      await this.#failed(asForwarderError(thrown));
      return undefined;
    }
  }

  /** From connected to closed, whoever closes it. */
  async #live(link: Link): Promise<void> {
    const { clock, log, totals, tuning } = this.#deps;
    this.#enter({ phase: 'connected', link });
    totals.connects += 1;
    if (this.#failures === 0) log.info(this.#fields, 'connected');
    if (this.#stop.hard.aborted) link.kill(abandoned());
    const forget = clock.timer(tuning.provenMs, () => this.#proven(), { unref: true });
    await this.#serve(link);
    await link.closed;
    forget();
    if (link.ended) this.#outbox.settleAll(clock.monotonic());
    this.#outbox.rewind();
    if (!this.#done && link.error !== undefined) await this.#failed(link.error, { receivedBytes: link.received });
  }

  #proven(): void {
    this.#failures = 0;
    this.#backoff.reset();
    this.#failing.succeeded(this.#fields);
  }

  async #serve(link: Link): Promise<void> {
    while (link.open) {
      const frames = this.#hasRoom(link) ? this.#outbox.begin() : undefined;
      if (frames !== undefined) await this.#write(link, frames);
      else if (this.#mayEnd(link)) await this.#end(link);
      else {
        if (this.#stop.soft.aborted) this.#deps.wakePulse(true);
        await this.#poked();
      }
    }
  }

  async #write(link: Link, frames: FrameBatch): Promise<void> {
    this.#deps.wakePulse(false);
    if (!(await this.#writeSlices(link, frames))) return;
    const now = this.#deps.clock.monotonic();
    this.#outbox.written(link.flushed, now);
    this.#advance(link, now);
  }

  async #writeSlices(link: Link, { bytes, ends }: FrameBatch): Promise<boolean> {
    const { pace } = this.#deps;
    const maxEvents = Math.min(link.sliceEvents, pace.sliceEvents);
    const maxBytes = Math.min(link.sliceBytes, pace.sliceBytes);
    let start = 0;
    for (let from = 0; from < ends.length;) {
      const to = sliceEnd(ends, from, start, maxEvents, maxBytes);
      const end = ends[to - 1] ?? bytes.length;
      await this.#mayWrite(link, to - from, end - start);
      if (!link.open || !(await link.write(bytes.subarray(start, end), ends.subarray(from, to), start))) return false;
      [from, start] = [to, end];
    }
    return true;
  }

  /** Resolves when the slice may be written, or the link is lost. */
  async #mayWrite(link: Link, events: number, bytes: number): Promise<void> {
    while (link.open && !this.#hasRoom(link)) await this.#poked();
    const ticket = this.#deps.pace.ask(events, bytes, () => this.#poke());
    while (link.open && !ticket.granted) await this.#poked();
    this.#deps.pace.giveUp(ticket);
  }

  #hasRoom(link: Link): boolean {
    if (link.hasRoom) return true;
    this.#deps.wakePulse(true);
    return false;
  }

  /** Nothing will come any more, and what was written is acked, as far as one can know. */
  #mayEnd(link: Link): boolean {
    return this.#stop.soft.aborted && (this.#outbox.allAcked || (link.blind && this.#outbox.allWritten));
  }

  /** FIN, and then the receiver's FIN: proof that it has read everything. Some never send one; then time settles, as ever. */
  async #end(link: Link): Promise<void> {
    const { clock, tuning } = this.#deps;
    this.#enter({ phase: 'ending', link });
    link.end();
    const lookAgain = (): (() => void) => clock.timer(tuning.endGraceMs, leave);
    const leave = (): void => {
      if (this.#outbox.empty) link.leave();
      else cancel = lookAgain();
    };
    let cancel = lookAgain();
    await link.closed;
    cancel();
  }

  #judge(link: Link, look: (now: number) => Verdict): void {
    if (link !== this.#link) return;
    const { clock, endpoints } = this.#deps;
    const verdict = look(clock.monotonic());
    if (verdict === 'fine') this.#slowness.succeeded(this.#fields);
    else if (verdict === 'silent') link.kill(this.#stalled('the receiver has stopped to answer'));
    else if (endpoints.length > 1)
      link.kill(this.#stalled('the receiver is alive but reads nothing; trying the next one'));
    else
      this.#slowness.failed(this.#stalled('the receiver is alive but reads nothing; waiting for it'), 0, this.#fields);
  }

  #stalled(what: string): ForwarderError {
    return new ForwarderError('CONNECTION_STALLED', `${this.#endpoint.text}: ${what}`);
  }

  #advance(link: Link, now: number): void {
    this.#outbox.advance(link.acked, now, link.troubledAt);
  }

  /** Goes on to the next endpoint; pauses once all have been tried since one last proved to be good. */
  async #failed(error: ForwarderError, more: object = {}): Promise<void> {
    const { clock, endpoints, totals } = this.#deps;
    if (this.#done) return;
    totals.errors[error.code] = (totals.errors[error.code] ?? 0) + 1;
    const fields = { ...this.#fields, ...more };
    this.#endpointIndex += 1;
    this.#failures += 1;
    const pauseMs = this.#failures < endpoints.length ? 0 : this.#backoff.next();
    this.#failing.failed(error, pauseMs, fields);
    if (pauseMs === 0) return;
    this.#enter({ phase: 'waiting' });
    await sleep(clock, pauseMs, this.#stop.hard);
  }

  #changed(): void {
    const link = this.#link;
    if (link?.open === true) this.#advance(link, this.#deps.clock.monotonic());
    this.#poke();
  }

  #poked(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Something happened that the loop may wait for. With nothing left to deliver it must not wait for a receiver. */
  #poke(): void {
    if (this.#done && this.#link === undefined) this.#stop.stopHard();
    this.#wake?.();
  }
}
