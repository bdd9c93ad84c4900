// Compiles the kernel: `node workers/kernel/build.mjs [output directory, default dist]`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';
import ts from 'typescript';
import { assemblyOf, bodySwitchOf } from './layout-assembly.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(resolve(root, process.argv[2] ?? 'dist'), 'workers/kernel');
mkdirSync(target, { recursive: true });
await writeMade();

const { error, stderr } = await asc.main([
  'workers/kernel/assembly/index.ts',
  ...['--baseDir', root],
  ...['--outFile', relative(root, join(target, 'kernel.wasm'))],
  ...['-O3', '--runtime', 'stub', '--noAssert', '--use', 'abort='],
  ...['--enable', 'simd', '--enable', 'bulk-memory'],
  // 32-bit memory and vector arguments are what we want.
  ...['--disableWarning', '201', '--disableWarning', '112'],
]);
if (error) {
  console.error(`kernel: ${firstComplaint(stderr.toString()) ?? error.message}`);
  process.exit(1);
}

/** What is made are files of the repository, so that an editor and the architecture rules see them; they are written when what they are made from changed. */
async function writeMade() {
  const files = ['layout.ts', 'layout-values.ts', 'numbers.ts'];
  const [{ RECORDS }, { VALUE_RECORDS }, { NUMBERS, COUNTS, SIZES }] = await Promise.all(files.map(load));
  writeChanged('layout.ts', assemblyOf({ ...RECORDS, ...VALUE_RECORDS }, NUMBERS, COUNTS, SIZES));
  writeChanged('body.ts', bodySwitchOf(Object.keys(NUMBERS.BODY)));
}

function writeChanged(name, text) {
  const file = join(root, 'workers/kernel/assembly', name);
  if (!existsSync(file) || readFileSync(file, 'utf8') !== text) writeFileSync(file, text);
}

/** A module of plain data, without its types. */
function load(name) {
  const source = readFileSync(join(root, 'workers/kernel', name), 'utf8');
  const compilerOptions = { module: ts.ModuleKind.ES2022, target: ts.ScriptTarget.ES2022 };
  const { outputText } = ts.transpileModule(source, { compilerOptions });
  return import(`data:text/javascript;base64,${Buffer.from(outputText).toString('base64')}`);
}

/** The compiler's first error with its place, on one line. */
function firstComplaint(output) {
  const lines = output.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith('ERROR'));
  if (at < 0) return undefined;
  const place = lines.slice(at).find((line) => line.includes('└─'));
  return place === undefined ? lines[at] : `${lines[at]} ${place.slice(place.indexOf('in '))}`;
}
