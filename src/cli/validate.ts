import type { Config } from '../config/schema.js';
import { printable } from '../errors/printable.js';
import { CONFIG } from './config-option.js';
import { print } from './output.js';

/** What a config says does not depend on where it runs. */
const NO_HOST = { cores: 1, consumer: '', now: 0 };

export const VALIDATE_OPTIONS = {
  ...CONFIG,
  connect: {
    type: 'boolean',
    default: false,
    describe:
      'Also ask the Log Service what there is to read: each logstore that is named, or that a pattern finds today',
  },
} as const;

interface ValidateArguments {
  readonly config: string;
  readonly connect: boolean;
}

/** Says what a config does, with its warnings; the exit code says what kind of error the service gave. @throws ForwarderError for what is wrong with it. */
export async function runValidate({ config, connect }: ValidateArguments): Promise<number> {
  const { configName, loadConfig } = await import('../config/load.js');
  const { toSettings } = await import('../config/settings.js');
  const { warningsOf } = await import('../config/warnings.js');
  const { usesPatterns } = await import('../config/logstore-names.js');
  const { sourceNameOf } = await import('../config/source-check.js');
  const loaded = loadConfig(config, process.env);
  const { sources, pipelines, destinations } = loaded;
  const names = Object.keys(sources);

  for (const pipeline of pipelines) {
    const { name, project, logstore, consumerGroup, destination } = pipeline;
    const source = names.length > 1 ? `${sourceNameOf(pipeline, names) ?? ''}: ` : '';
    const reads = usesPatterns(pipeline)
      ? `${project.join(', ')} / ${logstore.join(', ')} (patterns, each ${pipeline.discovery.interval / 1000} s)`
      : project.flatMap((one) => logstore.map((other) => `${one}/${other}`)).join(', ');
    const endpoints = destinations[destination]?.endpoints.map((one) => (one === 'embedded' ? one : one.text)) ?? [];
    print(`${name}: ${source}${reads} as ${consumerGroup} → ${destination} (${endpoints.join(', ')})\n`);
  }
  for (const warning of warningsOf(toSettings(loaded, NO_HOST), Date.now())) print(`warning: ${printable(warning)}\n`);
  const code = connect ? await askService(loaded) : 0;
  if (code === 0) print(`${printable(configName(config))} is fine\n`);
  return code;
}

async function askService(config: Config): Promise<number> {
  const { toSettings } = await import('../config/settings.js');
  const { checkConnections } = await import('../app/connect-check.js');
  const say = (line: string): void => print(`${printable(line)}\n`);
  return checkConnections(toSettings(config, NO_HOST), { env: process.env, say });
}
