/** The body of a pull reply as protobufjs sees it. Text is `bytes`: the service does not promise UTF-8. */
import protobuf from 'protobufjs';

export interface Pair {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

export interface Log {
  /** Unix seconds; absent in a broken log. */
  readonly time?: number | undefined;
  readonly contents: readonly Pair[];
  readonly timeNs?: number | undefined;
}

export interface LogGroup {
  readonly logs: readonly Log[];
  readonly topic?: Uint8Array | undefined;
  readonly source?: Uint8Array | undefined;
  readonly tags: readonly Pair[];
}

const root = protobuf.parse(
  `syntax = "proto2";
   message Pair { optional bytes key = 1; optional bytes value = 2; }
   message Log { optional uint32 time = 1; repeated Pair contents = 2; optional fixed32 timeNs = 4; }
   message LogGroup {
     repeated Log logs = 1; optional bytes category = 2; optional bytes topic = 3; optional bytes source = 4;
     optional bytes machine = 5; repeated Pair tags = 6;
   }
   message LogGroupList { repeated LogGroup groups = 1; }`,
  { keepCase: true },
).root;
const type = root.lookupType('LogGroupList');

export function decode(raw: Uint8Array): readonly LogGroup[] {
  const list = type.decode(raw) as unknown as { groups: readonly LogGroup[] };
  return list.groups.map((group) => ({
    ...present(group),
    logs: group.logs.map((log) => ({ ...present(log), contents: log.contents.map(pair) })),
    tags: group.tags.map(pair),
  }));
}

export function encode(groups: readonly LogGroup[]): Uint8Array {
  return type.encode(type.create({ groups })).finish();
}

/** protobufjs shows the default of an absent field on the prototype; only own members were on the wire. */
function present<T extends object>(message: T): T {
  return Object.fromEntries(Object.entries(message)) as T;
}

function pair({ key, value }: Pair): Pair {
  return { key: Uint8Array.from(key), value: Uint8Array.from(value) };
}
