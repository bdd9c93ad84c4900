import { randomBytes } from 'node:crypto';
import { link, rename, rm } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

/** `taken`: another process has it. `impossible`: this place takes no sockets (another user's, a network file system). */
export type Lock =
  { readonly kind: 'held'; release(): Promise<void> } | { readonly kind: 'taken' } | { readonly kind: 'impossible' };

const TRIES = 5;
/** What the kernel takes for the name of a socket. */
const MAX_PATH_BYTES = 103;

/**
 * A lock that the kernel gives back whatever ends its holder: a socket in the file system that the holder listens at. One that nobody listens at
 * was left by a process that was killed, and is replaced.
 */
export async function takeLock(path: string): Promise<Lock> {
  if (Buffer.byteLength(path) > MAX_PATH_BYTES) return { kind: 'impossible' };
  for (let tries = 0; tries < TRIES; tries++) {
    const made = await listen(path);
    if (typeof made !== 'string') return made;
    if (made !== 'EADDRINUSE') return { kind: 'impossible' };
    const holder = await holderOf(path);
    if (holder === 'alive') return { kind: 'taken' };
    if (holder === 'dead') await removeDead(path);
  }
  return { kind: 'taken' };
}

function listen(path: string): Promise<Lock | string> {
  return new Promise((resolve) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
    server.listen(path, () => {
      server.unref();
      resolve({ kind: 'held', release: () => new Promise((done) => server.close(() => done())) });
    });
  });
}

function holderOf(path: string): Promise<'alive' | 'dead' | 'gone'> {
  return new Promise((resolve) => {
    const socket = connect(path, () => {
      socket.destroy();
      resolve('alive');
    });
    // Who may not ask does not find out: somebody else's is as good as alive.
    socket.once('error', ({ code }: NodeJS.ErrnoException) =>
      resolve(code === 'ECONNREFUSED' ? 'dead' : code === 'ENOENT' ? 'gone' : 'alive'),
    );
  });
}

/** Others may see the same dead socket: each takes away only one, and puts it back if it was a live one that came in between. */
async function removeDead(path: string): Promise<void> {
  const aside = `${path}-${randomBytes(6).toString('hex')}`;
  try {
    await rename(path, aside);
    if ((await holderOf(aside)) === 'alive') await link(aside, path);
  } catch {
    // Somebody was quicker; the next try sees what there is then.
  }
  await rm(aside, { force: true });
}
