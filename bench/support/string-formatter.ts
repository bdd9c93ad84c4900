/** What one would write without a kernel: lz4-napi, protobufjs and template strings, with the care a hot path gets. */
import { uncompressSync } from 'lz4-napi';
import protobuf from 'protobufjs';

const root = protobuf.parse(
  `syntax = "proto2";
   message Pair { required string key = 1; required string value = 2; }
   message Log { required uint32 time = 1; repeated Pair contents = 2; optional fixed32 timeNs = 4; }
   message LogGroup { repeated Log logs = 1; optional string topic = 3; optional string source = 4; repeated Pair tags = 6; }
   message LogGroupList { repeated LogGroup groups = 1; }`,
  { keepCase: true },
).root;
const type = root.lookupType('LogGroupList');

interface Pair {
  readonly key: string;
  readonly value: string;
}

interface List {
  readonly groups: readonly {
    readonly logs: readonly { readonly time: number; readonly contents: readonly Pair[]; readonly timeNs: number }[];
    readonly topic: string;
    readonly source: string;
    readonly tags: readonly Pair[];
  }[];
}

/** C0 without TAB, and DEL. */
const CONTROLS = /[^\P{Cc}\t\u0080-\u009f]/u;
const ALL_CONTROLS = new RegExp(CONTROLS, 'gu');

function clean(text: string): string {
  if (!CONTROLS.test(text)) return text;
  return text.replaceAll('\0', '').replaceAll('\n', '\\n').replaceAll('\r', '\\r').replace(ALL_CONTROLS, ' ');
}

/** @param sized an LZ4 block behind its size, as lz4-napi wants it. */
export function formatWithStrings(sized: Uint8Array): Buffer {
  const { groups } = type.decode(uncompressSync(sized)) as unknown as List;
  const frames: string[] = [];
  let second = -1;
  let stamp = '';
  for (const { logs, topic, source, tags } of groups) {
    let common = `||__topic__=${clean(topic)}||__source__=${clean(source)}`;
    let host = source;
    for (const { key, value } of tags) {
      if (key === '__hostname__') host = value;
      common += `||__tag__:${clean(key)}=${clean(value)}`;
    }
    for (const { time, contents, timeNs } of logs) {
      if (time !== second) {
        second = time;
        stamp = new Date(time * 1000).toISOString().slice(0, 20);
      }
      const fraction = String(Math.floor(timeNs / 1000)).padStart(6, '0');
      let message = `<134>1 ${stamp}${fraction}Z ${host} store - - - ${common}`;
      for (const { key, value } of contents) message += `||${clean(key)}=${clean(value)}`;
      frames.push(message, '\n');
    }
  }
  return Buffer.from(frames.join(''));
}
