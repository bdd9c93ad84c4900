import { lookup as lookupName } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

/** Every address a name has now; an address has itself. @throws what the resolver says. */
export async function addressesOf(host: string): Promise<string[]> {
  if (isIP(host) !== 0) return [host];
  return (await lookup(host, { all: true })).map(({ address }) => address);
}

/** Resolves a name so that different connections begin with different addresses of it: resolvers tend to give everybody the same order. */
export function lookupFrom(first: number): LookupFunction {
  return (host, options, done) => {
    lookupName(host, { ...options, all: true }, (error, addresses) => {
      const at = error === null ? first % addresses.length : 0;
      if (error !== null) done(error, []);
      else done(null, [...addresses.slice(at), ...addresses.slice(0, at)]);
    });
  };
}
