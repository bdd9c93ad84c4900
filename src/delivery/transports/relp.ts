import { RELP } from '../../model/format-plan.js';
import { RelpLink } from '../links/relp-link.js';
import { ANSWERED } from '../delivery-settings.js';
import { dialWith, streamSettings } from './tcp.js';
import type { Transport } from './record.js';

/** RELP (librelp's relp.md): the receiver answers every event. */
export const relp: Transport = {
  name: 'RELP',
  // RELP has no port of its own.
  schemes: [
    { name: 'relp', tls: false, port: undefined },
    { name: 'relps', tls: true, port: undefined },
  ],
  guarantees: [ANSWERED],
  answers: true,
  framing: { is: RELP, why: 'RELP has its own framing; remove this line' },
  keepsLineBreaks: true,
  message: undefined,
  pace: undefined,
  failsOver: true,
  alone: "RELP receivers can't be mixed with others in one destination: they settle differently",
  untunable: {
    why: 'speaks RELP, which the built-in receiver does not: tune it against yours with --live',
    unlessLive: true,
  },
  refuse: (guarantee) => `a RELP receiver answers every event, which is more than ${guarantee}; remove this line`,
  open: async (endpoint, deps) => {
    const { settings, clock, onChange, signal } = deps;
    const dialled = await dialWith(endpoint, deps, true);
    const own = { ...streamSettings(endpoint, deps), connectTimeoutMs: settings.connectTimeoutMs };
    return RelpLink.open(dialled, endpoint, own, clock, onChange, signal);
  },
};
