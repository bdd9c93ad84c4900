import { CHECKPOINT_OPTIONS, runCheckpoint } from './checkpoint.js';
import { command, type Command } from './command.js';
import { runConfig } from './config.js';
import { CONFIG } from './config-option.js';
import { runDemo } from './demo.js';
import { EMULATOR_OPTIONS, runEmulator } from './emulator.js';
import { FINGERPRINT_POSITIONALS, runFingerprint } from './fingerprint.js';
import { FORWARD_OPTIONS, runForward } from './forward.js';
import { POLICY_OPTIONS, runPolicy } from './policy.js';
import { PREVIEW_OPTIONS, runPreview } from './preview.js';
import { RECEIVER_OPTIONS, runReceiver } from './receiver.js';
import { REPLAY_POSITIONALS, runReplay } from './replay.js';
import { runSchema } from './schema.js';
import { runTune, TUNE_OPTIONS } from './tune.js';
import { runValidate, VALIDATE_OPTIONS } from './validate.js';

/** The command that runs when none is named. */
export const DEFAULT_COMMAND = command({
  name: 'run',
  says: 'Forward until stopped (the default)',
  options: FORWARD_OPTIONS,
  run: runForward,
  examples: [
    ['', 'with config.yaml; a first try needs no account'],
    ['--from -2h --to end', 'one pass over two hours, then exit 0; with a consumer group of its own'],
  ],
});

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  DEFAULT_COMMAND,
  command({
    name: 'validate',
    says: 'Say what is wrong with a config file, or that nothing is',
    options: VALIDATE_OPTIONS,
    run: runValidate,
    examples: [
      ['validate -c siem.yaml', 'before a restart, with the same environment'],
      ['validate --connect', 'which logstores the patterns find today'],
    ],
  }),
  command({
    name: 'config',
    says: 'Print the config as it counts: defaults filled in, secrets hidden',
    options: CONFIG,
    run: runConfig,
  }),
  command({ name: 'demo', says: 'Show how it works, with a built-in Log Service and receiver', run: runDemo }),
  command({
    name: 'preview',
    says: 'Show what would be sent of real events; send and commit nothing',
    options: PREVIEW_OPTIONS,
    run: runPreview,
    examples: [['preview -n 3 --hex', 'three events as a SIEM would get them']],
  }),
  command({
    name: 'replay',
    takes: '<directory>',
    says: 'Send dead letters again; each is removed when it is delivered',
    positionals: REPLAY_POSITIONALS,
    options: CONFIG,
    run: runReplay,
    examples: [['replay /var/lib/forwarder/dead', 'what could not be decoded, with a version that can']],
  }),
  command({
    name: 'checkpoint',
    takes: '<action> [file]',
    says: 'Show, set, export or import how far a consumer group has read',
    options: CHECKPOINT_OPTIONS,
    run: runCheckpoint,
  }),
  command({
    name: 'policy',
    says: 'Print the least RAM policy that a config needs',
    options: POLICY_OPTIONS,
    run: runPolicy,
    examples: [['policy --account 1234567890123456', 'for the RAM user or role; --terraform and --ros as templates']],
  }),
  command({
    name: 'fingerprint',
    takes: '<what>',
    says: 'Print the fingerprints of a certificate (RFC 5425), for tls.pins or to tell a receiver ours',
    positionals: FINGERPRINT_POSITIONALS,
    run: runFingerprint,
    examples: [['fingerprint tls://siem:6514', 'what to compare before it becomes a pin']],
  }),
  command({
    name: 'tune',
    says: 'Try what makes this machine faster, and print the config keys that do',
    options: TUNE_OPTIONS,
    run: runTune,
    examples: [['tune -c siem.yaml --html tune.html', 'five minutes against built-in ends; sends nothing to yours']],
  }),
  command({ name: 'schema', says: 'Print the JSON Schema of the config, for editors', run: runSchema }),
  command({
    name: 'emulator',
    says: 'Serve the SLS protocol with made-up logs',
    options: EMULATOR_OPTIONS,
    run: runEmulator,
    examples: [['emulator --port 8080 --profile vpcflow', 'a Log Service for tests, in one terminal']],
  }),
  command({
    name: 'receiver',
    says: 'Receive syslog and say what came',
    options: RECEIVER_OPTIONS,
    run: runReceiver,
    examples: [['receiver --listen tcp://127.0.0.1:5514', 'and a SIEM in another']],
  }),
  command({
    name: 'completion',
    says: 'Print a script for completion in bash or zsh',
    run: (_, line) => {
      line.printCompletion();
      return Promise.resolve(0);
    },
  }),
];
