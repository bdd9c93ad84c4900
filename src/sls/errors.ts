import { durationText } from '../flow/duration-text.js';
import type { ErrorCode } from '../errors/codes.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { HttpReply } from './http/exchange.js';
import { isRecord, tryJson } from './api/json.js';
import type { Proxy } from './http/proxy.js';
import { refusedByProxy } from './http/tunnel.js';

/** The service's own words: HTTP status, `errorCode`, `errorMessage`. */
interface Refusal {
  readonly status: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

export interface RefusalContext {
  /** The purpose of the request, for the message. */
  readonly what: string;
  /** Values that must not appear in a message, whatever the service or a proxy echoes. */
  readonly secrets: readonly string[];
  /** How far this machine's clock is behind (+) or ahead (−) of the service's, milliseconds, where known. */
  readonly skewMs: number | undefined;
  /** Who is in between and may have answered. */
  readonly via?: Proxy | undefined;
}

/**
 * A reply that is not 200, by the tables of the API. Several codes exist in two spellings and with two statuses, so the code decides first and
 * the status only where the code says nothing.
 */
export function replyError(reply: HttpReply, context: RefusalContext): ForwarderError {
  const refusal = readRefusal(reply);
  if (refusal === undefined) return foreignReply(reply, context);
  const code = classify(refusal);
  const { status, errorCode } = refusal;
  const said = clean(refusal.errorMessage, context.secrets);
  const name = clean(errorCode, context.secrets);
  const advice = adviceFor(code, refusal, context.skewMs);
  const message = `${context.what}: refused with ${status} ${name}${said === '' ? '' : ` (${said})`}: ${advice}`;
  const retryAfterMs = retryAfter(reply);
  return new ForwarderError(code, message, {
    details: { ...replyDetails(reply), errorCode: name },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** A 200 that is not what the API says. */
export function protocolError(reply: HttpReply, what: string, problem: string): ForwarderError {
  const html = /\bhtml\b/i.test(reply.headers['content-type'] ?? '') ? ' (a web page: from a proxy in between?)' : '';
  return new ForwarderError('SLS_PROTOCOL', `${what}: unusable reply${html}, ${problem}`, {
    details: replyDetails(reply),
  });
}

function replyDetails(reply: HttpReply): Record<string, string | number> {
  const requestId = reply.headers['x-log-requestid'];
  return { status: reply.status, ...(typeof requestId === 'string' ? { requestId: clean(requestId, []) } : {}) };
}

function readRefusal(reply: HttpReply): Refusal | undefined {
  const { status } = reply;
  if (status < 400) return undefined;
  const json = tryJson(reply);
  if (!isRecord(json)) return undefined;
  // Older front ends of the service wrap it: {"Error":{"Code":…,"Message":…}}.
  const inner = isRecord(json['Error']) ? json['Error'] : {};
  const errorCode = json['errorCode'] ?? inner['Code'];
  const errorMessage = json['errorMessage'] ?? inner['Message'];
  if (typeof errorCode !== 'string' || errorCode === '') return undefined;
  return { status, errorCode, errorMessage: typeof errorMessage === 'string' ? errorMessage : '' };
}

/** Not in the service's format: a proxy, a load balancer, a server that is none. */
function foreignReply(reply: HttpReply, { what, via }: RefusalContext): ForwarderError {
  const { status, headers, bodyLength } = reply;
  if (status === 407) return refusedUnderWay(reply, what, via);
  const type = clean(headers['content-type'] ?? 'no content type', []);
  const problem = `HTTP ${status} with ${bodyLength} bytes (${type}) that are not the service's`;
  const details = replyDetails(reply);
  const retryAfterMs = retryAfter(reply);
  const extra = { details, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
  return status >= 500
    ? new ForwarderError('SLS_SERVER', `${what}: ${problem}`, extra)
    : new ForwarderError('SLS_PROTOCOL', `${what}: ${problem}: a proxy in between, or a wrong endpoint`, extra);
}

/** 407 is never the service's. */
function refusedUnderWay(reply: HttpReply, what: string, via: Proxy | undefined): ForwarderError {
  const why =
    via === undefined
      ? 'a proxy nobody told us of wants a password (407): see proxy of the source'
      : refusedByProxy(via, 407).message;
  return new ForwarderError('PROXY_REFUSED', `${what}: ${why}`, { details: replyDetails(reply) });
}

const BY_CODE: Readonly<Partial<Record<string, ErrorCode>>> = {
  ConsumerNotExist: 'SLS_CONSUMER_UNKNOWN',
  ConsumerNotExsit: 'SLS_CONSUMER_UNKNOWN',
  ConsumerNotMatch: 'SLS_CONSUMER_UNKNOWN',
  NotExistConsumerWithBody: 'SLS_CONSUMER_UNKNOWN',
  ShardNotExist: 'SLS_SHARD_GONE',
  ShardNotExsit: 'SLS_SHARD_GONE',
  LogStoreWithoutShard: 'SLS_NOT_FOUND',
  RequestTimeExpired: 'SLS_CLOCK_SKEW',
  RequestTimeTooSkewed: 'SLS_CLOCK_SKEW',
  InternalServerError: 'SLS_SERVER',
  RequestTimeout: 'SLS_SERVER',
  ServerBusy: 'SLS_SERVER',
  UnknownError: 'SLS_SERVER',
};

const BY_PATTERN: readonly (readonly [RegExp, ErrorCode])[] = [
  [/invalidcursor/i, 'SLS_CURSOR_INVALID'],
  [/^(Project|LogStore|ConsumerGroup)Not(Exist|Exsit)s?$/i, 'SLS_NOT_FOUND'],
  [/quota|qps/i, 'SLS_QUOTA'],
  [/^Unauthorized|^InvalidAccessKeyId|^SignatureNotMatch|^SecurityToken|Forbidden$/i, 'SLS_UNAUTHORIZED'],
];

function classify({ status, errorCode, errorMessage }: Refusal): ErrorCode {
  const known = Object.hasOwn(BY_CODE, errorCode) ? BY_CODE[errorCode] : undefined;
  if (known !== undefined) return known;
  const match = BY_PATTERN.find(([pattern]) => pattern.test(errorCode));
  if (match !== undefined) return match[1];
  if (errorCode === 'ParameterInvalid' && /invalid cursor/i.test(errorMessage)) return 'SLS_CURSOR_INVALID';
  return byStatus(status, errorMessage);
}

function byStatus(status: number, errorMessage: string): ErrorCode {
  if (status >= 500) return 'SLS_SERVER';
  if (status === 429) return 'SLS_QUOTA';
  if (status === 403) return /quota|qps|exceed/i.test(errorMessage) ? 'SLS_QUOTA' : 'SLS_UNAUTHORIZED';
  if (status === 401) return 'SLS_UNAUTHORIZED';
  if (status === 404) return 'SLS_NOT_FOUND';
  return 'SLS_REQUEST_INVALID';
}

/** Quotas of how many things there are (Common error codes API page), not of how often one asks. */
const COUNTS = /^(ExceedQuota|(Project)?QuotaExceed)$/;

function adviceFor(code: ErrorCode, refusal: Refusal, skewMs: number | undefined): string {
  switch (code) {
    case 'SLS_UNAUTHORIZED':
      return unauthorizedAdvice(refusal);
    case 'SLS_CLOCK_SKEW':
      return `${describeSkew(skewMs)}; set the clock of this machine`;
    case 'SLS_NOT_FOUND':
      return 'check project, logstore, consumer group and the region of the endpoint';
    case 'SLS_QUOTA':
      return COUNTS.test(refusal.errorCode)
        ? 'there are as many as there may be: delete one that nobody uses, or have the quota raised; trying again'
        : 'the service limits this project; going slower';
    case 'SLS_SERVER':
      return 'a failure of the service; trying again';
    case 'SLS_CURSOR_INVALID':
      return 'the position is expired or was never one of this shard (forwarder checkpoint set names another)';
    case 'SLS_SHARD_GONE':
      return 'the shard does not exist any more';
    case 'SLS_CONSUMER_UNKNOWN':
      return 'the service has given our shards to others or forgotten us';
    default:
      return refusal.errorCode === 'InvalidSignatureMethod'
        ? 'the service wants signature v4: set region of the source, and signature to auto or v4'
        : 'the service does not accept this request';
  }
}

function unauthorizedAdvice({ errorCode, errorMessage }: Refusal): string {
  if (/forbidden/i.test(errorCode)) return 'the project is disabled; look for overdue payment';
  if (/signature/i.test(errorCode)) return 'check the access key secret, and for signature v4 the region';
  if (/securitytoken/i.test(errorCode) || /security token/i.test(errorMessage))
    return 'the STS token is wrong or expired';
  const [, action] = /action:\s*(log:\w+)/.exec(errorMessage) ?? [];
  if (action !== undefined) return `grant ${action} to this key in RAM`;
  return 'check the access key and its RAM permissions';
}

/** `this machine's clock is 20 min behind the service's`. */
export function describeSkew(skewMs: number | undefined): string {
  if (skewMs === undefined) return "this machine's clock and the service's differ by more than 15 minutes";
  const amount = durationText(Math.round(Math.abs(skewMs) / 1000));
  return `this machine's clock is ${amount} ${skewMs > 0 ? 'behind' : 'ahead of'} the service's`;
}

const MAX_RETRY_AFTER_S = 300;

/** `Retry-After` in seconds; the date form is not used by the service. */
function retryAfter(reply: HttpReply): number | undefined {
  const text = reply.headers['retry-after'] ?? '';
  return /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_RETRY_AFTER_S) * 1000 : undefined;
}

/** One line, bounded, without control characters and without our secrets. */
function clean(text: string, secrets: readonly string[]): string {
  const hidden = secrets.reduce((left, secret) => left.replaceAll(secret, '***'), text);
  const line = hidden.replace(/[\p{C}\s]+/gu, ' ').trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}
