/** What any operation on a file can meet. */
const FAULTS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'it is not permitted',
  EISDIR: 'it is a directory',
  ENOTDIR: 'a part of the path is not a directory',
  ELOOP: 'it is a symbolic link',
  ENOTREG: 'it is not a regular file',
  E2BIG: 'it is too large',
  ENAMETOOLONG: 'the name is too long',
  EIO: 'the disk reports an error',
  ESTALE: 'the file server does not know it any more',
  ETIMEDOUT: 'the file server does not answer',
  ENXIO: 'nobody is at the other end',
  EMFILE: 'this process has too many open files (raise ulimit -n)',
  ENFILE: 'this machine has too many open files',
  ENOMEM: 'there is not enough memory',
};

const WRITE_FAULTS: Readonly<Record<string, string>> = {
  ...FAULTS,
  ENOENT: 'there is no such directory',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file is as large as it may become',
  EROFS: 'the file system can only be read',
  EPIPE: 'nobody reads it any more',
};

/** Why a file can't be read, in words. */
export function readFault(thrown: unknown): string {
  return inWords(thrown, FAULTS);
}

/** Why a file can't be written, in words. */
export function writeFault(thrown: unknown): string {
  return inWords(thrown, WRITE_FAULTS);
}

function inWords(thrown: unknown, faults: Readonly<Record<string, string>>): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : 'unknown';
  return faults[code] ?? code;
}
