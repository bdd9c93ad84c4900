import yargs, { type Argv } from 'yargs';
import { version, versions } from '../telemetry/version.js';
import { listsOf, type Command } from './command.js';
import { COMMANDS, DEFAULT_COMMAND } from './commands.js';
import { checkOnce, usageError, type Known } from './usage.js';

const USAGE = `Usage: $0 [command] [options]

Reads Alibaba Cloud Log Service (SLS) logstores through a consumer group and sends every event as RFC 5424 syslog to a
SIEM. A checkpoint moves only past events that were delivered.`;

const EPILOGUE = `The config.yaml that comes with it reads SLS_ENDPOINT, SLS_AK_ID, SLS_AK_KEY, SLS_PROJECT, SLS_LOGSTORE, SLS_CG and
SYSLOG_URL; without SLS_ENDPOINT and SYSLOG_URL it runs a demo with a built-in Log Service and receiver.

Ctrl-C, SIGTERM or SIGHUP delivers and commits what is in flight, then ends; a second one ends at once.

Exit codes:
   0  done                                  74  a file or standard output can't be written
  64  wrong command line                    75  stopped before everything was delivered (it will be read again)
  65  replay: some letters stay; or a       76  the other end does not speak the protocol (a proxy's page, RELP)
      cursor has expired (policy fail)      77  credentials refused
  66  file or directory not readable        78  wrong config, or no such project or logstore
  69  service away, or address in use
  70  a bug in the forwarder
  71  this machine gives too little: open files`;

/** How the script of `forwarder completion` asks (yargs). */
const COMPLETING = '--get-yargs-completions';

/**
 * Parses the command line and does what it says.
 * @returns the exit code
 * @throws ForwarderError USAGE, or what the command throws
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const given = COMMANDS.find(({ name }) => name === args.find(isCommand)) ?? DEFAULT_COMMAND;
  const lists = listsOf(given);
  // What a shell asks is a line that nobody has finished yet.
  if (!args.includes(COMPLETING)) checkOnce(args, lists);
  let exitCode = 0;
  const parser = yargs(withAgesJoined(args));
  const line = { printCompletion: () => parser.showCompletionScript() };
  for (const command of COMMANDS) {
    const { says, examples } = command;
    const run = async (values: unknown): Promise<void> => void (exitCode = await command.run(values, line));
    parser.command(callsOf(command), says, (own: Argv) => build(own, command), run);
    for (const [call, why] of examples) parser.example(`$0 ${call}`.trim(), why);
  }
  await parser
    .scriptName('forwarder')
    .locale('en')
    .usage(USAGE)
    .epilogue(EPILOGUE)
    .version(args.some((arg) => arg === '--version' || arg === '-V') ? versions() : version())
    .alias({ help: 'h', version: 'V' })
    .strict()
    .parserConfiguration({
      'boolean-negation': false,
      'dot-notation': false,
      'duplicate-arguments-array': lists.length > 0,
    })
    .wrap(120)
    .showHelpOnFail(false)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs throws some of its own complaints and only tells others.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(message ?? error?.message ?? '', args, knownTo(given));
    })
    .parseAsync();
  return exitCode;
}

const isCommand = (arg: string): boolean => COMMANDS.some(({ name }) => name === arg);

/** How yargs names a command. */
function callsOf(command: Command): string | string[] {
  const { name, takes } = command;
  return command === DEFAULT_COMMAND ? ['$0', name] : `${name} ${takes}`.trim();
}

function build(own: Argv, { positionals, options }: Command): Argv {
  for (const [name, positional] of Object.entries(positionals)) own.positional(name, positional);
  return own.options(options);
}

/** Before yargs knows the command it knows none of its options, and would read `--from -2h` as `-2 -h`, which shows the help. */
function withAgesJoined(args: readonly string[]): string[] {
  return args.flatMap((arg, i) => {
    const [before = '', next = ''] = [args[i - 1], args[i + 1]];
    if (isPosition(before) && isAge(arg)) return [];
    return isPosition(arg) && isAge(next) ? [`${arg}=${next}`] : [arg];
  });
}

const isPosition = (arg: string): boolean => arg === '--from' || arg === '--to';
const isAge = (arg: string): boolean => /^-\d/.test(arg);

/** What may be meant, for suggestions. */
function knownTo({ options }: Command): Known {
  const commands = COMMANDS.map(({ name }) => name);
  return { commands, options: [...Object.keys(options), 'help', 'version'] };
}
