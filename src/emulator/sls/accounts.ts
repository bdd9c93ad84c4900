import { randomBytes } from 'node:crypto';
import { ACTIONS } from './ram-actions.js';
import type { RoleOptions, SlsEmulatorSettings } from './options.js';
import type { Operation } from './route.js';
import { refuse } from './service-error.js';

/** Whoever signs requests: the access key of the settings, or a session of a role. */
export interface Key {
  readonly id: string;
  readonly secret: string;
  /** What requests must carry; undefined: nothing is looked at. */
  readonly token: string | undefined;
  /** Undefined: all. */
  readonly allows: readonly string[] | undefined;
}

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
    this.#key = { id: accessKeyId, secret: accessKeySecret, token: securityToken, allows: undefined };
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
  begin({ allows }: RoleOptions, expiresAt: number): Key {
    const [id, secret, token] = [`STS.${text(16)}`, text(32), text(64)];
    const session = { id, secret, token, allows, expiresAt };
    this.#sessions.set(id, session);
    return session;
  }

  /** Ends every session before its time, as a revoked role does. */
  endSessions(): void {
    this.#sessions.clear();
  }

  /** @param resource what it is done to, for the message @throws ServiceError Unauthorized */
  checkRight({ allows }: Key, operation: Operation, resource: string): void {
    const action = ACTIONS[operation];
    if (!this.denied.has(action) && allows?.includes(action) !== false) return;
    throw refuse.unauthorized(`denied by sts or ram, action: ${action}, resource: acs:log:*:*:${resource}`);
  }
}

function text(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}
