import type { ProfileName } from '../emulator/sls/profiles/index.js';
import { untilStopped } from './until-stopped.js';
import { wholeNumber } from './usage.js';

export const EMULATOR_OPTIONS = {
  host: { type: 'string', default: '127.0.0.1', requiresArg: true, describe: 'Address to listen on' },
  port: { type: 'number', default: 8080, requiresArg: true, describe: 'Port to listen on; 0 for any free one' },
  project: { type: 'string', default: 'demo-project', requiresArg: true, describe: 'Project it has' },
  logstore: { type: 'string', default: 'actiontrail', requiresArg: true, describe: 'Logstore in that project' },
  shards: { type: 'number', default: 4, requiresArg: true, describe: 'Shards of the logstore, 1 to 1000' },
  profile: {
    type: 'string',
    default: 'actiontrail',
    choices: ['actiontrail', 'vpcflow', 'waf', 'k8saudit', 'nginx', 'mixed'],
    requiresArg: true,
    describe: 'Kind of logs it makes up',
  },
  preload: { type: 'number', default: 100_000, requiresArg: true, describe: 'Events that are there at the start' },
  rate: { type: 'number', default: 1000, requiresArg: true, describe: 'New events per second; 0 for none' },
  seed: { type: 'number', default: 1, requiresArg: true, describe: 'Equal seeds give equal logs' },
  'access-key-id': { type: 'string', default: 'emulator', requiresArg: true, describe: 'AccessKey id it accepts' },
  'access-key-secret': { type: 'string', default: 'emulator', requiresArg: true, describe: 'Secret of that AccessKey' },
} as const;

export interface EmulatorArguments {
  readonly host: string;
  readonly port: number;
  readonly project: string;
  readonly logstore: string;
  readonly shards: number;
  readonly profile: string;
  readonly preload: number;
  readonly rate: number;
  readonly seed: number;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
}

const MANY = 1_000_000_000;

/** Serves the Log Service's protocol until stopped. */
export async function runEmulator(given: EmulatorArguments): Promise<number> {
  const { host, project, accessKeyId, accessKeySecret } = given;
  const logstore = {
    name: given.logstore,
    profile: given.profile as ProfileName,
    shards: wholeNumber('shards', given.shards, 1, 1000),
    preload: wholeNumber('preload', given.preload, 0, MANY),
    ratePerSecond: wholeNumber('rate', given.rate, 0, MANY),
    seed: wholeNumber('seed', given.seed, 0, MANY),
  };
  const port = wholeNumber('port', given.port, 0, 65_535);
  const { runSlsEmulator } = await import('../emulator/sls-handle.js');
  const emulator = await runSlsEmulator({ host, port, project, accessKeyId, accessKeySecret, logstores: [logstore] });
  const stopped = untilStopped();
  process.stdout.write(
    `SLS emulator at ${emulator.endpoint}: ${project}/${logstore.name}, ${logstore.shards} shards, ${logstore.profile} logs\n` +
      `Read it with: SLS_ENDPOINT=${emulator.endpoint} SLS_AK_ID=${accessKeyId} SLS_AK_KEY=${accessKeySecret} ` +
      `SLS_PROJECT=${project} SLS_LOGSTORE=${logstore.name} forwarder\n`,
  );
  await stopped;
  await emulator.stop();
  return 0;
}
