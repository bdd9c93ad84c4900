import type { SignedRequest } from './signature.js';
import type { Route } from './route.js';
import type { Address } from './project-host.js';

/** One request, understood. */
export interface Call extends SignedRequest, Route, Address {
  readonly clientAddress: string;
}

/** What goes back. The status is always 200: the SDKs take any other 2xx for a failure. */
export interface Reply {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export const EMPTY_REPLY: Reply = { headers: {}, body: new Uint8Array() };

export function json(value: unknown): Reply {
  return { headers: { 'content-type': 'application/json' }, body: Buffer.from(JSON.stringify(value)) };
}
