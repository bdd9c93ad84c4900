import assert from 'node:assert/strict';
import { test } from 'node:test';
import { toSettings } from '../../../src/config/settings.js';
import { minimal, parse, problems } from './parse.js';
import { temporaryFile } from '../../support/temporary.js';

const of = (format: string): string[] => problems(minimal({ pipeline: `format: ${format}` }));

const file = (content: string | Uint8Array): string => temporaryFile('map.csv', content);

function mapsOf(format: string) {
  const { pipelines } = toSettings(parse(minimal({ pipeline: `format: ${format}` })), {
    cores: 1,
    consumer: 'c',
    now: 0,
  });
  return pipelines[0]?.plan.maps;
}

test('a map is values and what stands for them, as text, number or boolean', () => {
  assert.deepEqual(mapsOf('{ maps: { a: { in: "0", 6: TCP, x: 1, y: false, default: "" } } }'), {
    a: {
      entries: [
        ['6', 'TCP'],
        ['in', '0'],
        ['x', '1'],
        ['y', 'false'],
      ],
      other: '',
    },
  });
});

test('a map in a file has two columns, quotes, and any kind of line end', () => {
  const path = file('\ufeff6,TCP\r\n\r\n"a ""b"",c","x\ny"\n1,\ndefault,?');
  const entries = [
    ['6', 'TCP'],
    ['a "b",c', 'x\ny'],
    ['1', ''],
  ];
  assert.deepEqual(mapsOf(`{ maps: { a: ${path} } }`), { a: { entries, other: '?' } });
});

test('what is wrong in a file is said with its line and column', () => {
  const cases: readonly (readonly [content: string | Uint8Array, expected: RegExp])[] = [
    ['a,b\nc\n', /map\.csv:2:1: expected two cells, got 1$/],
    ['a,b,c', /map\.csv:1:1: expected two cells, got 3$/],
    ['a,b,', /map\.csv:1:1: expected two cells, got 3$/],
    ['a,b\n x,"c', /map\.csv:2:4: a quote that is not closed, or text behind one$/],
    ['"a"b,c', /map\.csv:1:1: a quote that is not closed/],
    [',b', /map\.csv:1:1: an empty value is never looked up/],
    [`a,${'x'.repeat(1025)}`, /map\.csv:1:1: a value may have at most 1024 bytes$/],
    ['', /map\.csv: names no value/],
    ['a,b\nc,d\na,e', /map\.csv: names "a" twice; remove one$/],
    [Array.from({ length: 10_001 }, (_, i) => `${i},x`).join('\n'), /has 10001 values, at most 10000 are possible$/],
    [Uint8Array.of(0xff, 0x2c, 0x61), /can't read ".*map\.csv": it is not UTF-8/],
  ];
  for (const [content, expected] of cases) {
    const [line = '', ...others] = of(`{ maps: { a: ${file(content)} } }`);
    assert.match(line, /^c\.yaml:10:26: pipelines\[0\]\.format\.maps\.a: /);
    assert.match(line, expected);
    assert.deepEqual(others, []);
  }
});

test('what is wrong in a map, or in a template that names one, is one line', () => {
  const cases: readonly (readonly [format: string, expected: RegExp])[] = [
    ['{ maps: { a: nowhere.csv } }', /maps\.a: can't read "nowhere\.csv": /],
    ['{ maps: { a: [] } }', /maps\.a: expected values and what stands for them/],
    ['{ maps: { a: {} } }', /maps\.a: names no value/],
    ['{ maps: { a: { x: { y: z } } } }', /^c\.yaml:10:31: .*maps\.a\.x: expected text that stands for the value$/],
    ['{ maps: { a: { "": z } } }', /an empty value is never looked up/],
    ['{ maps: { "a b": { x: z } } }', /a name may have up to 64 letters/],
    [
      '{ maps: { dir: { x: z } }, appName: "%{map:dri(a)}" }',
      /appName: no map is called "dri"; did you mean "dir"\? \(known: dir\)$/,
    ],
    [
      '{ structuredData: { origin: { x: "%{map:dir(a)}" } } }',
      /structuredData\.origin\.x: no map is called "dir" \(there are none/,
    ],
    ['{ appName: "%{map:dir(a|b)}" }', /"map:dir\(a" at character 3 is not closed; write %\{map:NAME\(field\)\}/],
    ['{ appName: "%{map:dir}" }', /is not closed/],
    ['{ appName: "%{map:dir(__time__)}" }', /"__time__" at character 11 is no field of the log/],
    ['{ appName: "%{map:dir(__topik__)}" }', /unknown field "__topik__" at character 11/],
    ['{ include: { field: "map:dir(a)", equals: x } }', /"map:dir\(a\)": maps are for templates/],
    [
      '{ maps: { dir: { x: z } }, appName: "%{map:dir(a)}", shape: { mask: [a] } }',
      /appName: the map "dir" would tell what its field holds/,
    ],
    [
      '{ maps: { dir: { x: z } }, appName: "%{map:dir(a.b)}", shape: { mask: [a] } }',
      /appName: "a\.b" would show what is in "a"/,
    ],
  ];
  for (const [format, expected] of cases) {
    const lines = of(format);
    assert.match(lines.join('\n'), expected, format);
    assert.equal(lines.length, 1, format);
  }
});
