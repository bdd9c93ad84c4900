import { didYouMean } from '../config/suggest.js';
import { ForwarderError } from '../errors/forwarder-error.js';

const HINT = '(forwarder --help lists what there is)';

/** What a user can write. */
export interface Known {
  readonly commands: readonly string[];
  /** The options of the command that was given. */
  readonly options: readonly string[];
}

/** What yargs says about a wrong command line, as one line with a hint. */
export function usageError(message: string, args: readonly string[], known: Known): ForwarderError {
  return new ForwarderError('USAGE', `${sentence(message, args, known)} ${HINT}`);
}

function sentence(message: string, args: readonly string[], known: Known): string {
  const [, names] = /^Unknown (?:argument|command)s?: (.*)$/.exec(message) ?? [];
  if (names !== undefined) return unknown(names.split(', '), args, known);
  const [, missing] = /^Not enough arguments following: (.*)$/.exec(message) ?? [];
  if (missing !== undefined) return `${missing.length === 1 ? '-' : '--'}${missing} needs a value`;
  if (message.startsWith('Not enough non-option arguments')) return `${args[0] ?? ''}: an argument is missing`;
  const [, option, given, choices] = /Argument: (.*), Given: (.*), Choices: (.*)$/.exec(message) ?? [];
  if (option !== undefined) return `--${option}: ${given ?? ''} is not one of ${choices ?? ''}`;
  return message.replace(/\s*\n\s*/g, ' ');
}

/** @param names as yargs tells them: options without their dashes, once more in camel case, and stray words */
function unknown(names: readonly string[], args: readonly string[], { commands, options }: Known): string {
  const name = names[0] ?? '';
  const option = args
    .map((arg) => arg.split('=')[0] ?? '')
    .find((arg) => arg.startsWith('-') && arg.replace(/^-+/, '') === name);
  if (option !== undefined)
    return `unknown option ${option}${didYouMean(
      `--${name}`,
      options.map((key) => `--${key}`),
    )}`;
  if (commands.includes(name)) return `"${name}" is one command too many`;
  return `unknown command "${name}"${didYouMean(name, commands)}`;
}

const SHORT: Readonly<Record<string, string>> = { c: 'config', n: 'count', h: 'help', V: 'version' };

/**
 * An option that takes no list and is given twice would be ignored once in silence.
 * @param lists the names of those that may be repeated
 * @throws ForwarderError USAGE
 */
export function checkOnce(args: readonly string[], lists: readonly string[]): void {
  const names = args.flatMap((arg) => {
    const [, long, short = ''] = /^(?:--([^=]+)|-([a-zA-Z]))/.exec(arg) ?? [];
    return long ?? SHORT[short] ?? [];
  });
  const twice = names.find((name, index) => names.indexOf(name) < index && !lists.includes(name));
  if (twice !== undefined) throw new ForwarderError('USAGE', `--${twice} is given twice; leave one out ${HINT}`);
}

/** A number from the command line. @throws ForwarderError USAGE */
export function wholeNumber(option: string, value: unknown, min: number, max: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new ForwarderError('USAGE', `--${option} must be a whole number from ${min} to ${max} ${HINT}`);
}
