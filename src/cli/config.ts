import { print } from './output.js';

/** Prints a config as it counts. @throws ForwarderError for what is wrong with it */
export async function runConfig({ config }: { readonly config: string }): Promise<number> {
  const { effectiveConfig } = await import('../config/effective.js');
  print(effectiveConfig(config, process.env));
  return 0;
}
