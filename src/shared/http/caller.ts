import type { Actor } from '../actor.js';
import { ForbiddenError, UnauthenticatedError } from '../errors.js';
import type { Permission } from '../permissions.js';

/** Who may call a route. Declared on every route; there is no default. */
export type Access =
  /** Anyone, without a key: health, documents, signed webhooks. */
  | 'public'
  /**
   * An application whose key has the scope; `user` says whether a person must be signed in as well. With `ignored` nobody
   * looks at the bearer token: an app that still sends an expired one must be able to sign in or to refresh it.
   */
  | {
    scope: string; user?: 'optional' | 'required' | 'ignored';
    /** Who holds this sees what belongs to others as well; a server that does needs no user. */
    staff?: Permission;
  }
  /** Staff whose roles hold the permission, or a server whose secret key has it as a scope. */
  | { permission: string };

export type KeyIdentity = Readonly<{
  id: string; kind: 'publishable' | 'secret'; name: string; scopes: ReadonlySet<string>; rateLimitPerMinute?: number;
  /** Where its users buy; absent is the usual channel. */
  channel?: string;
}>;
export type UserIdentity = Readonly<{
  id: string; sessionId: string; email: string; roles: readonly string[]; permissions: ReadonlySet<string>;
  /** The permissions wait until this person has a second factor: until then there are none. */
  mustEnrolMfa?: boolean;
}>;
/** What is known of the other side of a request. Handlers decide ownership with it, never with the body. */
export type Caller = Readonly<{
  key: KeyIdentity | null; user: UserIdentity | null; ip: string;
  /** What the body has to be, of a request that is signed. */
  bodySha256?: string;
}>;

class ApiKeyRequired extends UnauthenticatedError {
  readonly code = 'api_key_required';
  constructor() { super('This call needs a valid key in x-api-key; a secret key also needs its x-app-secret.'); }
}

export class AuthenticationRequired extends UnauthenticatedError {
  readonly code = 'authentication_required';
  constructor() { super('Sign in first: this call needs an access token in Authorization: Bearer.'); }
}

class MissingScope extends ForbiddenError {
  readonly code = 'missing_scope';
  constructor(scope: string) { super(`This key may not do that: it lacks ${scope}.`, { scope }); }
}

class MfaEnrolmentRequired extends ForbiddenError {
  readonly code = 'mfa_enrolment_required';
  constructor() { super('Staff need a second factor here. Enrol first: POST /auth/mfa/totp, then POST /auth/mfa/totp/confirmation.', { endpoint: '/auth/mfa/totp' }); }
}

class MissingPermission extends ForbiddenError {
  readonly code = 'missing_permission';
  constructor(permission: string) { super(`This account may not do that: it lacks ${permission}.`, { permission }); }
}

/** Deny by default: passes only what the declaration names. */
export function authorise(access: Access, caller: Caller): void {
  if (access === 'public') return;
  const { key, user } = caller;
  if (!key) throw new ApiKeyRequired();
  if ('scope' in access) {
    if (!key.scopes.has(access.scope)) throw new MissingScope(access.scope);
    const actsForOthers = access.staff !== undefined && mayAct(caller, access.staff);
    if (access.user === 'required' && !user && !actsForOthers) throw new AuthenticationRequired();
    return;
  }
  if (key.kind === 'secret' && key.scopes.has(access.permission)) return;
  if (user?.permissions.has(access.permission)) return;
  refusePermission(caller, access.permission);
}

/** Says what is missing in the words of whoever lacks it. */
export function refusePermission({ key, user }: Caller, permission: string): never {
  if (user?.mustEnrolMfa) throw new MfaEnrolmentRequired();
  if (user) throw new MissingPermission(permission);
  if (key?.kind === 'secret') throw new MissingScope(permission);
  throw new AuthenticationRequired();
}

/** True for staff and servers that hold the permission; a service uses it to widen what an owner would see. */
export const mayAct = ({ key, user }: Caller, permission: string): boolean =>
  user?.permissions.has(permission) === true || (key?.kind === 'secret' && key.scopes.has(permission));

/** What a vendor may do is decided product by product. */
export const isVendor = ({ user }: Caller): boolean => user?.roles.includes('vendor') === true;

export function actorOf({ key, user }: Caller): Actor {
  if (user) return { type: 'user', id: user.id };
  if (key?.kind === 'secret') return { type: 'key', id: key.id };
  return { type: 'guest', id: null };
}
