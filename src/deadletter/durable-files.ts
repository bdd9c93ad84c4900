import { createHash } from 'node:crypto';
import { accessSync, constants, statSync } from 'node:fs';
import { access, lstat, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { writeFault } from '../errors/file-fault.js';
import { takeLock, type Lock } from '../flow/lock.js';
import { readRegularFile } from '../flow/read-file.js';
import { dirname, join, resolve } from 'node:path';

/** The door to the disk for dead letters. What it throws is Node's own and translated by those who call. */

const TEMPORARY = '.tmp';
const MODE = { mode: 0o700 };

/** Why letters can't be kept there, in words; looks, and makes nothing. */
export function directoryFault(directory: string): string | undefined {
  const path = resolve(directory);
  try {
    if (!statSync(path).isDirectory()) return 'it is not a directory';
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return undefined;
  } catch (thrown) {
    const above = dirname(path);
    const isMissing = thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT' && above !== path;
    if (!isMissing) return writeFault(thrown);
    const fault = directoryFault(above);
    return fault === undefined || fault.startsWith('"') ? fault : `"${above}": ${fault}`;
  }
}

const LOCK = '.lock';

/** Makes the directory, with those above it, and keeps other processes from using it at the same time. */
export async function claimDirectory(directory: string): Promise<Lock> {
  await makeDirectory(resolve(directory));
  return takeLock(join(directory, LOCK));
}

/** Takes away what a killed process had not finished. @returns bytes of the files in the directory. */
export async function sizeOfDirectory(directory: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(directory)) {
    const path = join(directory, name);
    if (name.endsWith(TEMPORARY)) await rm(path, { force: true });
    else bytes += (await lstat(path)).size;
  }
  return bytes;
}

/**
 * From the top downwards, each there for good before the next is made: so all above one that is found there are, whoever was killed while making
 * them. Only the last may not be, and is synced again; where it was there and the one above can't be opened, somebody else has made it.
 */
async function makeDirectory(directory: string): Promise<void> {
  const above = dirname(directory);
  const made = await tryToMake(directory);
  if (made === 'missing above') {
    await makeDirectory(above);
    await mkdir(directory, MODE);
  }
  await syncDirectory(above).catch((thrown: unknown) => {
    if (made !== 'there') throw thrown;
  });
}

async function tryToMake(directory: string): Promise<'made' | 'there' | 'missing above'> {
  try {
    await mkdir(directory, MODE);
    return 'made';
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'EEXIST') return 'there';
    if (code === 'ENOENT' && dirname(directory) !== directory) return 'missing above';
    throw thrown;
  }
}

/** Writes a file that is there wholly or not at all, and is there for good when this resolves. */
export async function writeDurably(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const path = join(directory, name);
  const temporary = `${path}${TEMPORARY}`;
  try {
    await writeAndSync(temporary, bytes);
    await rename(temporary, path);
    await syncDirectory(directory);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw thrown;
  }
}

async function writeAndSync(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'w', 0o600);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** A renamed file is there for good only when its directory is. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

export function exists(directory: string, name: string): Promise<boolean> {
  return access(join(directory, name)).then(
    () => true,
    () => false,
  );
}

/** Names of the files that end so, sorted. */
export async function namesOf(directory: string, ending: string): Promise<string[]> {
  return (await readdir(directory)).filter((name) => name.endsWith(ending)).sort();
}

/** Nothing in the directory is anything but a file that was written here, so no link is followed and no pipe is waited for. */
export const read = (directory: string, name: string, maxBytes: number): Buffer =>
  readRegularFile(join(directory, name), { follow: false, maxBytes });

export const remove = (directory: string, name: string): Promise<void> => rm(join(directory, name), { force: true });

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
