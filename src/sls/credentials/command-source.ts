import { spawn, type ChildProcess } from 'node:child_process';
import { readFault } from '../../errors/file-fault.js';
import type { Clock } from '../../flow/clock.js';
import { isRecord } from '../api/json.js';
import { readIssued, unusable, type CredentialsSource } from './credentials.js';

/** More is no key. */
const MAX_BYTES = 65_536;
/** A program may ask a vault; what does not say when it expires is fetched again this often. */
const LOOK_AGAIN_MS = 5 * 60_000;

/**
 * A program that writes credentials as one JSON object to its standard output: `AccessKeyId`, `AccessKeySecret`, and for temporary ones
 * `SecurityToken` and `Expiration` (ISO 8601), in the spellings of {@link readIssued}. No shell is in between. What it writes to either output is
 * never repeated: it may hold secrets.
 *
 * @param argv the program and its arguments
 * @param timeoutMs how long it may take; then it and what it has started is killed
 */
export function commandSource(argv: readonly string[], timeoutMs: number, clock: Clock): CredentialsSource {
  const [program = ''] = argv;
  const name = `command ${program}`;
  const fetch: CredentialsSource['fetch'] = async () => {
    const text = await outputOf(argv, timeoutMs, clock);
    return readIssued(`the ${name}`, jsonOf(text) ?? fail(`${program} wrote no JSON object`));
  };
  return { name, fetch, lookAgainMs: LOOK_AGAIN_MS };
}

function jsonOf(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function fail(problem: string): never {
  throw unusable(`the command ${problem}`);
}

function outputOf([program = '', ...args]: readonly string[], timeoutMs: number, clock: Clock): Promise<string> {
  return new Promise((resolve, reject) => {
    // A group of its own, so that it can be killed with all it has started.
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'ignore'], detached: true });
    const chunks: Buffer[] = [];
    let length = 0;
    const end = (problem: string | undefined): void => {
      cancel();
      kill(child);
      if (problem === undefined) resolve(Buffer.concat(chunks).toString());
      else reject(unusable(`the command ${program} ${problem}`));
    };
    const cancel = clock.timer(timeoutMs, () => end(`did not end within ${timeoutMs / 1000} s`));
    child.once('error', (thrown) => end(`can't be run: ${readFault(thrown)}`));
    child.stdout.on('data', (chunk: Buffer) => {
      length += chunk.length;
      if (length > MAX_BYTES) end(`wrote more than ${MAX_BYTES} bytes`);
      else chunks.push(chunk);
    });
    child.once('close', (code, signal) => end(code === 0 ? undefined : ended(code, signal)));
  });
}

function ended(code: number | null, signal: string | null): string {
  const how = code === null ? `was ended by ${signal ?? 'a signal'}` : `ended with ${code}`;
  return `${how}; run it by hand to see why`;
}

function kill(child: ChildProcess): void {
  child.stdout?.destroy();
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already, and all it had started.
  }
}
