import { ForwarderError } from '../../errors/forwarder-error.js';

export interface ListenAddress {
  readonly transport: 'tcp' | 'tls' | 'udp';
  /** Without the brackets of an IPv6 literal. */
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = { tcp: 514, tls: 6514, udp: 514 } as const;

/** Reads `tcp://host:port`. Throws USAGE for anything else. */
export function parseListenAddress(text: string): ListenAddress {
  const found = /^(tcp|tls|udp):\/\/(?:\[([\da-fA-F:.]+)\]|([^\s:/?#@[\]]+))(?::(\d{1,5}))?\/?$/.exec(text);
  const transport = found?.[1] as ListenAddress['transport'] | undefined;
  const host = found?.[2] ?? found?.[3];
  const port = Number(found?.[4] ?? (transport === undefined ? NaN : DEFAULT_PORT[transport]));
  if (transport === undefined || host === undefined || port > 65_535) {
    throw new ForwarderError(
      'USAGE',
      `can't listen on "${text}": write tcp://host:port, tls://host:port or udp://host:port`,
    );
  }
  return { transport, host, port };
}

export const formatAddress = ({ transport, host, port }: ListenAddress): string =>
  `${transport}://${host.includes(':') ? `[${host}]` : host}:${port}`;
