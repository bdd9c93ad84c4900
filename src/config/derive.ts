import { parse } from 'yaml';

/** A config as plain data: aliases resolved, `${VAR}` as they stand in the file. */
export type PlainConfig = Readonly<Record<string, unknown>>;

/**
 * What another config can be made of that is to be filled in later, so that no secret of the environment is written anywhere.
 * @param bytes of a config that has been checked
 */
export function plainConfig(bytes: Uint8Array): PlainConfig {
  // How much aliases may make of it has been checked before.
  return parse(new TextDecoder().decode(bytes), { maxAliasCount: -1 }) as PlainConfig;
}
