import type { BodyEncoding } from '../model/batch.js';
import type { DeadLetter } from '../model/ports.js';

/** What is written beside the body of a dead letter, as JSON: where it came from, why it is here, and how to read it. */
export interface Sidecar {
  readonly version: 1;
  readonly kind: DeadLetter['kind'];
  readonly reason: string;
  /** RFC 3339. */
  readonly keptAt: string;
  readonly pipeline: string;
  readonly project: string;
  readonly logstore: string;
  readonly shard: number;
  readonly cursor: string;
  readonly nextCursor: string;
  readonly encoding: BodyEncoding;
  /** The size of the decompressed body, as the service claimed. */
  readonly rawSize: number;
  readonly bodyBytes: number;
  readonly bodySha256: string;
}

const TEXTS = ['reason', 'keptAt', 'pipeline', 'project', 'logstore', 'cursor', 'nextCursor', 'bodySha256'] as const;
const COUNTS = ['shard', 'rawSize', 'bodyBytes'] as const;
const KINDS: readonly unknown[] = ['batch', 'event'] satisfies DeadLetter['kind'][];
const ENCODINGS: readonly unknown[] = ['none', 'lz4', 'zstd'] satisfies BodyEncoding[];

export const encodeSidecar = (sidecar: Sidecar): Buffer => Buffer.from(`${JSON.stringify(sidecar, undefined, 2)}\n`);

/** @returns the sidecar, or in words what is wrong with it. */
export function decodeSidecar(bytes: Buffer): Sidecar | string {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch {
    return 'is not JSON';
  }
  if (typeof value !== 'object' || value === null) return 'is not an object';
  const fields = value as Readonly<Record<string, unknown>>;
  if (fields['version'] !== 1) return 'has another version than 1';
  const text = TEXTS.find((name) => typeof fields[name] !== 'string');
  if (text !== undefined) return `lacks the text "${text}"`;
  const count = COUNTS.find((name) => !isCount(fields[name]));
  if (count !== undefined) return `lacks the number "${count}"`;
  if (!KINDS.includes(fields['kind'])) return 'has an unknown kind';
  if (!ENCODINGS.includes(fields['encoding'])) return 'has an unknown encoding';
  return value as Sidecar;
}

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;
