import { LINE_FEED, RELP, type Framing, type NewlinePolicy } from '../model/format-plan.js';
import { isRelp, isUdp } from '../delivery/settings.js';
import { receiverDefaults, type PresetName } from './presets.js';
import type { DestinationConfig } from './schema.js';

/** What a destination leaves open follows from its transport, else from the preset of the pipeline that writes to it. */

/** A datagram is one message and nothing else (RFC 5426 §3.1). */
export function framingOf({ framing, trailer, endpoints }: DestinationConfig, preset: PresetName): Framing {
  if (some(endpoints, isRelp)) return RELP;
  if (some(endpoints, isUdp)) return { trailer: '' };
  const name = framing ?? receiverDefaults(preset).framing;
  if (name === 'octet-counting') return name;
  if (name === 'custom') return { trailer: trailer ?? '' };
  return name === 'nul' ? { trailer: '\0' } : LINE_FEED;
}

export function newlineOf(destination: DestinationConfig, preset: PresetName): NewlinePolicy {
  const usual = receiverDefaults(preset).newline;
  return destination.newline ?? (usual === 'keep' && !mayKeepLineBreaks(destination, preset) ? 'escape' : usual);
}

/** What receivers of datagrams take by default (QRadar, ArcSight); RFC 5426 §3.2 asks for 480 at least. */
const UDP_EVENT_BYTES = 1024;

/** Most bytes of a message; undefined: any number. */
export function maxBytesOf({ maxEventBytes, endpoints }: DestinationConfig, preset: PresetName): number | undefined {
  return maxEventBytes ?? (some(endpoints, isUdp) ? UDP_EVENT_BYTES : receiverDefaults(preset).maxEventBytes);
}

/** Whether a message may have line breaks in it: nothing of it then looks like its end. NUL is never in a message. */
export function mayKeepLineBreaks(destination: DestinationConfig, preset: PresetName): boolean {
  if (some(destination.endpoints, isRelp)) return true;
  const framing = framingOf(destination, preset);
  return framing === 'octet-counting' || framing.trailer === '' || framing.trailer.includes('\0');
}

type Endpoints = DestinationConfig['endpoints'];
type Receiver = Exclude<Endpoints[number], 'embedded'>;

const some = (endpoints: Endpoints, is: (receiver: Receiver) => boolean): boolean =>
  endpoints.some((endpoint) => endpoint !== 'embedded' && is(endpoint));
