import type { Config } from '../config/schema.js';
import type { SourceConfig } from '../config/source-schema.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import { hasPatterns, isExclude, isPattern } from '../model/name-patterns.js';
import { assumingRights, readingRights, type Listing, type PolicyDocument } from '../policy/rights.js';
import { asJson, asRos, asTerraform, type Use } from '../policy/templates.js';
import { trustPolicy, type Trusted } from '../policy/trust.js';
import { CONFIG } from './config-option.js';
import { print, remark } from './output.js';

const FLAG = { type: 'boolean', default: false } as const;

export const POLICY_OPTIONS = {
  ...CONFIG,
  source: { type: 'string', requiresArg: true, describe: 'Which of "sources"; needed if there are several' },
  account: {
    type: 'string',
    requiresArg: true,
    describe: 'Id of the account that owns the projects; with --trust, of the account that assumes the role',
  },
  caller: { ...FLAG, describe: 'What the identity needs that assumes credentials.assumeRole' },
  trust: { ...FLAG, describe: 'Trust policy of the role: who may assume it' },
  'service-account': {
    type: 'string',
    requiresArg: true,
    describe: 'namespace:name of the service account in Kubernetes, for --trust with RRSA',
  },
  issuer: { type: 'string', requiresArg: true, describe: 'Identity provider of the cluster, for --trust with RRSA' },
  tune: { ...FLAG, describe: 'With the consumer group of "tune --live"' },
  terraform: { ...FLAG, describe: 'As a resource of Terraform' },
  ros: { ...FLAG, describe: 'As a template of the Resource Orchestration Service' },
} as const;

interface PolicyArguments {
  readonly config: string;
  readonly source: string | undefined;
  readonly account: string | undefined;
  readonly caller: boolean;
  readonly trust: boolean;
  readonly serviceAccount: string | undefined;
  readonly issuer: string | undefined;
  readonly tune: boolean;
  readonly terraform: boolean;
  readonly ros: boolean;
}

/** RAM takes no longer custom policy. */
const LONGEST = 6144;

/** Prints the least RAM policy with which this config can be run. Asks nobody. @throws ForwarderError */
export async function runPolicy(given: PolicyArguments): Promise<number> {
  const { loadConfig } = await import('../config/load.js');
  const config = loadConfig(given.config, process.env);
  checkGiven(given);
  const name = chooseSource(config, given.source);
  const source = config.sources[name];
  if (source === undefined || source.endpoint === 'embedded')
    throw new ForwarderError('USAGE', `source ${name} is the built-in Log Service, which knows no rights`);
  const use: Use = given.trust ? 'trust' : 'rights';
  const document = await documentFor(config, name, source, given);
  const { length } = JSON.stringify(document);
  if (length > LONGEST) remark(`this policy has ${length} characters, and RAM takes ${LONGEST}: split it in two`);
  if (given.terraform) print(asTerraform(document, use));
  else print(given.ros ? asRos(document, use) : asJson(document));
  return 0;
}

function checkGiven({ account, trust, caller, terraform, ros, serviceAccount }: PolicyArguments): void {
  if (trust && caller)
    throw new ForwarderError('USAGE', '--trust and --caller are two policies; ask for one at a time');
  if (terraform && ros) throw new ForwarderError('USAGE', '--terraform and --ros are two forms; leave one out');
  if (account !== undefined && !/^\d{1,32}$/.test(account))
    throw new ForwarderError('USAGE', `--account ${account}: expected the id of an account, such as 1234567890123456`);
  if (serviceAccount !== undefined && !/^[a-z0-9-]+:[a-z0-9.-]+$/.test(serviceAccount))
    throw new ForwarderError('USAGE', `--service-account ${serviceAccount}: expected namespace:name`);
}

function chooseSource({ sources }: Config, given: string | undefined): string {
  const names = Object.keys(sources);
  const listed = `the config has ${names.join(', ')}`;
  if (given !== undefined && !names.includes(given)) throw new ForwarderError('USAGE', `--source ${given}: ${listed}`);
  const [only] = names;
  if (given === undefined && (only === undefined || names.length > 1))
    throw new ForwarderError('USAGE', `say which with --source: ${listed}`);
  return given ?? only ?? '';
}

async function documentFor(
  config: Config,
  name: string,
  source: SourceConfig,
  given: PolicyArguments,
): Promise<PolicyDocument> {
  const { assumeRole } = source.credentials;
  if (given.trust) return trustPolicy(trustedBy(name, source, given));
  if (given.caller) {
    if (assumeRole !== undefined) return assumingRights(assumeRole.roleArn);
    throw new ForwarderError('USAGE', `source ${name} assumes no role: leave --caller out`);
  }
  const { liveGroup } = await import('../tune/live-group.js');
  const pipelines = config.pipelines.filter((pipeline) => (pipeline.source ?? name) === name);
  const readings = pipelines
    .map((pipeline) => ({
      ...pipeline,
      project: includesIn(pipeline.project),
      logstore: includesIn(pipeline.logstore),
    }))
    .flatMap(({ project, logstore, consumerGroup }) => {
      const groups = given.tune ? [consumerGroup, liveGroup(consumerGroup)] : [consumerGroup];
      return project.flatMap((one) =>
        logstore.flatMap((other) => groups.map((group) => ({ project: one, logstore: other, consumerGroup: group }))),
      );
    });
  const account = given.account ?? accountOf(assumeRole?.roleArn) ?? '*';
  if (account === '*') remark('say whose projects they are with --account, then the policy is narrower');
  return readingRights(readings, listingOf(pipelines), { region: regionOf(source), account });
}

/** What their patterns have to be compared with. Excludes take no rights away: what they leave out is listed too. */
function listingOf(pipelines: Config['pipelines']): Listing {
  return {
    projects: pipelines.some(({ project }) => hasPatterns(project)),
    logstoresOf: pipelines.flatMap(({ project, logstore }) =>
      hasPatterns(logstore) ? includesIn(project) : includesIn(project).filter(isPattern),
    ),
  };
}

const includesIn = (entries: readonly string[]): string[] => entries.filter((entry) => !isExclude(entry));

function regionOf({ endpoint, region }: SourceConfig): string {
  return region ?? (endpoint === 'embedded' ? undefined : endpoint.region) ?? '*';
}

/** The account in the ARN of a role. */
const accountOf = (roleArn: string | undefined): string | undefined => /^acs:ram::(\d+):/.exec(roleArn ?? '')?.[1];

function trustedBy(name: string, { credentials }: SourceConfig, given: PolicyArguments): Trusted {
  const { source: kind, assumeRole } = credentials;
  if (assumeRole !== undefined) {
    const account = given.account ?? accountOf(assumeRole.roleArn) ?? '';
    const isAsked = assumeRole.externalId !== '' || assumeRole.externalIdFile !== '';
    if (isAsked) remark('write your external id in the place of EXTERNAL_ID');
    return { is: 'account', account, externalId: isAsked ? 'EXTERNAL_ID' : undefined };
  }
  if (kind === 'ecs-ram-role') return { is: 'ecs' };
  if (kind !== 'oidc')
    throw new ForwarderError(
      'USAGE',
      `source ${name} has credentials of kind ${kind}, for which nobody assumes a role; --trust is for ecs-ram-role, oidc and assumeRole`,
    );
  const providerArn = credentials.oidcProviderArn || process.env['ALIBABA_CLOUD_OIDC_PROVIDER_ARN'];
  if (providerArn === undefined || given.serviceAccount === undefined)
    throw new ForwarderError(
      'USAGE',
      '--trust with RRSA needs --service-account namespace:name, and credentials.oidcProviderArn in the config',
    );
  if (given.issuer === undefined) remark('with --issuer only this cluster is trusted, whoever makes a provider again');
  return { is: 'oidc', providerArn, serviceAccount: given.serviceAccount, issuer: given.issuer };
}
