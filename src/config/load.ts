import { closeSync, openSync, readSync } from 'node:fs';
import { ForwarderError } from '../errors/forwarder-error.js';
import { crossCheck, type Parts } from './cross-check.js';
import { readFault } from '../errors/file-fault.js';
import { readTree, type Tree } from './document.js';
import type { Environment } from './environment.js';
import { OLD_SOURCE } from './moved-keys.js';
import { configInvalid, type Path, type Problem } from './problem.js';
import { configSchema, sections, type Config } from './schema.js';
import { validate } from './validate.js';

const MAX_BYTES = 1024 * 1024;

/**
 * Reads, fills and checks a config file.
 * @throws ForwarderError CONFIG_UNREADABLE, or CONFIG_INVALID with a line for each problem
 */
export function loadConfig(file: string, env: Environment): Config {
  return parseConfig(configName(file), readBytes(file), env);
}

/** What is read where `--config` is not given. */
const USUAL = 'config.yaml';
/** The name that `--config` has for standard input. */
const STANDARD_INPUT = '-';
const STDIN = 0;

/** The name of a config file in messages. */
export const configName = (file: string): string => (file === STANDARD_INPUT ? 'standard input' : file);

/** {@link loadConfig} for bytes that are there already. @param file its name, for messages */
export function parseConfig(file: string, bytes: Uint8Array, env: Environment): Config {
  if (bytes.length > MAX_BYTES)
    throw new ForwarderError('CONFIG_INVALID', `${file}: is larger than 1 MiB; is it a config?`);
  const tree = readTree(file, decode(file, bytes), env);
  const problems = [...tree.problems];
  const config = tree.readable ? check(tree, env, problems) : undefined;
  if (config !== undefined && problems.length === 0) return config;
  throw configInvalid(file, problems, (offset) => tree.position(offset));
}

function check(tree: Tree, env: Environment, problems: Problem[]): Config | undefined {
  if (tree.value === undefined) {
    const message = 'the file is empty; start from the config.yaml that comes with the forwarder';
    problems.push({ offset: undefined, path: [], message });
    return undefined;
  }
  const found: Problem[] = [];
  const config = validate(configSchema, tree, [], found);
  crossCheck(config === undefined ? understood(tree) : partsOf(config), tree, env, found);
  // Its one line says what to write.
  const isOld = tree.has([OLD_SOURCE]) && !tree.has(['sources']);
  // What a missing variable left empty is wrong for that reason only.
  const known = new Set(problems.map(({ path }) => pathId(path)));
  problems.push(...found.filter(({ path }) => !known.has(pathId(path)) && !(isOld && path[0] === 'sources')));
  return config;
}

const pathId = (path: Path): string => JSON.stringify(path);

function partsOf({ sources, pipelines, destinations, deadLetters }: Config): Parts {
  return {
    sources: new Map(Object.entries(sources)),
    pipelines,
    deadLetters: deadLetters.directory,
    destinations: new Map(Object.entries(destinations)),
  };
}

/** The sections that are right in themselves, so that one mistake does not hide others elsewhere. */
function understood(tree: Tree): Parts {
  const { sources, pipelines, destinations, deadLetters } = tree.value as Readonly<Record<string, unknown>>;
  return {
    sources: byName(sources, (entry) => sections.source.safeParse(entry).data),
    pipelines: Array.isArray(pipelines) ? pipelines.map((entry) => sections.pipeline.safeParse(entry).data) : [],
    deadLetters: sections.deadLetters.safeParse(deadLetters).data?.directory,
    destinations: byName(destinations, (entry) => sections.destination.safeParse(entry).data),
  };
}

function byName<T>(value: unknown, understand: (entry: unknown) => T): ReadonlyMap<string, T> | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  return new Map(Object.entries(value).map(([name, entry]) => [name, understand(entry)]));
}

/** Bounded, so that `--config /dev/zero` ends; reads from a pipe too. @param file `-` for standard input */
export function readBytes(file: string): Uint8Array {
  const buffer = Buffer.allocUnsafe(MAX_BYTES + 1);
  let length = 0;
  try {
    const handle = file === STANDARD_INPUT ? openInput() : openSync(file, 'r');
    try {
      for (let got = -1; got !== 0 && length < buffer.length; length += got) {
        got = readSync(handle, buffer, length, buffer.length - length, null);
      }
    } finally {
      // Node needs its own standard input to the end.
      if (handle !== STDIN) closeSync(handle);
    }
  } catch (thrown) {
    throw new ForwarderError(
      'CONFIG_UNREADABLE',
      `${configName(file)}: can't be read: ${readFault(thrown)}; name another file with --config${file === USUAL ? '; "forwarder demo" needs none' : ''}`,
      { cause: thrown },
    );
  }
  return buffer.subarray(0, length);
}

/** Opened a second time where the system can: a pipe that somebody made non-blocking would answer EAGAIN. */
function openInput(): number {
  try {
    return openSync('/dev/stdin', 'r');
  } catch {
    return STDIN;
  }
}

function decode(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new ForwarderError('CONFIG_INVALID', `${file}: is not UTF-8 text`);
  }
}
