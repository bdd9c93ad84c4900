import { LINE_FEED, type Framing, type NewlinePolicy } from '../model/format-plan.js';
import { transportOf, TRANSPORTS } from '../delivery/transports/table.js';
import type { Transport } from '../delivery/transports/record.js';
import { receiverDefaults, type PresetName } from './presets.js';
import type { DestinationConfig } from './schema.js';

/** What a destination leaves open follows from its transport, else from the preset of the pipeline that writes to it. */

export function framingOf({ framing, trailer, endpoints }: DestinationConfig, preset: PresetName): Framing {
  const given = transportFor({ endpoints }).framing;
  if (given !== undefined) return given.is;
  const name = framing ?? receiverDefaults(preset).framing;
  if (name === 'octet-counting') return name;
  if (name === 'custom') return { trailer: trailer ?? '' };
  return name === 'nul' ? { trailer: '\0' } : LINE_FEED;
}

export function newlineOf(destination: DestinationConfig, preset: PresetName): NewlinePolicy {
  const usual = receiverDefaults(preset).newline;
  return destination.newline ?? (usual === 'keep' && !mayKeepLineBreaks(destination, preset) ? 'escape' : usual);
}

/** Most bytes of a message; undefined: any number. */
export function maxBytesOf({ maxEventBytes, endpoints }: DestinationConfig, preset: PresetName): number | undefined {
  return maxEventBytes ?? transportFor({ endpoints }).message?.usualBytes ?? receiverDefaults(preset).maxEventBytes;
}

/** Whether a message may have line breaks in it: nothing of it then looks like its end. NUL is never in a message. */
export function mayKeepLineBreaks(destination: DestinationConfig, preset: PresetName): boolean {
  if (transportFor(destination).keepsLineBreaks) return true;
  const framing = framingOf(destination, preset);
  return framing === 'octet-counting' || framing.trailer === '' || framing.trailer.includes('\0');
}

/** How the receivers of a destination are spoken to; those of one destination have one transport. */
export function transportFor({ endpoints }: Pick<DestinationConfig, 'endpoints'>): Transport {
  const [first] = transportsOf(endpoints);
  return first ?? TRANSPORTS[0];
}

/** Those that can't be mixed with others come first. The built-in receiver counts as the plainest. */
export function transportsOf(endpoints: DestinationConfig['endpoints']): Transport[] {
  const found = new Set(endpoints.map((endpoint) => (endpoint === 'embedded' ? TRANSPORTS[0] : transportOf(endpoint))));
  return [...found].sort((a, b) => Number(b.alone !== undefined) - Number(a.alone !== undefined));
}
