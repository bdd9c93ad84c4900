import type { Clock } from '../flow/clock.js';
import type { ErrorCode } from '../errors/codes.js';
import type { ForwarderError } from '../errors/forwarder-error.js';
import { isShardQuota } from '../errors/quota.js';
import { checkCredentials, type Credentials, type CredentialsProvider } from './credentials/credentials.js';
import type { Dial } from './endpoint.js';
import { replyError } from './errors.js';
import type { HttpReply, Watch } from './http/exchange.js';
import type { ServiceTime } from './service-time.js';
import type { QuotaGate } from './quota-gate.js';
import type { Signer } from './signing/sign.js';
import { SIGNATURE_USED_MS, SignedRequests, type SignedRequest } from './signing/signed-requests.js';
import type { Signing } from './signing/signing.js';
import type { TrafficClass, HttpTransport } from './http/transport.js';

/** One request to the API, in the API's terms. */
export interface Call {
  /** The purpose, for messages: `heartbeat`. */
  readonly what: string;
  readonly method: 'GET' | 'POST';
  /** Below the scope: `/shards/3` of a logstore, `/logstores` of a project. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly json?: unknown;
  readonly traffic: TrafficClass;
  /** Where the body of a success goes. */
  readonly bodyBuffer?: (size: number) => ArrayBuffer;
  /** Told how much memory the body of a success takes, while it comes. */
  readonly bodyHeld?: ((bytes: number) => void) | undefined;
  /** The reply may come behind others of this kind. */
  readonly expectsLittle?: boolean;
  readonly signal: AbortSignal;
}

/** A call of one logstore, project or endpoint. Resolves with status 200 only. @throws ForwarderError */
export type CallLogstore = (call: Call) => Promise<HttpReply>;

/**
 * Makes the same pull again and again as long as it is answered with status 200 and `onReply` wants it, but no longer than a signature is used. Any
 * other reply, and every failure, is left to be found by a call. Only credentials that can't be had make it reject, as a call.
 */
export type WatchCall = (call: Call, watch: Watch) => Promise<void>;

/** One logstore. */
export interface LogstoreCalls {
  readonly call: CallLogstore;
  readonly watch: WatchCall;
}

export interface ServiceDeps {
  readonly transport: HttpTransport;
  readonly signing: Signing;
  readonly credentials: CredentialsProvider;
  readonly time: ServiceTime;
  readonly clock: Clock;
  /** The gate at the quota of the project. */
  readonly gate: QuotaGate;
}

/** What calls are about. */
export interface Scope {
  /** `project/logstore`, for messages. */
  readonly name: string;
  /** Where the paths of its calls begin: `/logstores/<logstore>`; empty for a project and for an endpoint. */
  readonly path: string;
}

/** The one way every request goes: signed, sent, and judged by its status. */
export function openService(deps: ServiceDeps, dial: Dial, scope: Scope): LogstoreCalls {
  const { transport, signing, time, clock, gate } = deps;
  const requests = new SignedRequests(dial.hostHeader);
  const whatOf = (call: Call): string => `${call.what} of ${scope.name}`;
  const sign = (call: Call, signer: Signer, credentials: Credentials, offsetMs: number): Promise<SignedRequest> =>
    requests.make({ ...call, path: `${scope.path}${call.path}` }, signer, credentials, clock.now() + offsetMs);

  const call: CallLogstore = async (call) => {
    const what = whatOf(call);
    /** Each kind of refusal is mended once. */
    const mended = new Set<ErrorCode>();
    for (;;) {
      if (call.traffic === 'pull') gate.check(what);
      const startedAt = clock.monotonic();
      const credentials = checkCredentials(await deps.credentials.get());
      const { signer } = signing;
      const offsetMs = time.offsetMs;
      const ready = await sign(call, signer, credentials, offsetMs);
      const { method, bodyBuffer, bodyHeld, expectsLittle = false, signal, traffic } = call;
      const wanted = { what, method, ...ready, bodyBuffer, bodyHeld, expectsLittle, signal };
      const reply = await transport.request(dial, traffic, wanted);
      if (reply.status === 200) {
        time.follow(reply.headers.date, offsetMs);
        if (traffic === 'pull') gate.passed(startedAt);
        return reply;
      }
      const skewMs = time.measure(reply.headers.date);
      const { via } = dial;
      const secrets = [...secretsOf(credentials), ...(via?.secrets ?? [])];
      const error = replyError(reply, { what, secrets, skewMs, via });
      if (traffic === 'pull' && isOfProject(error)) gate.refused(startedAt, error.retryAfterMs);
      if (mended.has(error.code)) throw error;
      mended.add(error.code);
      if (!(await mend(error, { skewMs, offsetMs, signer, credentials }))) throw error;
    }
  };

  const watch: WatchCall = async (call, { at, onReply }) => {
    const watcher = transport.watcher(dial);
    if (watcher === undefined || gate.isShut) return;
    const until = clock.monotonic() + SIGNATURE_USED_MS;
    const credentials = checkCredentials(await deps.credentials.get());
    const ready = await sign(call, signing.signer, credentials, time.offsetMs);
    const again = (reply: HttpReply): number | undefined => {
      const next = reply.status === 200 && !gate.isShut ? onReply(reply) : undefined;
      return clock.monotonic() < until ? next : undefined;
    };
    await watcher.watch(
      { what: whatOf(call), method: call.method, ...ready, signal: call.signal },
      { at, onReply: again },
    );
  };

  return { call, watch };

  /** @returns whether the same request may be accepted now. */
  function mend({ code, details }: ForwarderError, used: Used): boolean | Promise<boolean> {
    if (code === 'SLS_CLOCK_SKEW') return time.correct(used.skewMs, used.offsetMs);
    if (code === 'SLS_UNAUTHORIZED') return deps.credentials.renew(used.credentials);
    return details['errorCode'] === 'InvalidSignatureMethod' && signing.refused(used.signer);
  }
}

/** What a refused request was made with. */
interface Used {
  readonly skewMs: number | undefined;
  readonly offsetMs: number;
  readonly signer: Signer;
  readonly credentials: Credentials;
}

function isOfProject(error: ForwarderError): boolean {
  return error.code === 'SLS_QUOTA' && !isShardQuota(error);
}

function secretsOf({ accessKeySecret, securityToken }: Credentials): string[] {
  return [accessKeySecret, ...(securityToken ? [securityToken] : [])];
}
