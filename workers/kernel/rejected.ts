import type { RejectedLog } from '../../src/model/batch.js';
import { KernelFault } from './fault.js';

/** First byte of the field that a log of its own is in its group, and a group in its list. */
const FIELD_1 = 0x0a;

/** Where the kernel found a log that it does not send: addresses in its memory. */
export interface FoundLog {
  readonly group: number;
  readonly groupLength: number;
  readonly log: number;
  readonly logLength: number;
  readonly groupIndex: number;
  readonly index: number;
  readonly messageBytes: number;
}

/**
 * Collects the logs of a batch that are too large to be sent. Each becomes a LogGroupList of its own, with the topic, the source and the
 * tags of its group.
 */
export class Rejected {
  readonly #cursorOf: (group: number) => string;
  readonly #limit: number;
  readonly #logs: RejectedLog[] = [];
  #size = 0;
  #group = -1;
  #shared: Uint8Array = new Uint8Array();

  /** @param limit bytes; what needs more is refused: the same tags can be rejected with every log. */
  constructor(cursorOf: (group: number) => string, limit: number) {
    this.#cursorOf = cursorOf;
    this.#limit = limit;
  }

  get logs(): readonly RejectedLog[] {
    return this.#logs;
  }

  /** @param memory the kernel's, with the batch in it, which the kernel has found to be sound. */
  add(memory: Uint8Array, { group, groupLength, log, logLength, groupIndex, index, messageBytes }: FoundLog): void {
    if (groupIndex !== this.#group) {
      this.#shared = withoutLogs(memory.subarray(group, group + groupLength));
      this.#group = groupIndex;
    }
    const own = field(memory.subarray(log, log + logLength), this.#shared);
    const raw = field(own);
    this.#size += raw.length;
    if (this.#size > this.#limit) throw new KernelFault('size-limit', -1);
    this.#logs.push({ reason: 'oversize', cursor: this.#cursorOf(groupIndex), index, messageBytes, raw });
  }
}

/** Field 1 with these bytes, and others behind it. */
function field(payload: Uint8Array, behind: Uint8Array = new Uint8Array()): Uint8Array {
  const head = [FIELD_1, ...varint(payload.length)];
  const whole = new Uint8Array(head.length + payload.length + behind.length);
  whole.set(head);
  whole.set(payload, head.length);
  whole.set(behind, head.length + payload.length);
  return whole;
}

function varint(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...varint(value >>> 7)];
}

/** The fields of a group that are not logs, as they are. */
function withoutLogs(group: Uint8Array): Uint8Array {
  const kept: Uint8Array[] = [];
  for (let at = 0; at < group.length;) {
    const next = fieldEnd(group, at);
    if (group[at] !== FIELD_1) kept.push(group.subarray(at, next));
    at = next;
  }
  const whole = new Uint8Array(kept.reduce((sum, { length }) => sum + length, 0));
  let to = 0;
  for (const part of kept) {
    whole.set(part, to);
    to += part.length;
  }
  return whole;
}

const FIXED64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** Behind the field of a sound message that begins at `at`. */
function fieldEnd(bytes: Uint8Array, at: number): number {
  const tagEnd = varintEnd(bytes, at);
  const wireType = (bytes[at] ?? 0) & 7;
  if (wireType === FIXED64) return tagEnd + 8;
  if (wireType === FIXED32) return tagEnd + 4;
  const valueEnd = varintEnd(bytes, tagEnd);
  return wireType === LENGTH_DELIMITED ? valueEnd + varintAt(bytes, tagEnd) : valueEnd;
}

function varintEnd(bytes: Uint8Array, at: number): number {
  let end = at;
  while ((bytes[end] ?? 0) >= 0x80) end++;
  return end + 1;
}

function varintAt(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = varintEnd(bytes, at) - 1; i >= at; i--) value = value * 0x80 + ((bytes[i] ?? 0) & 0x7f);
  return value;
}
