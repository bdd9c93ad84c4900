import { ForwarderError } from '../errors/forwarder-error.js';
import { namesOf, read, remove, sha256 } from './durable-files.js';
import { decodeSidecar, type Sidecar } from './sidecar.js';
import { BODY, reasonOf, SIDECAR } from './store.js';

/** One letter of a directory, whole. */
export interface Letter {
  readonly name: string;
  readonly about: Sidecar;
  readonly body: Buffer;
}

/** Both are larger than what is ever written. */
const MAX_SIDECAR_BYTES = 1024 * 1024;
const MAX_BODY_BYTES = 256 * 1024 * 1024;

/** Names of the letters in a directory. @throws ForwarderError CONFIG_UNREADABLE */
export async function letterNames(directory: string): Promise<string[]> {
  try {
    return (await namesOf(directory, SIDECAR)).map((name) => name.slice(0, -SIDECAR.length));
  } catch (cause) {
    throw new ForwarderError('CONFIG_UNREADABLE', `can't read "${directory}": ${reasonOf(cause)}`, { cause });
  }
}

/** @returns the letter, or in words why it can't be used. */
export function readLetter(directory: string, name: string): Letter | string {
  try {
    const about = decodeSidecar(read(directory, `${name}${SIDECAR}`, MAX_SIDECAR_BYTES));
    if (typeof about === 'string') return `${name}${SIDECAR} ${about}`;
    const body = read(directory, `${name}${BODY}`, MAX_BODY_BYTES);
    const intact = body.length === about.bodyBytes && sha256(body) === about.bodySha256;
    return intact ? { name, about, body } : `${name}${BODY} is not what was kept`;
  } catch (thrown) {
    return `${name}: can't be read: ${reasonOf(thrown)}`;
  }
}

/** The sidecar goes first: a body alone is no letter. */
export async function removeLetter(directory: string, name: string): Promise<void> {
  await remove(directory, `${name}${SIDECAR}`);
  await remove(directory, `${name}${BODY}`);
}
