import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const temporary = new Set<string>();
process.once('exit', () => {
  for (const directory of temporary) rmSync(directory, { recursive: true, force: true });
});

/** A directory that is gone when the process is. */
export function temporaryDirectory(name = 'forwarder'): string {
  const directory = mkdtempSync(join(tmpdir(), `${name}-`));
  temporary.add(directory);
  return directory;
}

/** A file in a {@link temporaryDirectory} of its own. @returns its path. */
export function temporaryFile(name: string, content: string | Uint8Array): string {
  const path = join(temporaryDirectory(), name);
  writeFileSync(path, content);
  return path;
}
