import { hostname } from 'node:os';

/** Suffixes that nobody can register in the public DNS (RFC 6761, RFC 6762, ICANN's `internal`, Kubernetes' services). */
const PRIVATE_SUFFIXES = ['.localhost', '.local', '.internal', '.svc'];

/** No public name ends in digits (RFC 3696), and none has brackets. */
const ADDRESS = /^(?:\d+(?:\.\d+){3}|\[[\da-f:.]*:[\da-f:.]*\])$/;

/**
 * Whether a request may name this host. A web page can make a browser ask a name of the page's own domain that resolves to our address (DNS
 * rebinding). So a name must be ours, or one that no public domain can have; an address is always fine.
 *
 * @param header the Host header; undefined with HTTP/1.0, which no browser speaks.
 * @param listenHost the host of `admin.listen`.
 */
export function hostAllowed(header: string | undefined, listenHost: string, machine = hostname()): boolean {
  if (header === undefined) return true;
  const name = header
    .trim()
    .toLowerCase()
    .replace(/\.?(?::\d*)?$/, '');
  if (ADDRESS.test(name)) return true;
  const own = machine.toLowerCase();
  if (name === listenHost.toLowerCase() || name === own || name.startsWith(`${own}.`)) return true;
  return /^[\w-]+$/.test(name) || PRIVATE_SUFFIXES.some((suffix) => name.endsWith(suffix));
}
