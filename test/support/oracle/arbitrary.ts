/** Random, often hostile, LogGroupLists. */
import fc from 'fast-check';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Whole, broken and forbidden UTF-8, and every character that is treated in its own way. */
const FRAGMENTS = [
  ...[
    'a',
    'key=value',
    ' ',
    '|',
    '^',
    ']',
    '\\',
    '||',
    '\\n',
    '"',
    '\0',
    '\n',
    '\r\n',
    '\t',
    '\x1b',
    '\x7f',
    '\x1f',
    '\u0085',
  ].map(bytesOf),
  ...['é', '日本語', '😀', '\ufeff', '\ufffd', '\u2028', '\uffff', '\u{10ffff}', '\u07ff', '\u0800'].map(bytesOf),
  ...[[0x80], [0xbf, 0xbf], [0xc0, 0x80], [0xc1, 0xbf], [0xc2], [0xe0, 0x80, 0x80], [0xe0, 0xa0], [0xe2, 0x82]],
  ...[
    [0xed, 0xa0, 0x80],
    [0xed, 0x9f, 0xbf],
    [0xef, 0xbf],
    [0xf0, 0x80, 0x80, 0x80],
    [0xf0, 0x9f, 0x98],
  ],
  ...[[0xf0, 0x90], [0xf4, 0x8f, 0xbf, 0xbf], [0xf4, 0x90, 0x80, 0x80], [0xf5, 0x80], [0xfe], [0xff, 0xff]],
].map((fragment) => Uint8Array.from(fragment));

const concat = (parts: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(parts));

const plain = (max: number): fc.Arbitrary<Uint8Array> =>
  fc
    .nat(max)
    .map((length) =>
      bytesOf('The quick brown fox jumps over the lazy dog. '.repeat(Math.ceil(length / 45)).slice(0, length)),
    );

const hostile = fc.array(fc.constantFrom(...FRAGMENTS), { maxLength: 24 }).map(concat);

const jsonKey = fc.constantFrom('a', 'b', 'host', 'eventName', '', 'é', 'x"y');
const { value: jsonValue } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -1.5e-7,
      12,
      '',
      'plain',
      'quote " back \\ tab \t é \u0001 😀 \ud800',
    ),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(jsonKey, tie('value')), { maxLength: 5 }).map((entries) => Object.fromEntries(entries)),
  ),
}));

/** Text that is JSON, or was before something happened to it. */
const jsonText = fc
  .tuple(
    fc.array(fc.tuple(jsonKey, jsonValue), { maxLength: 6 }),
    fc.constantFrom(undefined, 1, '\t'),
    fc.option(fc.tuple(fc.nat(), fc.constantFrom('', ',', '"', '}', '\\', ' ', '\n', '\u0000', '0', 'e', '\\u00e9')), {
      nil: undefined,
      freq: 3,
    }),
  )
  .map(([entries, indent, damage]) => {
    // Names may repeat.
    const space = indent === undefined ? '' : '\n ';
    const members = entries.map(
      ([name, value]) => `${space}${JSON.stringify(name)}:${space}${JSON.stringify(value, null, indent)}`,
    );
    const json = `{${members.join(',')}${space}}`;
    if (damage === undefined) return bytesOf(json);
    const [where, what] = damage;
    const at = where % (json.length + 1);
    return bytesOf(json.slice(0, at) + what + json.slice(at + (where % 2)));
  });
/** IP addresses, and what is nearly one. */
export const address = fc
  .tuple(
    fc.oneof(
      fc.ipV4(),
      fc.ipV6(),
      fc.constantFrom(
        '10.1.2.3',
        '192.168.17.255',
        '2001:db8::1',
        '::ffff:10.0.0.1',
        'fe80::1%eth0',
        '::',
        '1::',
        '::1.2.3.4',
      ),
      fc.constantFrom('1:2:3:4:5:6:7::', '::2:3:4:5:6:7:8', '1:2:3:4:5:6:1.2.3.4', '1::2::3', '10.01.2.3', '256.1.1.1'),
    ),
    fc.option(fc.tuple(fc.nat(), fc.constantFrom('', ':', '.', '0', 'f', '%', ' ')), { nil: undefined, freq: 3 }),
  )
  .map(([text, damage]) => {
    if (damage === undefined) return bytesOf(text);
    const at = damage[0] % (text.length + 1);
    return bytesOf(text.slice(0, at) + damage[1] + text.slice(at + (damage[0] % 2)));
  });
/** Times in every format there is, some of them not quite. */
const timeText = fc
  .tuple(
    fc.constantFrom(
      ...[
        '1700000000',
        '1700000000.25',
        '1700000000123',
        '1700000000123456',
        '1700000000123456789',
        '4294967296',
        '007',
      ],
      ...[
        '18446744073709551616',
        '2026-11-04T22:13:20Z',
        ' 2026-12-31T23:59:60Z\n',
        '2026-12-31T22:59:60.5-01:00',
        '2026-12-31T24:00:00',
        '2026-12-31T24:00:00.1',
        '\t1767225600 ',
        '2026-11-04 22:13:20',
        '2026/11/04 22:13',
        '2011-12-30T12:00:00',
      ],
      ...[
        '2026-03-08 02:30:00',
        '2026-11-01 01:30:00,123456789012',
        '2024-02-29t00:00:00.5z',
        '1970-01-01T00:00:00+08:00',
      ],
      ...[
        '04/Nov/2026:22:13:20 +0800',
        '29/Feb/2023:00:00:00 +0000',
        '1999-12-31T23:59:60Z',
        '2026-11-04T22:13:20.7-03',
      ],
      ...['2106-02-07T06:28:15Z', '2106-02-07T06:28:16Z', '0000-01-01T00:00:00Z', '2100-02-29 00:00:00'],
    ),
    fc.option(fc.tuple(fc.nat(30), fc.constantFrom('', '0', ' ', ':', '-', 'Z', '+', '.', '9')), {
      nil: undefined,
      freq: 3,
    }),
  )
  .map(([time, damage]) => {
    if (damage === undefined) return bytesOf(time);
    const [at, what] = damage;
    return bytesOf(time.slice(0, at) + what + time.slice(at + 1));
  });

/** Field text: mostly short, around the widths of vectors and varints, sometimes long. */
const text = fc.oneof(
  { weight: 6, arbitrary: plain(40) },
  { weight: 4, arbitrary: hostile },
  { weight: 4, arbitrary: jsonText },
  {
    weight: 1,
    arbitrary: fc.constantFrom('0', '7', '12.50', '-3', '1e5', '0.1', '123456789012345', '.5').map(bytesOf),
  },
  { weight: 1, arbitrary: address },
  { weight: 1, arbitrary: timeText },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 40 }) },
  { weight: 1, arbitrary: plain(300) },
  { weight: 1, arbitrary: fc.tuple(plain(3000), hostile, plain(3000)).map(concat) },
);

/** Few, so that plans find their fields, and keys repeat. */
export const KEYS = ['', 'a', 'host', '__hostname__', 'eventName', 'a key of more than sixteen bytes', 'ключ'];

const key = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...KEYS).map(bytesOf) }, { weight: 1, arbitrary: text });

/** Bytes on the wire, so that fields can come in any order, twice, or unknown. */
type Wire = Uint8Array;

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}

const lengthDelimited = (field: number, payload: Uint8Array): Wire =>
  concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(payload.length)]), payload]);
const varintField = (field: number, value: number): Wire => Uint8Array.from([...varint(field * 8), ...varint(value)]);
const fixed32Field = (field: number, value: number): Wire =>
  concat([Uint8Array.from([field * 8 + 5]), new Uint8Array(Uint32Array.of(value).buffer)]);

const unknown = fc.oneof(
  text.map((payload) => lengthDelimited(9, payload)),
  fc.nat().map((value) => varintField(1000, value)),
  fc.nat().map((value) => fixed32Field(7, value)),
  fc.constant(Uint8Array.of(0x41, 1, 2, 3, 4, 5, 6, 7, 8)),
);

const message = (field: number, fields: readonly Wire[]): Wire => lengthDelimited(field, concat(fields));

const few = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> =>
  fc.array(arbitrary, { maxLength, size: 'max' });
const rarely = (arbitrary: fc.Arbitrary<Wire>): fc.Arbitrary<Wire[]> =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constant<Wire[]>([]) },
    { weight: 1, arbitrary: fc.array(arbitrary, { maxLength: 2 }) },
  );
const optional = (arbitrary: fc.Arbitrary<Wire>): fc.Arbitrary<Wire[]> =>
  fc.oneof(
    { weight: 8, arbitrary: arbitrary.map((one) => [one]) },
    { weight: 1, arbitrary: fc.array(arbitrary, { maxLength: 2 }) },
  );

/** Mostly in the order of their numbers, as encoders write them. */
const ordered = (...fields: readonly fc.Arbitrary<Wire[]>[]): fc.Arbitrary<Wire[]> =>
  fc.tuple(...fields).chain((parts) => {
    const flat = parts.flat();
    const shuffled = fc.shuffledSubarray(flat, { minLength: flat.length, maxLength: flat.length });
    return fc.oneof({ weight: 3, arbitrary: fc.constant(flat) }, { weight: 1, arbitrary: shuffled });
  });

const pair = (field: number): fc.Arbitrary<Wire> =>
  ordered(
    optional(key.map((k) => lengthDelimited(1, k))),
    optional(text.map((v) => lengthDelimited(2, v))),
    rarely(unknown),
  ).map((fields) => message(field, fields));

const pairs = (field: number, most: number): fc.Arbitrary<Wire[]> =>
  fc.oneof({ weight: 20, arbitrary: few(pair(field), 8) }, { weight: 1, arbitrary: few(pair(field), most) });

const time = fc.oneof(fc.integer({ min: 1_700_000_000, max: 1_700_000_003 }), fc.integer({ min: 0, max: 0xffff_ffff }));
const timeNs = fc.oneof(fc.integer({ min: 0, max: 999_999_999 }), fc.integer({ min: 0, max: 0xffff_ffff }));

const log = ordered(
  optional(time.map((value) => varintField(1, value))),
  pairs(2, 500),
  optional(timeNs.map((value) => fixed32Field(4, value))),
  rarely(unknown),
).map((fields) => message(1, fields));

const group = ordered(
  few(log, 6),
  rarely(text.map((value) => lengthDelimited(2, value))),
  optional(text.map((value) => lengthDelimited(3, value))),
  optional(text.map((value) => lengthDelimited(4, value))),
  rarely(text.map((value) => lengthDelimited(5, value))),
  pairs(6, 60),
  rarely(unknown),
).map((fields) => message(1, fields));

/** A raw LogGroupList. */
export const logGroupList = ordered(few(group, 4), rarely(unknown)).map(concat);
