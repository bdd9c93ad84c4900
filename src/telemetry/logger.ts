import { pino, stdTimeFunctions, type Logger as Pino } from 'pino';
import type { Log } from '../model/log.js';
import { Screen, type TextStream } from './screen.js';

export interface LoggerSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** auto: pretty on a terminal, else JSON. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Default: standard output. */
  readonly stream?: TextStream;
  /** Values that must never be written, whatever field or text they turn up in. */
  readonly secrets?: readonly string[];
}

export interface Logger extends Log {
  /** The same log with fields that every line gets. */
  child(fields: object): Logger;
}

export interface LogSystem {
  readonly log: Logger;
  /** Where a status line can be shown; undefined unless pretty lines go to a terminal. */
  readonly screen: Screen | undefined;
  /** Resolves when every line is handed to the operating system. */
  readonly flush: () => Promise<void>;
}

/** Names under which a secret could be logged by mistake, here or one level deeper. */
const SECRET_KEYS = ['accessKeyId', 'accessKeySecret', 'securityToken', 'passphrase', 'authorization', 'credentials'];

/** Shorter values would blot out innocent text. */
const MIN_SECRET = 6;

/**
 * The log of the whole program, on this thread: lines are written when they are logged, so none is lost when the process ends. Secrets are
 * not supposed to come here; this is the second fence.
 */
export async function createLogger(settings: LoggerSettings): Promise<LogSystem> {
  const { level, format, stream = process.stdout, secrets = [] } = settings;
  const isPretty = format === 'pretty' || (format === 'auto' && stream.isTTY === true);
  const screen = isPretty && stream.isTTY === true ? new Screen(stream) : undefined;
  const prettify = isPretty ? await prettyPrinter(stream) : (line: string) => line;
  const hide = hider(secrets);
  const write = (line: string): void => {
    const text = hide(prettify(line));
    if (screen === undefined) stream.write(text);
    else screen.print(text);
  };
  const logger = pino(
    {
      level,
      base: null,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`]), censor: '[secret]' },
    },
    { write },
  );
  return {
    log: wrap(logger),
    screen,
    flush: () => new Promise((resolve) => stream.write('', () => resolve())),
  };
}

async function prettyPrinter(stream: TextStream): Promise<(line: string) => string> {
  const { default: pretty } = await import('pino-pretty');
  const colorize = stream.isTTY === true && stream.hasColors?.() === true;
  return pretty.prettyFactory({ colorize, singleLine: true, translateTime: 'SYS:HH:MM:ss' }) as (
    line: string,
  ) => string;
}

function hider(secrets: readonly string[]): (text: string) => string {
  // A line holds its values JSON-escaped.
  const values = secrets
    .filter(({ length }) => length >= MIN_SECRET)
    .map((secret) => JSON.stringify(secret).slice(1, -1));
  return (text) => values.reduce((line, value) => line.replaceAll(value, '[secret]'), text);
}

function wrap(logger: Pino): Logger {
  return {
    debug: (fields, message) => logger.debug(fields, message),
    info: (fields, message) => logger.info(fields, message),
    warn: (fields, message) => logger.warn(fields, message),
    error: (fields, message) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  };
}
