import { pino, stdTimeFunctions, type Logger as Pino } from 'pino';
import { printable, printableText } from '../errors/printable.js';
import type { Log } from '../model/log.js';
import { systemClock, type Clock } from '../flow/clock.js';
import type { Snapshot } from '../model/snapshot.js';
import { LogOutput, standardOutput, type Outlet } from './log-output.js';
import { Screen } from './screen.js';

export interface LoggerSettings {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  /** auto: pretty on a terminal, else JSON. */
  readonly format: 'auto' | 'json' | 'pretty';
  /** Default: standard output. */
  readonly outlet?: Outlet;
  readonly clock?: Clock;
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
  /** Resolves when every line is handed to the operating system, or after a second, or when the signal aborts. */
  readonly flush: (signal?: AbortSignal) => Promise<void>;
  readonly snapshot: () => Snapshot['log'];
}

/** Names under which a secret could be logged by mistake, here or one level deeper. */
const SECRET_KEYS = ['accessKeyId', 'accessKeySecret', 'securityToken', 'passphrase', 'authorization', 'credentials'];

/** Shorter values would blot out innocent text. */
const MIN_SECRET = 6;

/**
 * The log of the whole program, on this thread: lines are written when they are logged. Secrets are not supposed to come here; this is the
 * second fence.
 */
export async function createLogger(settings: LoggerSettings): Promise<LogSystem> {
  const { level, format, outlet = standardOutput(), clock = systemClock, secrets = [] } = settings;
  const stream = new LogOutput(outlet, clock);
  const isPretty = format === 'pretty' || (format === 'auto' && stream.isTTY);
  const screen = isPretty && stream.isTTY ? new Screen(stream) : undefined;
  const prettify = isPretty ? await prettyPrinter(stream.isTTY && stream.hasColors()) : printableText;
  const hide = hider(secrets);
  const write = (line: string): void => {
    const text = prettify(hide(line));
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
  const log = wrap(logger);
  stream.onLost = (lines, why) =>
    log.warn({ lostLines: lines }, `${lines} line${lines === 1 ? '' : 's'} of this log could not be written: ${why}`);
  return { log, screen, flush: (signal) => stream.flush(signal), snapshot: () => stream.snapshot() };
}

async function prettyPrinter(colorize: boolean): Promise<(line: string) => string> {
  const { default: pretty } = await import('pino-pretty');
  const prettify = pretty.prettyFactory({ colorize, singleLine: true, translateTime: 'SYS:HH:MM:ss' }) as (
    line: object,
  ) => string;
  // It writes messages and some fields as they are, and colours of its own beside them.
  return (line) => prettify(JSON.parse(line, escapeText) as object);
}

const escapeText = (_key: string, value: unknown): unknown => (typeof value === 'string' ? printable(value) : value);

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
