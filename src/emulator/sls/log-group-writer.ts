import { ByteWriter, textSize, varintSize } from './byte-writer.js';

export type Pair = readonly [key: string, value: string];

interface Log {
  /** Unix seconds. */
  readonly time: number;
  /** Nanosecond part, 0..999999999; left out when undefined. */
  readonly nanos?: number;
  readonly contents: readonly Pair[];
}

export interface LogGroup {
  readonly logs: readonly Log[];
  readonly topic?: string;
  readonly source?: string;
  readonly machineUuid?: string;
  readonly tags: readonly Pair[];
}

const PAIR = { key: 0x0a, value: 0x12 };
const LOG = { time: 0x08, contents: 0x12, nanos: 0x25 };
const GROUP = { logs: 0x0a, topic: 0x1a, source: 0x22, machineUuid: 0x2a, tags: 0x32 };
const LIST_GROUPS = 0x0a;

/**
 * Appends log groups to a LogGroupList (proto2, sls.proto). A list is its groups one after the other, so any run of groups cut
 * out of the output is a valid list by itself: that is what a pull reply is.
 */
export class LogGroupWriter {
  readonly out = new ByteWriter(64 * 1024);
  readonly #group = new ByteWriter(16 * 1024);
  readonly #log = new ByteWriter(4 * 1024);

  /** Writes one group with its list tag; afterwards `out.length` is where it ends. */
  add(group: LogGroup): void {
    const body = this.#group;
    body.clear();
    for (const log of group.logs) {
      writeLog(this.#log, log);
      writeMessage(body, GROUP.logs, this.#log);
    }
    if (group.topic !== undefined) writeText(body, GROUP.topic, group.topic);
    if (group.source !== undefined) writeText(body, GROUP.source, group.source);
    if (group.machineUuid !== undefined) writeText(body, GROUP.machineUuid, group.machineUuid);
    for (const tag of group.tags) writePair(body, GROUP.tags, tag);
    writeMessage(this.out, LIST_GROUPS, body);
  }
}

/** An encoded LogGroup as one element of a LogGroupList. */
export function asListElement(group: Uint8Array): Buffer {
  const out = new ByteWriter(group.length + 6);
  out.byte(LIST_GROUPS);
  out.varint(group.length);
  out.bytes(group);
  return out.view();
}

/** More tags for an encoded LogGroup: to be appended to its bytes, as protobuf allows. */
export function encodeTags(tags: readonly Pair[]): Buffer {
  const out = new ByteWriter(256);
  for (const tag of tags) writePair(out, GROUP.tags, tag);
  return out.view();
}

function writeLog(out: ByteWriter, log: Log): void {
  out.clear();
  out.byte(LOG.time);
  out.varint(log.time);
  for (const pair of log.contents) writePair(out, LOG.contents, pair);
  if (log.nanos === undefined) return;
  out.byte(LOG.nanos);
  out.fixed32(log.nanos);
}

function writePair(out: ByteWriter, tag: number, [key, value]: Pair): void {
  const keySize = textSize(key);
  const valueSize = textSize(value);
  out.byte(tag);
  out.varint(2 + varintSize(keySize) + keySize + varintSize(valueSize) + valueSize);
  writeSized(out, PAIR.key, key, keySize);
  writeSized(out, PAIR.value, value, valueSize);
}

function writeText(out: ByteWriter, tag: number, value: string): void {
  writeSized(out, tag, value, textSize(value));
}

function writeSized(out: ByteWriter, tag: number, value: string, size: number): void {
  out.byte(tag);
  out.varint(size);
  out.text(value, size);
}

function writeMessage(out: ByteWriter, tag: number, message: ByteWriter): void {
  out.byte(tag);
  out.varint(message.length);
  out.bytes(message.view());
}
