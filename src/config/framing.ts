import { LINE_FEED, type Framing } from '../model/format-plan.js';
import { isRelp } from '../syslog/settings.js';
import { presetFraming, type PresetName } from './presets.js';
import type { DestinationConfig } from './schema.js';

/**
 * As written, else as the preset's receivers have it, else as RFC 6587 receivers do on tcp and those of RFC 5425 on tls. A datagram is one
 * message and nothing else (RFC 5426 §3.1).
 */
export function framingOf({ framing, trailer, endpoints }: DestinationConfig, preset?: PresetName): Framing {
  const real = endpoints.filter((endpoint) => endpoint !== 'embedded');
  // RELP frames what we framed with line feeds anew.
  if (real.some(isRelp)) return LINE_FEED;
  if (real.some(({ transport }) => transport === 'udp')) return { trailer: '' };
  const usual = real.some(({ transport }) => transport === 'tls') ? 'octet-counting' : 'lf';
  const name = framing ?? (preset === undefined ? undefined : presetFraming(preset)) ?? usual;
  if (name === 'octet-counting') return name;
  if (name === 'custom') return { trailer: trailer ?? '' };
  return name === 'nul' ? { trailer: '\0' } : LINE_FEED;
}

/** Whether a message may have line breaks in it: nothing of it then looks like its end. NUL is never in a message. */
export function mayKeepLineBreaks(framing: Framing): boolean {
  return framing === 'octet-counting' || framing.trailer === '' || framing.trailer.includes('\0');
}
