import { EVERY_LOG_WHOLE, type FrameBatch } from '../model/batch.js';
import type { FormatPlan } from '../model/format-plan.js';
import type { Gap } from '../model/ports.js';
import { framed } from './frame.js';

/** What a gap event says of where it comes from. */
export interface GapOrigin {
  readonly project: string;
  readonly logstore: string;
  /** The name of this machine: HOSTNAME of the event. */
  readonly hostname: string;
}

const ERROR = 3;
const HOSTNAME_BYTES = 255;
const WORDS: Readonly<Record<Gap['reason'], string>> = {
  undecodable: 'could not be decoded and were put aside',
  retention: 'expired in the Log Service before they were read',
  oversize: 'are larger than the receiver takes and were put aside',
  refused: 'were refused by the receiver and put aside',
};

/**
 * The event that tells a receiver of a range it does not get: RFC 5424, APP-NAME `forwarder`, MSGID `GAP`, the facility of the pipeline with
 * severity error, and `key=value` pairs with the range's cursors.
 */
export function gapFrame(plan: FormatPlan, { project, logstore, hostname }: GapOrigin, gap: Gap): FrameBatch {
  const { shard, seq, cursor, nextCursor, reason, deadLetter, events, at } = gap;
  const priority = plan.header.priority - (plan.header.priority % 8) + ERROR;
  const host = hostname.replace(/[^!-~]/g, '_').slice(0, HOSTNAME_BYTES) || '-';
  const count = events === undefined ? {} : { events };
  const range = { project, logstore, shard, from: cursor, to: nextCursor };
  const pairs = { reason, ...range, ...count, dead_letter: deadLetter ?? 'none' };
  const facts = Object.entries(pairs).map(([key, value]) => `${key}=${value}`);
  const message = `<${priority}>1 ${new Date(at).toISOString()} ${host} forwarder - GAP - EVENTS MISSING: they ${WORDS[reason]}; ${facts.join(' ')}`;
  const bytes = framed(Buffer.from(message), plan.framing);
  return { ...EVERY_LOG_WHOLE, shard, seq, cursor, nextCursor, bytes, ends: Uint32Array.of(bytes.length) };
}
