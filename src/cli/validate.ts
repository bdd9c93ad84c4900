import { printable } from '../errors/printable.js';
import { print } from './output.js';

/** What a config says does not depend on where it runs. */
const NO_HOST = { cores: 1, consumer: '', now: 0 };

/** Says what a config does, with its warnings. @throws ForwarderError for what is wrong with it. */
export async function runValidate({ config }: { readonly config: string }): Promise<number> {
  const { configName, loadConfig } = await import('../config/load.js');
  const { toSettings } = await import('../config/settings.js');
  const { warningsOf } = await import('../config/warnings.js');
  const { sourceNameOf } = await import('../config/source-check.js');
  const loaded = loadConfig(config, process.env);
  const { sources, pipelines, destinations } = loaded;
  const names = Object.keys(sources);

  for (const pipeline of pipelines) {
    const { name, project, logstore, consumerGroup, destination } = pipeline;
    const source = names.length > 1 ? `${sourceNameOf(pipeline, names) ?? ''}: ` : '';
    const reads = project.flatMap((one) => logstore.map((other) => `${one}/${other}`)).join(', ');
    const endpoints = destinations[destination]?.endpoints.map((one) => (one === 'embedded' ? one : one.text)) ?? [];
    print(`${name}: ${source}${reads} as ${consumerGroup} → ${destination} (${endpoints.join(', ')})\n`);
  }
  for (const warning of warningsOf(toSettings(loaded, NO_HOST), Date.now())) print(`warning: ${printable(warning)}\n`);
  print(`${printable(configName(config))} is fine\n`);
  return 0;
}
