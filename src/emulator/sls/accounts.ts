import { randomBytes } from 'node:crypto';
import { ACTIONS } from './ram-actions.js';
import type { RoleOptions, SlsEmulatorSettings } from './options.js';
import type { Operation } from './route.js';
import { isAllowed } from './ram-policy.js';
import { refuse } from './service-error.js';

/** Whoever signs requests: the access key of the settings, or a session of a role. */
export interface Key {
  readonly id: string;
  readonly secret: string;
  /** What requests must carry; undefined: nothing is looked at. */
  readonly token: string | undefined;
  /** Undefined: all. */
  readonly rights: Rights | undefined;
}

/** What a role may do. */
type Rights = Pick<RoleOptions, 'arn' | 'allows' | 'policy'>;

interface Session extends Key {
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Who there is: access keys, roles, and the sessions of the roles. */
export class Accounts {
  readonly roles: readonly RoleOptions[];
  /** RAM actions that nobody may do at present. */
  readonly denied = new Set<string>();
  readonly #key: Key;
  readonly #sessions = new Map<string, Session>();

  constructor({ accessKeyId, accessKeySecret, securityToken, roles }: SlsEmulatorSettings) {
    this.#key = { id: accessKeyId, secret: accessKeySecret, token: securityToken, rights: undefined };
    this.roles = roles;
  }

  /** @throws ServiceError Unauthorized */
  key(id: string, now: number): Key {
    if (id === this.#key.id) return this.#key;
    const session = this.#sessions.get(id);
    if (session === undefined) throw refuse.unauthorized(`AccessKeyId not found: ${id}`);
    if (now >= session.expiresAt) throw refuse.unauthorized('The security token you provided has expired.');
    return session;
  }

  /** Begins a session. */
  begin(role: RoleOptions, expiresAt: number): Key {
    const [id, secret, token] = [`STS.${text(16)}`, text(32), text(64)];
    const session = { id, secret, token, rights: role, expiresAt };
    this.#sessions.set(id, session);
    return session;
  }

  /** Ends every session before its time, as a revoked role does. */
  endSessions(): void {
    this.#sessions.clear();
  }

  /** @param resource what it is done to, from `project/` on @throws ServiceError Unauthorized */
  checkRight({ rights }: Key, operation: Operation, region: string | undefined, resource: string): void {
    const action = ACTIONS[operation];
    const arn = `acs:log:${region ?? '*'}:${accountOf(rights)}:${resource}`;
    const { allows, policy } = rights ?? {};
    const isIn = allows?.includes(action) !== false && (policy === undefined || isAllowed(policy, action, arn));
    if (isIn && !this.denied.has(action)) return;
    throw refuse.unauthorized(`denied by sts or ram, action: ${action}, resource: ${arn}`);
  }
}

const accountOf = (rights: Rights | undefined): string => rights?.arn.split(':')[3] ?? '*';

function text(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}
