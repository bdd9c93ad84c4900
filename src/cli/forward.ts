import { CONFIG } from './config-option.js';
import { parseRange, RANGE_OPTIONS, type RangeArguments } from './range.js';

export const FORWARD_OPTIONS = { ...CONFIG, ...RANGE_OPTIONS } as const;

interface ForwardArguments extends RangeArguments {
  readonly config: string;
}

/** Forwards until stopped. @throws ForwarderError */
export async function runForward({ config, ...range }: ForwardArguments): Promise<number> {
  const bounds = parseRange(range, Date.now());
  const { runForwarder } = await import('../app/main.js');
  return runForwarder({ configFile: config, env: process.env, range: bounds });
}
