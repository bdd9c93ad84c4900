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

/**
 * @param records, numbers, sizes RECORDS of layout.ts, NUMBERS and SIZES of numbers.ts.
 * @returns the text of assembly/layout.ts.
 */
export function assemblyOf(records, numbers, sizes) {
  const classes = Object.entries(records).flatMap(([record, members]) => [
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
    '/** Made by build.mjs from ../layout.ts, which says what each member means. */',
    ...classes,
    ...words,
    ...bounds,
    '',
  ].join('\n');
}
