import type { Endpoint } from '../delivery-settings.js';
import { relp } from './relp.js';
import { tcp } from './tcp.js';
import type { Scheme, Transport } from './record.js';
import { udp } from './udp.js';

/** All there are. The first is also what the built-in receiver speaks. */
export const TRANSPORTS: readonly [Transport, ...Transport[]] = [tcp, udp, relp];

export const SCHEMES: readonly Scheme[] = TRANSPORTS.flatMap(({ schemes }) => schemes);

/** How an endpoint is spoken to. */
export function transportOf({ scheme }: Pick<Endpoint, 'scheme'>): Transport {
  return TRANSPORTS.find(({ schemes }) => schemes.some(({ name }) => name === scheme)) ?? TRANSPORTS[0];
}

/** As a sentence has them: `tls:// and relps://`. @param isMeant which of them. */
export function schemeList(isMeant: (scheme: Scheme) => boolean): string {
  return SCHEMES.filter(isMeant)
    .map(({ name }) => `${name}://`)
    .join(' and ');
}
