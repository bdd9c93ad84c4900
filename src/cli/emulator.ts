import { writeFileSync } from 'node:fs';
import type { ProjectOptions } from '../emulator/sls/options.js';
import { PROFILE_NAMES, type ProfileName } from '../emulator/sls/profiles/index.js';
import { writeFault } from '../errors/file-fault.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { print } from './output.js';
import { untilStopped } from './until-stopped.js';
import { wholeNumber } from './usage.js';

const LIST = { type: 'string', array: true, requiresArg: true, nargs: 1 } as const;

export const EMULATOR_OPTIONS = {
  host: { type: 'string', default: '127.0.0.1', requiresArg: true, describe: 'Address to listen on' },
  port: { type: 'number', default: 8080, requiresArg: true, describe: 'Port to listen on; 0 for any free one' },
  project: { ...LIST, default: ['demo-project'], describe: 'Project it has, name[@region]; may be repeated' },
  logstore: {
    ...LIST,
    default: ['actiontrail'],
    describe: 'Logstore, [project/]name[:profile], of the first project if none is named; may be repeated',
  },
  shards: { type: 'number', default: 4, requiresArg: true, describe: 'Shards of each logstore, 1 to 1000' },
  profile: {
    type: 'string',
    default: 'actiontrail',
    choices: ['actiontrail', 'vpcflow', 'waf', 'k8saudit', 'nginx', 'mixed'],
    requiresArg: true,
    describe: 'Kind of logs it makes up where the logstore names none',
  },
  preload: { type: 'number', default: 100_000, requiresArg: true, describe: 'Events of each logstore at the start' },
  rate: {
    type: 'number',
    default: 1000,
    requiresArg: true,
    describe: 'New events per second and logstore; 0 for none',
  },
  seed: { type: 'number', default: 1, requiresArg: true, describe: 'Equal seeds give equal logs' },
  'access-key-id': { type: 'string', default: 'emulator', requiresArg: true, describe: 'AccessKey id it accepts' },
  'access-key-secret': { type: 'string', default: 'emulator', requiresArg: true, describe: 'Secret of that AccessKey' },
  role: { ...LIST, describe: 'ARN of a role that its STS service hands out; may be repeated' },
  'external-id': { type: 'string', requiresArg: true, describe: 'External id that its roles ask for' },
  'tls-ca': {
    type: 'string',
    requiresArg: true,
    describe: 'HTTPS too, on the same port; its certificate is written to this file',
  },
} as const;

export interface EmulatorArguments {
  readonly host: string;
  readonly port: number;
  readonly project: readonly string[];
  readonly logstore: readonly string[];
  readonly shards: number;
  readonly profile: string;
  readonly preload: number;
  readonly rate: number;
  readonly seed: number;
  readonly accessKeyId: string;
  readonly accessKeySecret: string;
  readonly role?: readonly string[] | undefined;
  readonly externalId?: string | undefined;
  readonly tlsCa?: string | undefined;
}

const MANY = 1_000_000_000;

/** Serves the Log Service's protocol until stopped. */
export async function runEmulator(given: EmulatorArguments): Promise<number> {
  const { host, accessKeyId, accessKeySecret, externalId, tlsCa } = given;
  const projects = projectsOf(given);
  const port = wholeNumber('port', given.port, 0, 65_535);
  const { runSlsEmulator } = await import('../emulator/sls-handle.js');
  const [first, ...others] = projects;
  const emulator = await runSlsEmulator({
    ...{ host, port, accessKeyId, accessKeySecret, projects: others },
    project: first?.name ?? '',
    ...(first?.region === undefined ? {} : { region: first.region }),
    logstores: first?.logstores ?? [],
    roles: (given.role ?? []).map((arn) => ({ arn, ...(externalId === undefined ? {} : { externalId }) })),
    tls: tlsCa === undefined ? undefined : {},
  });
  try {
    if (tlsCa !== undefined) writeCertificate(tlsCa, emulator.ca ?? '');
  } catch (thrown) {
    await emulator.stop();
    throw thrown;
  }
  const stopped = untilStopped();
  print(describe(emulator.endpoint, projects));
  const trust = tlsCa === undefined ? '' : `NODE_EXTRA_CA_CERTS=${tlsCa} `;
  print(
    `Read it with: ${trust}SLS_ENDPOINT=${emulator.endpoint} SLS_AK_ID=${accessKeyId} SLS_AK_KEY=${accessKeySecret} ` +
      `SLS_PROJECT=${first?.name ?? ''} SLS_LOGSTORE=${first?.logstores?.[0]?.name ?? ''} forwarder\n`,
  );
  await stopped;
  await emulator.stop();
  return 0;
}

function projectsOf(given: EmulatorArguments): ProjectOptions[] {
  const shared = {
    shards: wholeNumber('shards', given.shards, 1, 1000),
    preload: wholeNumber('preload', given.preload, 0, MANY),
    ratePerSecond: wholeNumber('rate', given.rate, 0, MANY),
    seed: wholeNumber('seed', given.seed, 0, MANY),
  };
  const projects = given.project.map((text) => {
    const [name = '', region] = text.split('@');
    return { name, ...(region === undefined ? {} : { region }) };
  });
  const logstores = given.logstore.map((text) => {
    const [, project = projects[0]?.name ?? '', name = '', profile = given.profile] =
      /^(?:([^/]*)\/)?([^:]*)(?::(.*))?$/.exec(text) ?? [];
    return { project, logstore: { ...shared, name, profile: profileOf(text, profile) } };
  });
  const lost = logstores.find(({ project }) => !projects.some(({ name }) => name === project));
  if (lost !== undefined) {
    const { name } = lost.logstore;
    throw new ForwarderError('USAGE', `--logstore ${lost.project}/${name}: there is no --project ${lost.project}`);
  }
  return projects.map((project) => ({
    ...project,
    logstores: logstores.filter((one) => one.project === project.name).map(({ logstore }) => logstore),
  }));
}

function profileOf(text: string, profile: string): ProfileName {
  const known = PROFILE_NAMES.find((name) => name === profile);
  if (known !== undefined) return known;
  throw new ForwarderError('USAGE', `--logstore ${text}: the profile must be one of ${PROFILE_NAMES.join(', ')}`);
}

function writeCertificate(file: string, certificate: string): void {
  try {
    writeFileSync(file, certificate);
  } catch (thrown) {
    throw new ForwarderError('USAGE', `--tls-ca ${file} can't be written: ${writeFault(thrown)}`, { cause: thrown });
  }
}

function describe(endpoint: string, projects: readonly ProjectOptions[]): string {
  const lines = projects.flatMap(({ name, region, logstores = [] }) =>
    logstores.map((logstore) => {
      const where = region === undefined ? '' : ` in ${region}`;
      return `SLS emulator at ${endpoint}: ${name}/${logstore.name}${where}, ${logstore.shards ?? 0} shards, ${logstore.profile ?? ''} logs\n`;
    }),
  );
  return lines.join('');
}
