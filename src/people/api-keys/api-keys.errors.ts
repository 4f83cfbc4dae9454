import { ConflictError, ForbiddenError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class ApiKeyNotFound extends NotFoundError {
  readonly code = 'api_key_not_found';
  constructor() { super('There is no such API key.'); }
}

export class ScopesBeyondKind extends RuleViolation {
  readonly code = 'scopes_beyond_kind';
  constructor(scopes: readonly string[]) {
    super(`A publishable key can be read out of an app, so it cannot have ${scopes.join(', ')}.`, { scopes }, [
      { pointer: '#/body/scopes', code: 'scopes_beyond_kind', message: 'a publishable key takes storefront scopes only' },
    ]);
  }
}

export class ScopesBeyondOwn extends ForbiddenError {
  readonly code = 'beyond_own_permissions';
  constructor(scopes: readonly string[]) { super(`Nobody hands on what they lack themselves: ${scopes.join(', ')}.`, { scopes }); }
}

export class ExpiryInThePast extends RuleViolation {
  readonly code = 'expiry_in_the_past';
  constructor() {
    super('A key that has expired already is of no use. Choose a later expiresAt.', {}, [
      { pointer: '#/body/expiresAt', code: 'expiry_in_the_past', message: 'expiresAt must lie in the future' },
    ]);
  }
}

export class ApiKeyRevoked extends ConflictError {
  readonly code = 'api_key_revoked';
  constructor() { super('This key has been revoked or has expired. Issue a new one.'); }
}
