import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { PACKAGE_ROOT } from './python-sdk.js';

const MODULE = join(PACKAGE_ROOT, 'test/peers/go');

/**
 * A program with the unmodified official Go SDK, built in the ignored cache folder.
 * @returns its path
 * @throws Error where go, or the module proxy, is missing
 */
export function goWithSdk(program: 'consume' | 'forward'): string {
  const built = join(PACKAGE_ROOT, '.cache/peers/go', program);
  execFileSync('go', ['build', '-o', built, `./${program}`], {
    cwd: MODULE,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return built;
}
