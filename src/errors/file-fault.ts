const READ_FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
};

const WRITE_FAULTS: Readonly<Record<string, string>> = {
  ...READ_FAULTS,
  ENOENT: 'there is no such directory',
  ENOSPC: 'the disk is full',
  EROFS: 'the file system can only be read',
};

/** Why a file can't be read, in words. */
export function readFault(thrown: unknown): string {
  return inWords(thrown, READ_FAULTS);
}

/** Why a file can't be written, in words. */
export function writeFault(thrown: unknown): string {
  return inWords(thrown, WRITE_FAULTS);
}

function inWords(thrown: unknown, faults: Readonly<Record<string, string>>): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  return faults[code] ?? code;
}
