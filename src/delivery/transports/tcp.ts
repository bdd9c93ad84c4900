import { dial, type Dialled } from '../links/dial.js';
import { StreamLink, type StreamSettings } from '../links/stream-link.js';
import { halves, type Endpoint } from '../delivery-settings.js';
import type { OpenDeps, Transport } from './record.js';

/** Syslog over TCP (RFC 6587) and TLS (RFC 5425). */
export const tcp: Transport = {
  name: 'TCP',
  schemes: [
    { name: 'tcp', tls: false, port: 514 },
    { name: 'tls', tls: true, port: 6514 },
  ],
  guarantees: ['settled', 'acked', 'written'],
  answers: false,
  framing: undefined,
  keepsLineBreaks: false,
  message: undefined,
  pace: undefined,
  failsOver: true,
  alone: undefined,
  untunable: undefined,
  refuse: (_, elsewhere) => `only ${elsewhere} receivers answer; use "settled"`,
  open: async (endpoint, deps) => {
    const dialled = await dialWith(endpoint, deps, false);
    return new StreamLink(dialled, endpoint, streamSettings(endpoint, deps), deps.clock, { onChange: deps.onChange });
  },
};

/** @param answers the receiver answers each event, and the buffer for that is to be used again. */
export function dialWith(endpoint: Endpoint, deps: OpenDeps, answers: boolean): Promise<Dialled> {
  const { settings, rotateBy, certificates, clock, signal } = deps;
  return dial(endpoint, { ...settings, rotateBy, certificates, answers }, clock, signal);
}

/** What a link over a stream must know. */
export function streamSettings({ tls }: Endpoint, { settings, tuning, sendBufferBytes }: OpenDeps): StreamSettings {
  const { stallTimeoutMs, replayBytes } = settings;
  const { blindAckMs, shutWindowNoticeMs, shutWindowTimeoutMs } = tuning;
  return {
    ...{ stallTimeoutMs, blindAckMs, shutWindowNoticeMs, shutWindowTimeoutMs, sendBufferBytes },
    maxUnackedBytes: halves(replayBytes).maxUnackedBytes,
    sliceBytes: tuning.sliceBytes[tls ? 'tls' : 'tcp'],
  };
}
