import type { X509Certificate } from 'node:crypto';
import { connect, type OnReadOpts, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ForwarderError } from '../../errors/forwarder-error.js';
import { deadline, type Clock } from '../../flow/clock.js';
import { lookupFrom } from './resolved-hosts.js';
import { checkPins } from '../tls/certificates.js';
import type { Endpoint, TlsSettings } from '../delivery-settings.js';
import { connectionError, type Stage } from './socket-errors.js';
import { tlsOptions } from '../tls/tls-options.js';

/** A connected socket. With TLS `raw` is the TCP socket under it: what the kernel counts are its bytes. */
export interface Dialled {
  readonly stream: Socket;
  readonly raw: Socket;
}

export interface DialSettings {
  readonly tls: TlsSettings;
  readonly connectTimeoutMs: number;
  /** Is told what receivers show. */
  readonly certificates:
    { readonly saw: (endpoint: string, certificate: X509Certificate | undefined) => void } | undefined;
  /** Which of a name's addresses to try first. */
  readonly rotateBy: number;
  /** The receiver answers each event. */
  readonly answers: boolean;
}

/** Idle connections: first probe after this long, then every second, ten times (libuv's choice). */
const KEEP_ALIVE_MS = 30_000;
/** Time for each address of a name before the next is tried beside it; Node's 250 ms breaks slow links. */
const ADDRESS_ATTEMPT_MS = 2_500;
const READ_BYTES = 65_536;

/**
 * Connects to one receiver, TLS handshake included.
 * @throws ForwarderError DIAL_FAILED, DIAL_TIMEOUT or TLS_FAILED; ABANDONED when `signal` aborts first.
 */
export async function dial(
  endpoint: Endpoint,
  settings: DialSettings,
  clock: Clock,
  signal: AbortSignal,
): Promise<Dialled> {
  const limit = deadline(clock, settings.connectTimeoutMs, signal);
  const opened: Socket[] = [];
  let stage: Stage = 'connect';
  try {
    const options = endpoint.tls ? tlsOptions(settings.tls, endpoint) : undefined;
    const raw = tamed(connectTcp(endpoint, settings));
    opened.push(raw);
    await ready(raw, 'connect', limit.signal);
    if (options === undefined) return { stream: raw, raw };
    stage = 'handshake';
    const stream = tamed(connectTls({ ...options, socket: raw }));
    opened.push(stream);
    await ready(stream, 'secureConnect', limit.signal);
    const certificate = stream.getPeerX509Certificate();
    checkPins(certificate, settings.tls, endpoint);
    settings.certificates?.saw(endpoint.text, certificate);
    return { stream, raw };
  } catch (thrown) {
    // TLS first: Node 20 crashes when the socket under it goes away while it is still inside its handshake callback.
    for (const socket of opened.reverse()) socket.destroy();
    if (thrown instanceof ForwarderError) throw thrown;
    if (signal.aborted) throw new ForwarderError('ABANDONED', `${endpoint.text}: stopped while connecting`);
    if (limit.signal.aborted) throw timedOut(endpoint, settings.connectTimeoutMs, stage, opened.at(-1));
    throw connectionError(thrown, endpoint, stage);
  } finally {
    limit.clear();
  }
}

function connectTcp({ tls, host, port }: Endpoint, { rotateBy, answers }: DialSettings): Socket {
  const socket = connect({
    host,
    port,
    ...(answers && !tls && { onread: answersInto((bytes) => socket.emit('data', bytes)) }),
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: KEEP_ALIVE_MS,
    allowHalfOpen: true,
    lookup: lookupFrom(rotateBy),
    autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
  });
  return socket;
}

/**
 * Reads into one buffer, which is overwritten once `take` returns. Else Node makes 64 KiB of memory for each read, thousands of times a second
 * where every event is answered (3 to 5 % of the process's CPU). What TLS decrypts can't be had like this.
 */
function answersInto(take: (bytes: Buffer) => void): OnReadOpts {
  return {
    buffer: Buffer.allocUnsafe(READ_BYTES),
    callback: (length, buffer) => {
      take(Buffer.from(buffer.buffer, buffer.byteOffset, length));
      return true;
    },
  };
}

/** An 'error' nobody listens to would end the process; those who care add their own listener. */
function tamed<T extends Socket>(socket: T): T {
  return socket.on('error', () => undefined);
}

function ready(socket: Socket, event: 'connect' | 'secureConnect', signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      socket.off(event, succeed).off('error', settle).off('close', hungUp);
      signal.removeEventListener('abort', giveUp);
      if (error === undefined) resolve();
      else reject(error);
    };
    const succeed = (): void => settle();
    const hungUp = (): void => settle(Object.assign(new Error('closed'), { code: 'ECONNRESET' }));
    const giveUp = (): void => settle(new Error('aborted'));
    socket.on(event, succeed).on('error', settle).on('close', hungUp);
    if (signal.aborted) giveUp();
    else signal.addEventListener('abort', giveUp);
  });
}

function timedOut(endpoint: Endpoint, ms: number, stage: Stage, raw: Socket | undefined): ForwarderError {
  const within = `within ${ms / 1000} s`;
  const handshake =
    raw?.bytesRead === 0 ? `${NO_ANSWER} ${within} ${PLAIN}` : `the TLS handshake did not finish ${within}`;
  const what = stage === 'connect' ? `no answer ${within}` : handshake;
  return new ForwarderError('DIAL_TIMEOUT', `${endpoint.text}: ${what}`);
}

/** A plain receiver waits for the end of a line, which a handshake does not have. */
const NO_ANSWER = 'the receiver answers nothing to the TLS handshake';
const PLAIN = '(probably a plain port: tcp:// or relp://; or nobody behind a load balancer)';
