import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The nearest folder above with a package.json: what is compiled lives some way below it. */
function packageRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : packageRoot(dirname(folder));
}

export const PACKAGE_ROOT = packageRoot(dirname(fileURLToPath(import.meta.url)));
const INSTALL = join(PACKAGE_ROOT, 'test/peers/python/install');

/**
 * The interpreter of a Python with the unmodified official SDK, installed the first time.
 * @throws Error where python3 with venv, or a package index, is missing; the installer has said so on standard error
 */
export function pythonWithSdk(): string {
  return execFileSync('bash', [INSTALL], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }).trim();
}
