import { printable } from '../errors/printable.js';
import { ForwarderError } from '../errors/forwarder-error.js';

/** Keys and indexes from the top of the file to a value. */
export type Path = readonly (string | number)[];

/** Tells what is wrong in a section, at a path inside it. */
export type Say = (path: Path, message: string) => void;

/** One thing that is wrong with a config file: where, and what to do about it. */
export interface Problem {
  /** Offset into the text; undefined when the whole file is meant. */
  readonly offset: number | undefined;
  readonly path: Path;
  readonly message: string;
}

/** More lines than this help nobody; the first ones are usually the cause of the others. */
const MAX_LINES = 30;

/**
 * All problems of a file as one error, a line each, in the order of the file:
 * `config.yaml:12:5: pipelines[0].heartbeat.intervall: unknown key; did you mean "interval"?`
 *
 * @param position line and column (from 1) of an offset
 */
export function configInvalid(
  file: string,
  problems: readonly Problem[],
  position: (offset: number) => { line: number; col: number },
): ForwarderError {
  const sorted = [...problems].sort((a, b) => (a.offset ?? -1) - (b.offset ?? -1));
  const lines = sorted.map(({ offset, path, message }) => {
    const at = offset === undefined ? undefined : position(offset);
    const place = at === undefined ? file : `${file}:${at.line}:${at.col}`;
    const text = path.length === 0 ? message : `${pathText(path)}: ${message}`;
    return printable(`${place}: ${text}`);
  });
  const unique = [...new Set(lines)];
  const rest = unique.length - MAX_LINES;
  const shown = rest > 0 ? [...unique.slice(0, MAX_LINES), `${file}: … and ${rest} more`] : unique;
  return new ForwarderError('CONFIG_INVALID', shown.join('\n'));
}

/** `pipelines[0].heartbeat.interval` */
function pathText(path: Path): string {
  const word = (part: string, index: number): string => {
    if (/^[\w-]+$/.test(part)) return part;
    return path.slice(0, index).some((above) => SECRETS.has(above)) ? '"…"' : quoted(part);
  };
  return path
    .map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${word(part, index)}`))
    .join('');
}

/** Sections with secrets: without its blank `accessKeySecret:abc` is one key, and no name of a key there has such characters. */
const SECRETS: ReadonlySet<string | number> = new Set(['sources', 'sls', 'tls', 'hash']);

/** A value as it may stand in an error line: in quotes and not endless. */
export function quoted(value: string): string {
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}…` : value);
}
