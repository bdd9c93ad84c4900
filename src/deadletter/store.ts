import { writeFault } from '../errors/file-fault.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { Clock } from '../flow/clock.js';
import type { Lock } from '../flow/lock.js';
import type { DeadLetter, DeadLetters } from '../model/ports.js';
import type { Snapshot } from '../model/snapshot.js';
import {
  claimDirectory,
  exists,
  remove,
  sha256,
  sizeOfDirectory,
  syncDirectory,
  writeDurably,
} from './durable-files.js';
import { encodeSidecar } from './sidecar.js';

export interface DeadLetterSettings {
  readonly directory: string;
  /** Of all files in it; what does not fit is not written, and its shard waits. */
  readonly maxBytes: number;
  /** How long a batch is pulled again before it is given up. */
  readonly retryMs: number;
}

/** Which pipeline a letter comes from. */
export interface Origin {
  readonly name: string;
  readonly project: string;
  readonly logstore: string;
}

export const BODY = '.body';
export const SIDECAR = '.json';

/**
 * The directory of what could never be delivered: per letter a raw body and a sidecar that makes it valid. Names follow from the position in the
 * logstore, or from what an event is, so keeping the same again after a crash changes nothing. One process, one directory.
 */
export class DeadLetterStore {
  readonly #settings: DeadLetterSettings;
  readonly #clock: Clock;
  readonly #lock: Lock;
  #bytes: number;

  /** @throws ForwarderError CONFIG_INVALID when the directory can't be used, DIRECTORY_IN_USE when another process uses it. */
  static async open(settings: DeadLetterSettings, clock: Clock): Promise<DeadLetterStore> {
    const { directory } = settings;
    try {
      const lock = await claimDirectory(directory);
      if (lock.kind === 'taken')
        throw new ForwarderError(
          'DIRECTORY_IN_USE',
          `deadLetters.directory: another process uses "${directory}"; give each a directory of its own`,
        );
      return new DeadLetterStore(settings, clock, lock, await sizeOfDirectory(directory));
    } catch (cause) {
      if (cause instanceof ForwarderError) throw cause;
      throw new ForwarderError(
        'CONFIG_INVALID',
        `deadLetters.directory: can't use "${directory}": ${reasonOf(cause)}`,
        {
          cause,
        },
      );
    }
  }

  private constructor(settings: DeadLetterSettings, clock: Clock, lock: Lock, bytes: number) {
    this.#lock = lock;
    this.#settings = settings;
    this.#clock = clock;
    this.#bytes = bytes;
  }

  /** False where the directory takes no lock (a network file system): then nothing notices a second process that uses it. */
  get isLocked(): boolean {
    return this.#lock.kind === 'held';
  }

  async close(): Promise<void> {
    if (this.#lock.kind === 'held') await this.#lock.release();
  }

  snapshot(): Snapshot['deadLetters'] {
    return { bytes: this.#bytes, limitBytes: this.#settings.maxBytes };
  }

  /** The directory as one pipeline sees it. */
  box(origin: Origin): DeadLetters {
    return { retryMs: this.#settings.retryMs, keep: (letter) => this.#keep(origin, letter) };
  }

  async #keep({ name: pipeline, project, logstore }: Origin, letter: DeadLetter): Promise<string> {
    const { directory } = this.#settings;
    const { body, ...facts } = letter;
    const what = letter.kind === 'batch' ? letter.cursor : sha256(body);
    const place = sha256(Buffer.from(JSON.stringify([project, logstore, letter.shard, what])));
    const name = `${project}.${logstore}.${letter.shard}.${place.slice(0, 16)}`;
    if (await exists(directory, `${name}${SIDECAR}`)) {
      // Whoever wrote it may have been killed before this, and a crash of the machine would take it back.
      await syncDirectory(directory).catch((cause: unknown) => {
        throw refused(`"${directory}": ${reasonOf(cause)}`, cause);
      });
      return name;
    }
    const keptAt = new Date(this.#clock.now()).toISOString();
    const about = { version: 1, ...facts, keptAt, pipeline, project, logstore } as const;
    const sidecar = encodeSidecar({ ...about, bodyBytes: body.length, bodySha256: sha256(body) });
    const size = body.length + sidecar.length;
    this.#reserve(size);
    try {
      await writeDurably(directory, `${name}${BODY}`, body);
      await writeDurably(directory, `${name}${SIDECAR}`, sidecar);
    } catch (cause) {
      this.#bytes -= size;
      // The sidecar may be there already, with only its directory not synced: without its body it would pass for a letter that is kept.
      for (const ending of [SIDECAR, BODY]) await remove(directory, `${name}${ending}`).catch(() => undefined);
      throw refused(`"${directory}": ${reasonOf(cause)}`, cause);
    }
    return name;
  }

  #reserve(size: number): void {
    const { directory, maxBytes } = this.#settings;
    if (this.#bytes + size > maxBytes) throw refused(`"${directory}" holds ${this.#bytes} of ${maxBytes} bytes`);
    this.#bytes += size;
  }
}

function refused(why: string, cause?: unknown): ForwarderError {
  return new ForwarderError(
    'DEAD_LETTER_REFUSED',
    `NO ROOM FOR A DEAD LETTER, THE SHARD WAITS: ${why}; make room, or send them again with "forwarder replay"`,
    { cause },
  );
}

const REASONS: Readonly<Record<string, string>> = {
  ENOTDIR: 'it is not a directory',
  EEXIST: 'it is not a directory',
  ENOENT: 'there is no such file or directory',
  EROFS: 'it is read-only',
};

/** Why a file operation failed, in words. */
export function reasonOf(thrown: unknown): string {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  return REASONS[code] ?? writeFault(thrown);
}
