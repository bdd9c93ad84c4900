import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryDirectory } from './temporary.js';

function ran(program: string, ...args: readonly string[]): string | undefined {
  const { status, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  return status === 0 ? undefined : (error?.message ?? stderr.trim());
}

/** Host names for one process, whose addresses can change while it runs. Needs root. */
export class Hosts {
  readonly #file = join(temporaryDirectory('hosts'), 'hosts');

  /** What to put before a command, so that it sees these names instead of the machine's. */
  readonly prefix: readonly string[] = [
    'unshare',
    '--mount',
    'sh',
    '-c',
    'mount --bind "$0" /etc/hosts && exec "$@"',
    this.#file,
  ];

  constructor(name: string, address: string) {
    this.set(name, address);
  }

  /** @returns why it can't be had here, if so. */
  get problem(): string | undefined {
    const [program = '', ...args] = this.prefix;
    return ran(program, ...args, 'true');
  }

  /** @param address undefined: nobody knows the name. */
  set(name: string, address: string | undefined): void {
    const line = address === undefined ? '' : `${address} ${name}\n`;
    writeFileSync(this.#file, `127.0.0.1 localhost\n${line}`);
  }
}

/** A file system of its own that is soon full. Needs root. */
export class SmallDisk {
  readonly directory = temporaryDirectory('disk');

  /** @returns why it can't be had here, or undefined after it was made. */
  open(size: string): string | undefined {
    return ran('mount', '-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', this.directory);
  }

  close(): void {
    ran('umount', this.directory);
  }
}
