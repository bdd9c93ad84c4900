import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ForwarderError } from '../errors/forwarder-error.js';

/** A directory that nobody else can read, for derived configs; gone with {@link remove}. */
export class Scratch {
  readonly directory = mkdtempSync(join(tmpdir(), 'forwarder-tune-'));

  /** @returns the path */
  write(name: string, text: string): string {
    const file = join(this.directory, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** Opens a file for results before minutes are spent on them. @returns writes the text and closes. @throws ForwarderError USAGE */
export function resultFile(option: string, file: string): (text: string) => void {
  try {
    const handle = openSync(file, 'w');
    return (text) => {
      writeSync(handle, text);
      closeSync(handle);
    };
  } catch (cause) {
    throw new ForwarderError('USAGE', `--${option}: can't write "${file}"`, { cause });
  }
}
