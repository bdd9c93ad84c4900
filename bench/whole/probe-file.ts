import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What probe.ts writes about the coordinator; counts since the process began. */
export interface CoordinatorProbe {
  /** When, by the process's own clock. */
  readonly atMs: number;
  readonly gcMs: number;
  readonly gcs: number;
  /** Time the event loop was not waiting. */
  readonly busyMs: number;
  readonly delayP99Ms: number;
  readonly delayMaxMs: number;
}

export function readCoordinatorProbe(dir: string): CoordinatorProbe {
  // It may be in the middle of being written.
  for (;;) {
    const text = readFileSync(join(dir, 'coordinator.json'), 'utf8');
    if (text.endsWith('}')) return JSON.parse(text) as CoordinatorProbe;
  }
}

/** The thread ids of the formatter threads. */
export function formatterThreads(dir: string): number[] {
  return readdirSync(dir).flatMap((name) => (name.startsWith('formatter-') ? [Number(name.slice(10))] : []));
}
