import { ForwarderError } from '../../errors/forwarder-error.js';
import { protocolError } from '../errors.js';
import { isRecord, isSmallInteger, tryJson } from './json.js';
import { nameProblem, type NameKind } from './names.js';
import type { CallLogstore } from '../service.js';

/** Most names of a page. */
const PAGE = 500;
/** More than any account has; a reply that claims more is no list. */
const MOST = 100_000;
/** How often a list that changed between two pages is read again: an entry that moved to an earlier page would be missing. */
const TRIES = 5;

/** A list of names that the service gives in pages: `{"count": 1, "total": 1, "<key>": […]}`. */
interface PagedList {
  /** The purpose, for messages. */
  readonly what: string;
  readonly path: string;
  readonly key: string;
  /** What the names are. */
  readonly kind: NameKind;
  /** The name in an entry. */
  readonly nameIn: (entry: unknown) => unknown;
}

interface Page {
  readonly total: number;
  readonly names: readonly string[];
}

/**
 * All names, in no particular order.
 * @throws ForwarderError, among others SLS_PROTOCOL for names that are none, and for a list that changes while it is read
 */
export async function listAll(call: CallLogstore, list: PagedList, signal: AbortSignal): Promise<readonly string[]> {
  for (let tries = 0; tries < TRIES; tries++) {
    const names = await listOnce(call, list, signal);
    if (names !== undefined) return names;
  }
  throw new ForwarderError('SLS_PROTOCOL', `${list.what}: it changes while it is read; trying again`);
}

/** Undefined: it changed meanwhile. */
async function listOnce(call: CallLogstore, list: PagedList, signal: AbortSignal): Promise<string[] | undefined> {
  const names = new Set<string>();
  let offset = 0;
  let total: number | undefined;
  for (;;) {
    const page = await readPage(call, list, offset, signal);
    total ??= page.total;
    if (page.total !== total) return undefined;
    for (const name of page.names) names.add(name);
    offset += page.names.length;
    const isLast = page.names.length === 0 || offset >= total;
    if (isLast) return names.size === total && offset === total ? [...names] : undefined;
  }
}

async function readPage(call: CallLogstore, list: PagedList, offset: number, signal: AbortSignal): Promise<Page> {
  const { what, path, key, kind, nameIn } = list;
  const query = { offset: String(offset), size: String(PAGE) };
  const reply = await call({ what, method: 'GET', path, query, traffic: 'control', signal });
  const json = tryJson(reply);
  const total = isRecord(json) ? json['total'] : undefined;
  const entries = isRecord(json) ? json[key] : undefined;
  if (!isSmallInteger(total) || total > MOST || !Array.isArray(entries) || entries.length > PAGE)
    throw protocolError(reply, what, `no page of ${key} with its total`);
  const names = entries.map((entry: unknown) => nameIn(entry));
  const isName = (name: unknown): name is string => typeof name === 'string' && nameProblem(kind, name) === undefined;
  if (!names.every(isName)) throw protocolError(reply, what, `an entry has no legal name of a ${kind}`);
  return { total, names };
}
