import { schemeList, TRANSPORTS } from '../delivery/transports/table.js';
import { z } from 'zod';
import { RECEIVER_EXPECTED, parseReceiver } from './url-words.js';
import type { Parsed } from './scalars.js';
import { byteSize, duration, flag, integer, named, parsed, retry, secret } from './leaves.js';

/** Whatever is inside a message must not look like its end. */
const TRAILER = /^(?=.*[\n\r\0])[\0-\x7f]{1,8}$/s;

const PIN_EXPECTED = 'a fingerprint such as sha-256:9F:86:D0:… (32 pairs) or sha-1:A9:4A:… (20 pairs)';
const PIN = /^(?:sha-256(?::[0-9a-f]{2}){32}|sha-1(?::[0-9a-f]{2}){20})$/i;

function parsePin(text: string): Parsed<string> {
  if (!PIN.test(text)) return { wrong: `expected ${PIN_EXPECTED}` };
  const colon = text.indexOf(':');
  return text.slice(0, colon).toLowerCase() + text.slice(colon).toUpperCase();
}

/** The part of the schema that concerns receivers. */

const section = z.strictObject;

const tls = section({
  ca: z.string().min(1).optional().describe('File with the CA certificates to trust (PEM); default: those of Node.'),
  cert: z.string().min(1).optional().describe('File with our certificate chain (PEM), for mutual TLS.'),
  key: z.string().min(1).optional().describe('File with the private key of "cert" (PEM).'),
  passphrase: secret().optional().describe('Passphrase of "key".'),
  passphraseFile: z.string().min(1).optional().describe('File that holds the passphrase of "key".'),
  ciphers: z.string().min(1).optional().describe('OpenSSL cipher list; default: that of Node.'),
  pins: z
    .array(parsed(PIN_EXPECTED, parsePin))
    .max(32)
    .prefault([])
    .describe(
      'Fingerprints of the receivers\' certificates (RFC 5425): with "ca" one must match as well, without it alone decides.',
    ),
  servername: z
    .string()
    .min(1)
    .optional()
    .describe('Name to expect in the certificate and to send as SNI; default: the host.'),
  minVersion: z.enum(['TLSv1.2', 'TLSv1.3']).prefault('TLSv1.2').describe('Oldest TLS version to accept.'),
  insecureSkipVerify: flag()
    .prefault(false)
    .describe('DANGEROUS: accept any certificate. Anybody on the way can then read and change the logs.'),
});

const eps = () => integer(1, 100_000_000).optional();

/** What the transports say that have words of their own. */
const PACED = TRANSPORTS.flatMap(({ name, pace }) => (pace === undefined ? [] : [`, ${pace.eps} over ${name}`]));
const SHORT = TRANSPORTS.flatMap(({ name, message }) =>
  message === undefined ? [] : [`, ${message.usualBytes} over ${name}`],
);
const GUARANTEES = [...new Set(TRANSPORTS.flatMap(({ guarantees }) => guarantees))];

const rate = section({
  eps: eps().describe(
    `Events a second over all connections, what the license allows; what is too much waits. Default: no limit${PACED.join('')}.`,
  ),
  burst: eps().describe('Events that may go at once after a pause; default: what "eps" allows in a tenth of a second.'),
  bytesPerSecond: byteSize('1KiB', '100GiB')
    .optional()
    .describe('Bytes a second, framing included; default: no limit.'),
  catchUpEps: eps().describe('In place of "eps" while a shard of a pipeline is more than a minute behind.'),
  share: z
    .enum(['group', 'process'])
    .prefault('group')
    .describe(
      'group: the processes of the consumer group share the rate, each by the shards it holds; process: each process may send so much.',
    ),
});

const failback = section({
  interval: duration('100ms', '1d')
    .prefault('30s')
    .describe('Time between two probes of an endpoint that is preferred.'),
  probes: integer(1, 100).prefault(3).describe('Probes in a row that must succeed.'),
}).prefault({});

const rebind = section({
  time: duration('1s', '30d').optional().describe('After this long, give or take a fifth; default: never.'),
  bytes: byteSize('1MiB', '1000000GiB').optional().describe('After so many bytes; default: never.'),
}).prefault({});

const settle = section({
  time: duration('0ms', '10m')
    .prefault('30s')
    .describe('How long a batch must stay acknowledged on a healthy connection that has proven itself …'),
  bytes: byteSize('64KiB', '1GiB')
    .prefault('32MiB')
    .describe(
      '… or how many further bytes must be acknowledged behind it. Not less than the largest receive buffer on the way.',
    ),
  probation: duration('0ms', '10m')
    .prefault('30s')
    .describe(
      'How long a connection must live, with data acknowledged, before it has proven itself. Longer than a load balancer waits for its server.',
    ),
  rotate: duration('1s', '1d')
    .optional()
    .describe(
      "Replaces connections this often, the new one up before the old one ends: the receiver's answer to the end settles everything at once. Default: never.",
    ),
}).prefault({});

export const destination = section({
  endpoints: z
    .array(parsed(RECEIVER_EXPECTED, parseReceiver))
    .min(1)
    .max(64)
    .describe(`Receivers: ${RECEIVER_EXPECTED} ("embedded": the built-in receiver). With tls and relps: over TLS.`),
  mode: z
    .enum(['failover', 'loadBalance'])
    .prefault('failover')
    .describe(
      'failover: all connections to the first endpoint that works; loadBalance: spread over all endpoints and addresses, at least one connection each.',
    ),
  failback: failback.describe('How a connection that went to another endpoint comes back.'),
  rebind: rebind.describe(
    'Replaces connections from time to time, for load balancers; the new one is up before the old one ends.',
  ),
  resolveInterval: duration('1s', '1d')
    .prefault('1m')
    .describe('How often names are resolved again; a connection to an address that vanished is replaced.'),
  framing: z
    .enum(['lf', 'octet-counting', 'nul', 'custom'])
    .optional()
    .describe(
      'How messages are told apart (RFC 6587, RFC 5425): ended by a line feed or a NUL byte, with their length before them, or ended by "trailer"; default: that of the format\'s preset; RELP and UDP need none.',
    ),
  trailer: named(TRAILER, '1 to 8 ASCII characters with a line break or NUL among them, as no message has those')
    .optional()
    .describe('What ends a message with framing: custom, such as "\\r\\n".'),
  newline: z
    .enum(['escape', 'space', 'octal', 'keep', 'split'])
    .optional()
    .describe(
      "Line breaks inside a message: \\n as two characters, a space, #012, kept (octet-counting, nul and RELP only), or split: each line of a kv or raw body is a message of its own. Default: that of the format's preset.",
    ),
  maxEventBytes: byteSize('1KiB', '128KiB')
    .optional()
    .describe(
      `Most bytes of a message, header included, that the receiver takes; default: that of the format's preset${SHORT.join('')}.`,
    ),
  oversize: z
    .enum(['truncate', 'split', 'drop', 'deadLetter', 'send'])
    .prefault('truncate')
    .describe(
      'What happens to larger messages: cut (JSON stays JSON), sent in numbered parts, left out and counted, kept in deadLetters.directory, or sent all the same.',
    ),
  oversizeMarker: named(/^[\w .:()[\]-]{0,32}$/, 'up to 32 letters, digits, spaces or any of . : ( ) [ ] _ -')
    .prefault('[truncated]')
    .describe('What a message that was cut ends with; JSON has the member "_truncated" instead. "" for nothing.'),
  trimFirst: z
    .array(z.string().min(1).max(256))
    .max(16)
    .prefault([])
    .describe('Fields whose values are shortened first, in this order, before oversize is asked.'),
  guarantee: z
    .enum(GUARANTEES)
    .optional()
    .describe(
      "When an event counts as delivered: accepted by our kernel, by the peer's kernel, believed delivered (default), or answered by a receiver of a transport that answers (always, and only, there).",
    ),
  connections: integer(1, 64).prefault(2).describe('Connections kept open.'),
  connectTimeout: duration('100ms', '5m')
    .prefault('10s')
    .describe('How long a connection attempt may take, TLS included.'),
  stallTimeout: duration('1s', '1h')
    .prefault('20s')
    .describe('A connection whose unacknowledged bytes do not get fewer for this long is replaced.'),
  settle: settle.describe('When an event counts as settled, with guarantee: settled.'),
  replayBytes: byteSize('4MiB', '128MiB')
    .prefault('12MiB')
    .describe(
      'Bytes of a connection that are held in memory. After a loss they are sent again at once; what is older and not settled is read again from the service.',
    ),
  retry: retry('100ms', '10s').describe('Pauses between connection attempts.'),
  rate: rate.prefault({}).describe('What the receivers may be sent at most, by all processes together.'),
  tls: tls.prefault({}).describe(`TLS options, for ${schemeList((scheme) => scheme.tls)} endpoints.`),
});
