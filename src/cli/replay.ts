import { printable } from '../errors/printable.js';
import { print } from './output.js';

export const REPLAY_POSITIONALS = {
  directory: { type: 'string', demandOption: true, describe: 'deadLetters.directory' },
} as const;

interface ReplayArguments {
  readonly config: string;
  readonly directory: string;
}

/** Sends dead letters again, and says what became of each. @throws ForwarderError */
export async function runReplay({ directory, config }: ReplayArguments): Promise<number> {
  const { runReplay: replay } = await import('../app/replay.js');
  const say = (line: string): void => print(`${printable(line)}\n`);
  return replay({ directory, configFile: config, env: process.env, say });
}
