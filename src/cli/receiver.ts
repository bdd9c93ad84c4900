import { readRegularFile } from '../flow/read-file.js';
import { printable } from '../errors/printable.js';
import { readFault } from '../errors/file-fault.js';
import { ForwarderError } from '../errors/forwarder-error.js';
import type { ReceiverHandle, ReceiverOptions, ReceiverStats, Tracking } from '../emulator/receiver/contract.js';
import { sleep, systemClock } from '../flow/clock.js';
import { print } from './output.js';
import { untilStopped } from './until-stopped.js';

export const RECEIVER_OPTIONS = {
  listen: {
    type: 'string',
    default: 'tcp://127.0.0.1:5514',
    requiresArg: true,
    describe: 'tcp://host:port, tls://host:port or udp://host:port',
  },
  check: {
    type: 'string',
    default: 'strict',
    choices: ['count', 'sequence', 'strict'],
    requiresArg: true,
    describe: 'count frames; also find loss and order by emu_seq; also parse RFC 5424',
  },
  cert: { type: 'string', requiresArg: true, describe: 'Certificate chain for tls:// (PEM file)' },
  key: { type: 'string', requiresArg: true, describe: 'Private key for tls:// (PEM file)' },
  print: { type: 'boolean', default: false, describe: 'Print the newest message each second' },
} as const;

export interface ReceiverArguments {
  readonly listen: string;
  readonly check: string;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly print: boolean;
}

/** Receives syslog until stopped, and says each second what came. */
export async function runReceiver(given: ReceiverArguments): Promise<number> {
  const { runReceiver: start } = await import('../emulator/receiver-handle.js');
  const receiver = await start({ listen: given.listen, tracking: given.check as Tracking, ...tlsOf(given) });
  const stopped = untilStopped();
  print(`syslog receiver at ${receiver.url}\nSend to it with: SYSLOG_URL=${receiver.url} forwarder\n`);
  const ended = new AbortController();
  const telling = tell(receiver, given.print, ended.signal);
  await stopped;
  ended.abort();
  await telling;
  print(`${summary(await receiver.stats())}\n`);
  await receiver.stop();
  return 0;
}

function tlsOf({ listen, cert, key }: ReceiverArguments): Pick<ReceiverOptions, 'tls'> {
  if (!listen.startsWith('tls://')) return {};
  if (cert === undefined || key === undefined) throw new ForwarderError('USAGE', 'tls:// needs --cert and --key');
  return { tls: { cert: read('cert', cert), key: read('key', key) } };
}

function read(option: string, file: string): string {
  try {
    return readRegularFile(file).toString('utf8');
  } catch (cause) {
    throw new ForwarderError('USAGE', `--${option}: can't read "${file}": ${readFault(cause)}`, { cause });
  }
}

const EVERY_MS = 1000;

async function tell(receiver: ReceiverHandle, showsLast: boolean, signal: AbortSignal): Promise<void> {
  let told = 0;
  while (!signal.aborted) {
    await sleep(systemClock, EVERY_MS, signal);
    const stats = await receiver.stats();
    if (stats.events === told) continue;
    told = stats.events;
    print(`${summary(stats)}\n`);
    if (showsLast) for (const line of await receiver.last(1)) print(`  ${printable(line)}\n`);
  }
}

function summary({ events, bytes, connections, sequence, flaws }: ReceiverStats): string {
  const flawed = Object.entries(flaws).filter(([, times]: [string, number]) => times > 0);
  return [
    `${events.toLocaleString('en-US')} events`,
    `${(bytes / 1e6).toFixed(1)} MB`,
    `${connections.now} connected`,
    `lost ${sequence.lost}`,
    `duplicates ${sequence.duplicates}`,
    `reordered ${sequence.reordered}`,
    ...flawed.map(([name, times]) => `${name} flaws ${times}`),
  ].join(' · ');
}
