/** Strict parsers for LEEF 1.0 and 2.0 and CEF 0 and 1, by their guides: what a SIEM would make of a body. Throw at the first fault. */
import assert from 'node:assert/strict';

export interface ParsedPairs {
  /** Vendor, product, version, event id; CEF: also name and severity. */
  readonly titles: readonly string[];
  readonly pairs: readonly (readonly [string, string])[];
}

/** Of ASCII. */
const CONTROL = /[^\P{Cc}\x80-\x9f]/u;
const NAME = /^[A-Za-z0-9_]+$/;
const CEF_LIMITS = [63, 63, 31, 1023, 512, 9];

export function parseLeef(body: string): ParsedPairs {
  const [, version = '', rest = ''] = /^LEEF:(1\.0|2\.0)\|(.*)$/s.exec(body) ?? assert.fail(`no LEEF: ${body}`);
  const fields = rest.split('|');
  const count = version === '1.0' ? 4 : 5;
  assert.ok(fields.length > count, 'the header of LEEF ends with a bar');
  const titles = fields.slice(0, 4);
  for (const title of titles) assert.doesNotMatch(title, CONTROL);
  assert.ok(Array.from(titles[3] ?? '').length <= 255, 'EventID is too long');
  const delimiter = version === '1.0' ? '\t' : delimiterOf(fields[4] ?? '');
  const text = fields.slice(count).join('|');
  const pairs = text === '' ? [] : text.split(delimiter).map(leefPair);
  assertUnique(pairs);
  const severity = Number(pairs.find(([name]) => name === 'sev')?.[1]);
  assert.ok(Number.isInteger(severity) && severity >= 1 && severity <= 10, `sev is ${severity}`);
  return { titles, pairs };
}

function delimiterOf(field: string): string {
  const [, hex] = /^(?:0?x)([0-9a-fA-F]{1,4})$/.exec(field) ?? [];
  const delimiter = field === '' ? '\t' : hex === undefined ? field : String.fromCharCode(parseInt(hex, 16));
  assert.equal(delimiter.length, 1, `"${field}" is no delimiter`);
  return delimiter;
}

function leefPair(text: string): [string, string] {
  const at = text.indexOf('=');
  const name = text.slice(0, at);
  assert.match(name, NAME);
  return [name, text.slice(at + 1)];
}

export function parseCef(body: string): ParsedPairs {
  const [, rest = ''] = /^CEF:[01]\|(.*)$/s.exec(body) ?? assert.fail(`no CEF: ${body}`);
  const titles: string[] = [];
  let at = 0;
  for (let i = 0; i < 6; i++) {
    const [found, title = ''] = /^((?:\\[\\|]|[^\\|])*)\|/.exec(rest.slice(at)) ?? assert.fail(`field ${i}: ${body}`);
    at += found.length;
    assert.doesNotMatch(title, CONTROL);
    const plain = title.replace(/\\([\\|])/g, '$1');
    assert.ok(Array.from(plain).length <= (CEF_LIMITS[i] ?? 0), `header field ${i} is too long`);
    titles.push(plain);
  }
  assert.match(titles[5] ?? '', /^(?:10|\d)$/);
  const pairs = cefPairs(rest.slice(at));
  assertUnique(pairs);
  return { titles, pairs };
}

/** As a reader that refuses what is no number, address or time (of which seconds are none). */
export function assertCefTypes({ pairs }: ParsedPairs): void {
  for (const [name, value] of pairs) {
    const [, wanted] = CEF_TYPED.find(([names]) => names.split(' ').includes(name)) ?? [];
    if (wanted !== undefined) assert.match(value, wanted, `${name}=${value}`);
  }
}

const CEF_TYPED: readonly (readonly [names: string, wanted: RegExp])[] = [
  ['in out cnt spt dpt spid dpid dvcpid cn1 cn2 cn3 type fsize oldFileSize eventId flexNumber1 flexNumber2', /^-?\d+$/],
  [
    'src dst dvc agt sourceTranslatedAddress destinationTranslatedAddress deviceTranslatedAddress',
    /^[\da-fA-F.:]{2,}$/,
  ],
  ['rt start end art mrt fileCreateTime fileModificationTime flexDate1 deviceCustomDate1', /^\d{12,14}$/],
  ['smac dmac dvcmac amac', /^(?:[\da-f]{2}[:-]){5}[\da-f]{2}$/i],
  ['cfp1 cfp2 cfp3 cfp4 slat slong dlat dlong', /^-?\d+(?:\.\d+)?$/],
];

/** The word before an equals sign without a backslash is a name, with one space before it. */
function cefPairs(text: string): [string, string][] {
  const starts = [...text.matchAll(/(?:^| )([A-Za-z0-9_]+)=/g)];
  assert.ok(text === '' || starts[0]?.index === 0, `does not begin with a name: ${text}`);
  return starts.map((start, i) => {
    const value = text.slice(start.index + start[0].length, starts[i + 1]?.index);
    assert.match(value, /^(?:\\[\\=nr]|[^\\=\r\n])*$/s);
    return [start[1] ?? '', value.replace(/\\(.)/g, (_, c: string) => CEF_ESCAPES[c] ?? c)];
  });
}

const CEF_ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r' };

function assertUnique(pairs: readonly (readonly [string, string])[]): void {
  const names = pairs.map(([name]) => name);
  assert.equal(new Set(names).size, names.length, `a name is repeated: ${names.join(' ')}`);
}
