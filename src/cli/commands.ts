import yargs from 'yargs';
import { version, versions } from '../telemetry/version.js';
import { CHECKPOINT_OPTIONS, runCheckpoint, type CheckpointArguments } from './checkpoint.js';
import { CONFIG } from './config-option.js';
import { print } from './output.js';
import { printable } from '../errors/printable.js';
import { runFingerprint } from './fingerprint.js';
import { EMULATOR_LISTS, EMULATOR_OPTIONS, runEmulator, type EmulatorArguments } from './emulator.js';
import { parseRange, RANGE_OPTIONS, type RangeArguments } from './range.js';
import { PREVIEW_OPTIONS, runPreview, type PreviewArguments } from './preview.js';
import { RECEIVER_OPTIONS, runReceiver, type ReceiverArguments } from './receiver.js';
import { runTune, TUNE_OPTIONS, type TuneArguments } from './tune.js';
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

const RUN = { ...CONFIG, ...RANGE_OPTIONS } as const;

interface RunArguments extends RangeArguments {
  readonly config: string;
}

/**
 * Parses the command line and does what it says.
 * @returns the exit code
 * @throws ForwarderError USAGE, or what the command throws
 */
export async function runCommand(args: readonly string[]): Promise<number> {
  const isEmulator = args.includes('emulator');
  // What a shell asks is a line that nobody has finished yet.
  if (!args.includes(COMPLETING)) checkOnce(args, isEmulator ? EMULATOR_LISTS : []);
  let exitCode = 0;
  const run =
    <T>(command: (given: T) => Promise<number>) =>
    async (given: T): Promise<void> => {
      exitCode = await command(given);
    };
  const parser = yargs(withAgesJoined(args));
  await parser
    .scriptName('forwarder')
    .locale('en')
    .usage(USAGE)
    .command(['$0', 'run'], 'Forward until stopped (the default)', RUN, run<RunArguments>(forward))
    .command('validate', 'Say what is wrong with a config file, or that nothing is', CONFIG, run(validate))
    .command(
      'preview',
      'Show what would be sent of real events; send and commit nothing',
      PREVIEW_OPTIONS,
      run<PreviewArguments>(runPreview),
    )
    .command(
      'replay <directory>',
      'Send dead letters again; each is removed when it is delivered',
      (command) =>
        command
          .positional('directory', { type: 'string', demandOption: true, describe: 'deadLetters.directory' })
          .options(CONFIG),
      run(replay),
    )
    .command(
      'checkpoint <action> [file]',
      'Show, set, export or import how far a consumer group has read',
      CHECKPOINT_OPTIONS,
      run<CheckpointArguments>(runCheckpoint),
    )
    .command(
      'fingerprint <what>',
      'Print the fingerprints of a certificate (RFC 5425), for tls.pins or to tell a receiver ours',
      (command) =>
        command.positional('what', {
          type: 'string',
          demandOption: true,
          describe: 'A PEM file, or tls://host:port to see what a receiver shows',
        }),
      run(runFingerprint),
    )
    .command(
      'tune',
      'Try what makes this machine faster, and print the config keys that do',
      TUNE_OPTIONS,
      run<TuneArguments>(runTune),
    )
    .command('schema', 'Print the JSON Schema of the config, for editors', {}, run(schema))
    .command(
      'emulator',
      'Serve the SLS protocol with made-up logs',
      EMULATOR_OPTIONS,
      run<EmulatorArguments>(runEmulator),
    )
    .command('receiver', 'Receive syslog and say what came', RECEIVER_OPTIONS, run<ReceiverArguments>(runReceiver))
    .command(
      'completion',
      'Print a script for completion in bash or zsh',
      {},
      run(() => {
        parser.showCompletionScript();
        return Promise.resolve(0);
      }),
    )
    .example('$0', 'with config.yaml; a first try needs no account')
    .example('$0 validate -c siem.yaml', 'before a restart, with the same environment')
    .example('$0 preview -n 3 --hex', 'three events as a SIEM would get them')
    .example('$0 --from -2h --to end', 'one pass over two hours, then exit 0; with a consumer group of its own')
    .example('$0 replay /var/lib/forwarder/dead', 'what could not be decoded, with a version that can')
    .example('$0 fingerprint tls://siem:6514', 'what to compare before it becomes a pin')
    .example('$0 tune -c siem.yaml --html tune.html', 'five minutes against built-in ends; sends nothing to yours')
    .example('$0 emulator --port 8080 --profile vpcflow', 'a Log Service for tests, in one terminal')
    .example('$0 receiver --listen tcp://127.0.0.1:5514', 'and a SIEM in another')
    .epilogue(EPILOGUE)
    .version(args.some((arg) => arg === '--version' || arg === '-V') ? versions() : version())
    .alias({ help: 'h', version: 'V' })
    .strict()
    // Only the emulator has options that may be repeated.
    .parserConfiguration({
      'boolean-negation': false,
      'dot-notation': false,
      'duplicate-arguments-array': isEmulator,
    })
    .wrap(120)
    .showHelpOnFail(false)
    .exitProcess(false)
    .fail((message: string | null, error: Error | undefined) => {
      // yargs throws some of its own complaints and only tells others.
      if (error !== undefined && error.name !== 'YError') throw error;
      throw usageError(message ?? error?.message ?? '', args, knownTo(args[0]));
    })
    .parseAsync();
  return exitCode;
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

/** Every command with its options, for suggestions. */
const OPTIONS: Readonly<Record<string, object>> = {
  run: RUN,
  validate: CONFIG,
  preview: PREVIEW_OPTIONS,
  replay: CONFIG,
  checkpoint: CHECKPOINT_OPTIONS,
  fingerprint: {},
  tune: TUNE_OPTIONS,
  schema: {},
  emulator: EMULATOR_OPTIONS,
  receiver: RECEIVER_OPTIONS,
  completion: {},
};

function knownTo(command = 'run'): Known {
  const own = (Object.hasOwn(OPTIONS, command) ? OPTIONS[command] : undefined) ?? RUN;
  return { commands: Object.keys(OPTIONS), options: [...Object.keys(own), 'help', 'version'] };
}

async function forward({ config, ...range }: RunArguments): Promise<number> {
  const bounds = parseRange(range, Date.now());
  const { runForwarder } = await import('../app/main.js');
  return runForwarder({ configFile: config, env: process.env, range: bounds });
}

async function replay(given: { readonly config: string; readonly directory: string }): Promise<number> {
  const { runReplay } = await import('../app/replay.js');
  const say = (line: string): void => print(`${printable(line)}\n`);
  return runReplay({ directory: given.directory, configFile: given.config, env: process.env, say });
}

/** What a config says does not depend on where it runs. */
const NO_HOST = { cores: 1, consumer: '', now: 0 };

async function validate({ config }: { readonly config: string }): Promise<number> {
  const { configName, loadConfig } = await import('../config/load.js');
  const { toSettings } = await import('../config/settings.js');
  const { warningsOf } = await import('../config/warnings.js');
  const loaded = loadConfig(config, process.env);
  const { pipelines, destinations } = loaded;
  for (const { name, project, logstore, consumerGroup, destination } of pipelines) {
    const endpoints = destinations[destination]?.endpoints.map((one) => (one === 'embedded' ? one : one.text)) ?? [];
    print(`${name}: ${project}/${logstore} as ${consumerGroup} → ${destination} (${endpoints.join(', ')})\n`);
  }
  for (const warning of warningsOf(toSettings(loaded, NO_HOST), Date.now())) print(`warning: ${printable(warning)}\n`);
  print(`${printable(configName(config))} is fine\n`);
  return 0;
}

async function schema(): Promise<number> {
  const { jsonSchema } = await import('../config/json-schema.js');
  print(jsonSchema());
  return 0;
}
