import { print } from './output.js';

/** Prints the JSON Schema of the config. */
export async function runSchema(): Promise<number> {
  const { jsonSchema } = await import('../config/json-schema.js');
  print(jsonSchema());
  return 0;
}
