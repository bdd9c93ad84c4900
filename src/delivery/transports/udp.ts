import { UdpLink } from '../links/udp-link.js';
import type { Transport } from './record.js';

/** Syslog over UDP (RFC 5426): every message is a datagram, and nobody tells whether it arrives. */
export const udp: Transport = {
  name: 'UDP',
  schemes: [{ name: 'udp', tls: false, port: 514 }],
  guarantees: ['written'],
  answers: false,
  // A datagram is one message and nothing else (RFC 5426 §3.1).
  framing: { is: { trailer: '' }, why: 'a datagram is one message (RFC 5426); remove this line' },
  keepsLineBreaks: false,
  // What receivers of datagrams take by default (QRadar, ArcSight), RFC 5426 §3.2 asks for 480 at least; and what fits one with IPv6's headers.
  message: { usualBytes: 1024, mostBytes: 65_487 },
  // Nothing slows a sender of datagrams down but itself. A burst is half of what fits the receive buffer of an untuned Linux.
  pace: { eps: 5000, bursts: 50 },
  failsOver: false,
  alone: "udp can't be mixed with others in one destination: nobody tells what has arrived",
  untunable: { why: 'sends over UDP, whose speed is its rate: there is nothing to tune', unlessLive: false },
  refuse: (guarantee) =>
    `nothing is acknowledged over udp, so "${guarantee}" can't be kept; write "written", or use tcp://`,
  open: (endpoint, { rotateBy, onChange, signal }) => UdpLink.open(endpoint, rotateBy, onChange, signal),
};
