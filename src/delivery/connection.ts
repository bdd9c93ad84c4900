import { asForwarderError, type ForwarderError } from '../errors/forwarder-error.js';
import { sleep } from '../flow/clock.js';
import { StopSignal } from '../flow/stop-signal.js';
import { Wakeup } from '../flow/wakeup.js';
import type { FrameBatch } from '../model/batch.js';
import type { RouteWait } from '../model/ports.js';
import type { ConnectionSnapshot } from '../model/snapshot.js';
import { Attempts } from './attempts.js';
import { flows, snapshotOf, waitOf, type Ending, type State } from './connection-state.js';
import type { ConnectionDeps } from './connection-deps.js';
import type { Link } from './links/link.js';
import { abandoned, Outbox, type Begun } from './outbox.js';
import { questionOf, type Pulsed, type Question } from './kernel/pulse.js';
import { EndProof } from './end-proof.js';
import { Failures } from './failures.js';
import { NextLink } from './links/next-link.js';
import { ProofRequests } from './proof-requests.js';
import { Refusals } from './refusals.js';
import { SlowReceiver, unread } from './slow-receiver.js';
import { UnreadWatch } from './unread-watch.js';
import { writePaced } from './links/paced-write.js';
import type { Trial } from './probation.js';
import type { Endpoint } from './delivery-settings.js';
import type { Claim } from './span.js';
import type { PeerState } from './kernel/stall-watch.js';

/** One persistent connection with its FIFO: dials until it succeeds, writes whole batches in order, and sends again what a loss left unsettled. */
export class Connection implements Pulsed {
  /** Once it is closed: nothing was left unsettled. */
  hasSettled = true;
  readonly #deps: ConnectionDeps;
  readonly #outbox: Outbox;
  readonly #stop = new StopSignal();
  readonly #attempts: Attempts;
  readonly #refusals: Refusals;
  readonly #failures: Failures;
  readonly #wakeup = new Wakeup();
  readonly #slow: SlowReceiver;
  #state: State = { phase: 'idle' };
  #running: Promise<void> | undefined;
  readonly #next: NextLink;
  readonly #requests: ProofRequests;
  readonly #unread: UnreadWatch;
  readonly #endProof: EndProof;

  constructor(deps: ConnectionDeps) {
    this.#deps = deps;
    const { notify: poke } = this.#wakeup;
    this.#outbox = new Outbox(deps.rule, deps.totals, poke);
    this.#refusals = new Refusals(this.#outbox);
    this.#attempts = new Attempts(deps.endpoints, deps.retry);
    this.#failures = new Failures(deps, this.#attempts);
    this.#slow = new SlowReceiver(deps.clock, deps.log, deps.endpoints.length > 1);
    this.#requests = new ProofRequests(deps.clock, deps.tuning.askEveryMs, poke);
    this.#unread = new UnreadWatch(deps);
    const dial = (endpoint: Endpoint): Promise<Link> => this.#dialTo(endpoint);
    this.#endProof = new EndProof({ ...deps, dial, stop: this.#stop });
    const isWanted = (): boolean => !this.#stop.soft.aborted;
    this.#next = new NextLink({ ...deps, attempts: this.#attempts, dial, isWanted, poke });
  }

  get pendingBytes(): number {
    return this.#outbox.pendingBytes;
  }

  get isParked(): boolean {
    return this.#state.phase === 'parked';
  }

  /** It is up, has proven itself, and its receiver reads. */
  get flows(): boolean {
    return flows(this.#state);
  }

  snapshot(): ConnectionSnapshot {
    return snapshotOf(this.#state, this.#attempts, this.#outbox, this.#deps);
  }

  /** Begins to dial, if it has not yet: errors are seen before the first batch. Resolves when it is closed. */
  start(): Promise<void> {
    return (this.#running ??= this.#run());
  }

  /** Enters a batch at the end of the FIFO. */
  send(frames: FrameBatch, claim: Claim): Promise<void> {
    if (this.#stop.soft.aborted || claim.over) return Promise.reject(abandoned());
    const settled = this.#outbox.push(frames, claim, this.#deps.watched.monotonic());
    this.#poke();
    return settled;
  }

  /** Asks the receiver for proof of what this route sent, as soon as all of it is written: another connection is made, and this one ended. */
  prove(claim: Claim): void {
    if (this.#deps.rule.guarantee !== 'settled') return;
    this.#requests.add(claim);
    this.#poke();
  }

  /** Hands everything to a sibling. To be called once {@link start} has left the socket. */
  moveTo(other: Connection): void {
    this.#outbox.moveTo(other.#outbox);
    this.#requests.moveTo(other.#requests);
    other.#poke();
  }

  waitOf(claim: Claim): RouteWait | undefined {
    const oldest = this.#outbox.oldest(claim);
    return oldest && waitOf(oldest, this.#deps.index, this.snapshot());
  }

  abandon(claim: Claim): void {
    this.#outbox.abandon(claim);
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
    this.#next.kill();
    this.#poke();
    return this.start();
  }

  question(): Question | undefined {
    const link = this.#link;
    return link && questionOf(link, (look) => this.#judge(link, look));
  }

  beat(now: number): boolean {
    const link = this.#link;
    if (link === undefined) return false;
    this.#advance(link, now);
    if (this.#unread.look(link, now)) link.kill(unread(this.#attempts.endpoint));
    this.#wakeup.notify();
    return link.kernel?.busy === true || !this.#outbox.empty;
  }

  get #fields(): object {
    return { connection: this.#deps.index, endpoint: this.#attempts.endpoint.text };
  }

  get #link(): Link | undefined {
    return 'link' in this.#state ? this.#state.link : undefined;
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
      if (this.#unread.isUnread && !this.#stop.soft.aborted && this.#deps.moveAway()) {
        await this.#park();
        continue;
      }
      const link = this.#next.take() ?? (await this.#dial());
      if (link !== undefined) await this.#live(link);
    }
    this.#next.take()?.kill(abandoned());
    this.#enter({ phase: 'closed' });
    this.hasSettled = this.#outbox.empty;
    this.#outbox.abandonAll();
  }

  /** Nobody reads what this connection is given, and a sibling flows: everything has moved there. */
  async #park(): Promise<void> {
    this.#enter({ phase: 'parked' });
    const isOver = (): boolean => !this.#outbox.empty || this.#stop.soft.aborted;
    await this.#unread.rest(isOver, this.#wakeup, this.#fields);
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

  /** From connected to closed, whoever closes it. */
  async #live(link: Link): Promise<void> {
    const { clock, watched, log, totals, tuning, probation } = this.#deps;
    const { endpoint } = this.#attempts;
    const trial = probation.begin(endpoint, link, clock.monotonic());
    this.#enter({ phase: 'connected', link, trial });
    totals.connects += 1;
    if (this.#attempts.clean) log.info(this.#fields, 'connected');
    if (this.#stop.hard.aborted) link.kill(abandoned());
    const forget = clock.timer(tuning.provenMs, () => this.#failures.proven(this.#fields), { unref: true });
    const life = new AbortController();
    void this.#next.lookOut(link, life.signal);
    const ending = await this.#serve(link, trial);
    life.abort();
    forget();
    await this.#endProof.settle(ending, endpoint, trial, this.#outbox);
    if (ending.is === 'ended' && !this.#next.isThere) this.#endProof.sayUnproven(this.#outbox, this.#fields);
    this.#outbox.lose(link.acked, watched.monotonic(), trial.isPassed);
    if (ending.is === 'ended') return;
    this.#unread.lost(ending, endpoint, trial, { ...this.#fields, events: this.#outbox.unprovenEvents });
    const error = await this.#refusals.overcome(ending);
    if (!this.#done && error !== undefined) await this.#failed(error, { receivedBytes: link.received });
  }

  async #serve(link: Link, trial: Trial): Promise<Ending> {
    while (link.open) {
      const begun = !this.#next.isThere && this.#hasRoom(link) ? this.#outbox.begin() : undefined;
      if (begun !== undefined) await this.#write(link, begun);
      else if (this.#mayEnd(link)) {
        this.#enter({ phase: 'ending', link, trial });
        return this.#endProof.end(link, this.#attempts.endpoint, trial, this.#outbox);
      } else {
        if (this.#stop.soft.aborted || this.#next.isThere) this.#deps.wakePulse(true);
        this.#askForProof(link);
        await this.#wakeup.wait();
      }
    }
    return link.closed;
  }

  /** Where a route waits for proof and everything is written: this connection is ended, and the answer to that is the proof. */
  #askForProof(link: Link): void {
    if (this.#next.isThere || this.#stop.soft.aborted || !this.#outbox.allWritten) return;
    if (this.#deps.probation.mayAsk(this.#attempts.endpoint)) this.#requests.ask(() => this.#next.again(link));
  }

  async #write(link: Link, begun: Begun): Promise<void> {
    this.#deps.wakePulse(false);
    const hasRoom = (): boolean => this.#hasRoom(link);
    if (!(await writePaced(link, begun, this.#deps.pace, this.#wakeup, hasRoom))) return;
    const now = this.#deps.watched.monotonic();
    this.#outbox.written(link.flushed, now);
    this.#advance(link, now);
  }

  #hasRoom(link: Link): boolean {
    if (!link.hasRoom) this.#deps.wakePulse(true);
    return link.hasRoom;
  }

  /** Nothing will come any more on this link, and what was written is acked, as far as one can know. */
  #mayEnd(link: Link): boolean {
    if (this.#next.isThere && this.#outbox.quiet) return true;
    return (
      this.#stop.soft.aborted && (this.#outbox.allAcked || (link.kernel?.blind === true && this.#outbox.allWritten))
    );
  }

  #judge(link: Link, look: (now: number) => PeerState): void {
    if (link !== this.#link) return;
    this.#slow.judge(look(this.#deps.watched.monotonic()), link, this.#attempts.endpoint, this.#fields);
  }

  #advance(link: Link, now: number): void {
    if ('trial' in this.#state)
      this.#outbox.advance(link.acked, now, link.kernel?.troubledAt ?? 0, this.#state.trial.isPassed);
  }

  /** Goes on to the next endpoint; pauses once all have been tried since one last proved to be good. */
  async #failed(error: ForwarderError, more: object = {}): Promise<void> {
    if (this.#done) return;
    const pauseMs = this.#failures.failed(error, this.#next.isThere, { ...this.#fields, ...more });
    if (pauseMs === 0) return;
    this.#enter({ phase: 'waiting' });
    await sleep(this.#deps.clock, pauseMs, this.#stop.hard);
  }

  #changed(): void {
    const link = this.#link;
    if (link?.open === true) this.#advance(link, this.#deps.watched.monotonic());
    this.#wakeup.notify();
  }

  /** Something happened that the loop may wait for. With nothing left to deliver it must not wait for a receiver. */
  #poke(): void {
    if (this.#done && this.#link === undefined) this.#stop.stopHard();
    this.#wakeup.notify();
  }
}
