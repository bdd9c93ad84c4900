import { asForwarderError, ForwarderError } from '../errors/forwarder-error.js';
import { sleep } from '../flow/clock.js';
import { ErrorReporter } from '../flow/error-reporter.js';
import { StopSignal } from '../flow/stop-signal.js';
import type { FrameBatch } from '../model/batch.js';
import type { ConnectionSnapshot } from '../model/snapshot.js';
import { Attempts } from './attempts.js';
import type { ConnectionDeps } from './connection-deps.js';
import type { Link } from './link.js';
import { abandoned, Outbox, type Lease } from './outbox.js';
import type { Member, Question } from './pulse.js';
import { Refusals } from './refusals.js';
import { writePaced, type Waiting } from './paced-write.js';
import type { Endpoint } from './settings.js';
import type { Verdict } from './stall-watch.js';
import type { Succession } from './successor.js';

const ZERO_WINDOW = 'zero window: the receiver is alive but reads nothing';

type State =
  | { readonly phase: 'idle' | 'dialling' | 'waiting' | 'closed' }
  | { readonly phase: 'connected' | 'ending'; readonly link: Link };

/**
 * One persistent connection with its FIFO: dials for ever, writes whole batches in order, and sends again what a loss left unsettled.
 *
 *     idle → dialling → connected → ending → closed
 *               ↑ ↓         ↓          ↓
 *              waiting ←────┴──────────┘
 */
export class Connection implements Member {
  readonly #deps: ConnectionDeps;
  readonly #outbox: Outbox;
  readonly #stop = new StopSignal();
  readonly #attempts: Attempts;
  readonly #refusals: Refusals;
  readonly #waiting: Waiting;
  readonly #failing: ErrorReporter;
  readonly #slowness: ErrorReporter;
  #state: State = { phase: 'idle' };
  #running: Promise<void> | undefined;
  /** Is up already, and waits until everything written on the present one is settled. */
  #next: Succession | undefined;
  #wake: (() => void) | undefined;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    this.#outbox = new Outbox(deps.rule, deps.totals);
    this.#refusals = new Refusals(this.#outbox);
    this.#attempts = new Attempts(deps.endpoints, deps.retry);
    this.#waiting = {
      hasRoom: (link) => this.#hasRoom(link),
      poked: () => this.#poked(),
      poke: () => this.#poke(),
    };
    this.#failing = new ErrorReporter(deps.clock, deps.log);
    this.#slowness = new ErrorReporter(deps.clock, deps.log);
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  snapshot(): ConnectionSnapshot {
    const link = this.#link;
    return {
      endpoint: this.#attempts.endpoint.text,
      phase: this.#state.phase,
      pendingBytes: this.#outbox.pendingBytes,
      unackedBytes: link === undefined ? 0 : link.flushed - link.acked,
      stall: link?.stall,
      failure: this.#attempts.failure(this.#deps.clock.monotonic()),
      blind: link?.blind === true,
    };
  }

  /** Begins to dial, if it has not yet: errors are seen before the first batch. Resolves when it is closed. */
  start(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  /** Enters a batch at the end of the FIFO. */
  send(frames: FrameBatch, lease: Lease): Promise<void> {
    if (this.#stop.soft.aborted || lease.over) return Promise.reject(abandoned());
    const settled = this.#outbox.push(frames, lease, this.#deps.clock.monotonic());
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
    this.#next?.link.kill(abandoned());
    this.#poke();
    return this.start();
  }

  question(): Question | undefined {
    const link = this.#link;
    if (link?.key === undefined || !link.busy || link.flows()) return undefined;
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

  get #fields(): object {
    return { connection: this.#deps.index, endpoint: this.#attempts.endpoint.text };
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
      const link = this.#takeNext() ?? (await this.#dial());
      if (link !== undefined) await this.#live(link);
    }
    this.#takeNext()?.kill(abandoned());
    this.#enter({ phase: 'closed' });
    this.#outbox.abandonAll();
  }

  async #dial(): Promise<Link | undefined> {
    this.#enter({ phase: 'dialling' });
    try {
      return await this.#dialTo(this.#attempts.endpoint);
    } catch (thrown) {
      await this.#failed(asForwarderError(thrown));
      return undefined;
    }
  }

  #dialTo(endpoint: Endpoint): Promise<Link> {
    return this.#deps.dial(endpoint, () => this.#changed(), this.#stop.hard);
  }

  #takeNext(): Link | undefined {
    const next = this.#next;
    this.#next = undefined;
    if (next?.link.open !== true) return undefined;
    this.#attempts.goTo(next.index);
    return next.link;
  }

  async #lookOut(link: Link, signal: AbortSignal): Promise<void> {
    const found = await this.#deps.succeed(this.#attempts.index, link, (endpoint) => this.#dialTo(endpoint), signal);
    if (found === undefined) return;
    if (signal.aborted || this.#stop.soft.aborted) {
      found.link.kill(abandoned());
      return;
    }
    const to = this.#deps.endpoints[found.index]?.text;
    this.#deps.log.info({ ...this.#fields, to, reason: found.reason }, 'goes on with a new connection');
    this.#next = found;
    this.#poke();
  }

  /** From connected to closed, whoever closes it. */
  async #live(link: Link): Promise<void> {
    const { clock, log, totals, tuning } = this.#deps;
    this.#enter({ phase: 'connected', link });
    totals.connects += 1;
    if (this.#attempts.clean) log.info(this.#fields, 'connected');
    if (this.#stop.hard.aborted) link.kill(abandoned());
    const forget = clock.timer(tuning.provenMs, () => this.#proven(), { unref: true });
    const life = new AbortController();
    void this.#lookOut(link, life.signal);
    await this.#serve(link);
    await link.closed;
    life.abort();
    forget();
    // What is known to be acked settles the window behind it to the last; time settles nothing on what is lost.
    this.#outbox.advance(link.acked, clock.monotonic(), Infinity);
    if (link.ended) this.#outbox.settleAll(clock.monotonic());
    this.#outbox.rewind();
    const error = await this.#whatFailed(link);
    if (!this.#done && error !== undefined) await this.#failed(error, { receivedBytes: link.received });
  }

  /** Why the link was lost; undefined when it was asked to go, or the event that was refused is out of the way. */
  async #whatFailed({ error, refusal }: Link): Promise<ForwarderError | undefined> {
    try {
      return refusal !== undefined && (await this.#refusals.note(refusal)) ? undefined : error;
    } catch (thrown) {
      return asForwarderError(thrown);
    }
  }

  #proven(): void {
    this.#attempts.proven();
    this.#failing.succeeded(this.#fields);
  }

  async #serve(link: Link): Promise<void> {
    while (link.open) {
      const frames = this.#next === undefined && this.#hasRoom(link) ? this.#outbox.begin() : undefined;
      if (frames !== undefined) await this.#write(link, frames);
      else if (this.#mayEnd(link)) await this.#end(link);
      else {
        if (this.#stop.soft.aborted || this.#next !== undefined) this.#deps.wakePulse(true);
        await this.#poked();
      }
    }
  }

  async #write(link: Link, frames: FrameBatch): Promise<void> {
    this.#deps.wakePulse(false);
    if (!(await writePaced(link, frames, this.#deps.pace, this.#waiting))) return;
    const now = this.#deps.clock.monotonic();
    this.#outbox.written(link.flushed, now);
    this.#advance(link, now);
  }

  #hasRoom(link: Link): boolean {
    if (link.hasRoom) return true;
    this.#deps.wakePulse(true);
    return false;
  }

  /** Nothing will come any more on this link, and what was written is acked, as far as one can know. */
  #mayEnd(link: Link): boolean {
    if (this.#next !== undefined && this.#outbox.quiet) return true;
    return this.#stop.soft.aborted && (this.#outbox.allAcked || (link.blind && this.#outbox.allWritten));
  }

  /** FIN, and then the receiver's FIN: proof that it has read everything. Some never send one; then time settles, as ever. */
  async #end(link: Link): Promise<void> {
    const { clock, tuning } = this.#deps;
    this.#enter({ phase: 'ending', link });
    link.end();
    const lookAgain = (): (() => void) => clock.timer(tuning.endGraceMs, leave);
    const leave = (): void => {
      if (this.#outbox.nothingOut) link.leave();
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
    else if (verdict === 'stuck' && endpoints.length > 1)
      link.kill(this.#stalled(`${ZERO_WINDOW}; trying the next one`));
    else this.#slowness.failed(this.#stalled(`${ZERO_WINDOW}; waiting for it`), 0, this.#fields);
  }

  #stalled(what: string): ForwarderError {
    return new ForwarderError('CONNECTION_STALLED', `${this.#attempts.endpoint.text}: ${what}`);
  }

  #advance(link: Link, now: number): void {
    this.#outbox.advance(link.acked, now, link.troubledAt);
  }

  /** Goes on to the next endpoint; pauses once all have been tried since one last proved to be good. */
  async #failed(error: ForwarderError, more: object = {}): Promise<void> {
    const { clock, totals } = this.#deps;
    if (this.#done) return;
    totals.errors[error.code] = (totals.errors[error.code] ?? 0) + 1;
    this.#attempts.saw(error, clock.monotonic());
    const fields = { ...this.#fields, ...more };
    const pauseMs = this.#next === undefined ? this.#attempts.failed() : 0;
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
    return new Promise((resolve) => (this.#wake = resolve));
  }

  /** Something happened that the loop may wait for. With nothing left to deliver it must not wait for a receiver. */
  #poke(): void {
    if (this.#done && this.#link === undefined) this.#stop.stopHard();
    this.#wake?.();
  }
}
