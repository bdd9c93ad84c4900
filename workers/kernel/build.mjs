// Compiles the kernel: `node workers/kernel/build.mjs [output directory, default dist]`.
import { mkdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

const root = fileURLToPath(new URL('../..', import.meta.url));
const target = join(resolve(root, process.argv[2] ?? 'dist'), 'workers/kernel');
mkdirSync(target, { recursive: true });

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

/** The compiler's first error with its place, on one line. */
function firstComplaint(output) {
  const lines = output.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith('ERROR'));
  if (at < 0) return undefined;
  const place = lines.slice(at).find((line) => line.includes('└─'));
  return place === undefined ? lines[at] : `${lines[at]} ${place.slice(place.indexOf('in '))}`;
}
