/** Makes the AssemblyScript side of layout.ts: a class for each record, a constant for each number and size. */

const upper = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();
/** `MaskedRef` → `MASKED_REF`. */
const constant = (record) => upper(record).slice(1);

const TYPES = { u32: 'u32', i32: 'i32', address: 'usize', v128: 'v128' };

function fields([name, said]) {
  const kind = said.replace('own ', '');
  if (kind === 'text') return [`${name}: usize;`, `${name}Length: u32;`];
  if (kind === 'list') return [`${name}: usize;`, `${name}Count: u32;`];
  return [`${name}: ${TYPES[kind]};`];
}

/** What every module of assembly/bodies/ exports: parameters, result, and what to say of it. */
const BODY_EXPORTS = {
  begin: [[], 'void', 'To be called once a batch.'],
  bareSize: [[], 'i32', 'Bytes of a body that shows nothing of its log; -1 where every body shows something.'],
  share: [
    ['dst', 'most'],
    'bool',
    'Once a group: writes what is the same in the bodies of all its logs, in at most `most` bytes. @returns false if the tags are read again for each log.',
  ],
  write: [['dst', 'logEnd'], 'usize', 'Writes the body of the log that was scanned last.'],
  members: [['dst', 'logEnd'], 'usize', 'The same without the header that LEEF and CEF have of their own.'],
  cut: [['body', 'end'], 'usize', 'Cuts the body, which is longer. @returns its new end, at most `end`.'],
};

/** What the others call it. */
const SWITCHED = {
  begin: 'beginBody',
  bareSize: 'bareSize',
  share: 'shareBody',
  write: 'writeBody',
  members: 'writeMembers',
  cut: 'cutBody',
};

/**
 * The one switch that chooses a body.
 * @param kinds the names of BODY in numbers.ts.
 * @returns the text of assembly/body.ts.
 */
export function bodySwitchOf(kinds) {
  const number = (kind) => `BODY_${upper(kind)}`;
  const cases = kinds.slice(0, -1);
  const functions = Object.entries(BODY_EXPORTS).flatMap(([name, [parameters, result, meaning]]) => {
    const call = `${name}(${parameters.join(', ')});`;
    return [
      `/** ${meaning} */`,
      `export function ${SWITCHED[name]}(${parameters.map((one) => `${one}: usize`).join(', ')}): ${result} {`,
      '  switch (plan.bodyKind) {',
      ...cases.flatMap((kind) => [`    case ${number(kind)}:`, `      return ${kind}.${call}`]),
      '    default:',
      `      return ${kinds.at(-1)}.${call}`,
      '  }',
      '}',
      '',
    ];
  });
  return [
    '/** Made by build.mjs: the module of bodies/ that the plan names. */',
    ...kinds.map((kind) => `import * as ${kind} from './bodies/${kind}';`),
    `import { ${cases.map(number).join(', ')} } from './layout';`,
    "import { plan } from './plan';",
    '',
    ...functions,
  ].join('\n');
}

/**
 * @param records of layout.ts and layout-values.ts; `numbers`, `counts` and `sizes` are NUMBERS, COUNTS and SIZES of numbers.ts.
 * @returns the text of assembly/layout.ts.
 */
export function assemblyOf(records, numbers, counts, sizes) {
  const counted = Object.fromEntries(counts.map((name) => [name, 'own u32']));
  const classes = Object.entries({ ...records, Counts: counted }).flatMap(([record, members]) => [
    '@unmanaged',
    `export class ${record} {`,
    ...Object.entries(members)
      .flatMap(fields)
      .map((line) => `  ${line}`),
    '}',
    `export const ${constant(record)}_SIZE: usize = offsetof<${record}>();`,
    '',
  ]);
  const words = Object.entries(numbers).flatMap(([group, members]) => [
    ...Object.entries(members).map(([name, number]) => `export const ${group}_${upper(name)}: u32 = ${number};`),
    '',
  ]);
  const bounds = Object.entries(sizes).map(([name, size]) => `export const ${name}: u32 = ${size};`);
  return [
    '/** Made by build.mjs from ../layout.ts and ../layout-values.ts, which say what each member means. */',
    ...classes,
    ...words,
    ...bounds,
    '',
  ].join('\n');
}
