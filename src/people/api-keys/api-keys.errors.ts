import { ConflictError, ForbiddenError, NotFoundError, RuleViolation, UnauthenticatedError } from '../../shared/errors.js';

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

export class SigningBeyondKind extends RuleViolation {
  readonly code = 'signing_beyond_kind';
  constructor() {
    super('A publishable key has no secret to sign with. Issue a secret key.', {}, [
      { pointer: '#/body/signing', code: 'signing_beyond_kind', message: 'only a secret key can sign' },
    ]);
  }
}

export class UsageSpanTooLong extends RuleViolation {
  readonly code = 'bad_span';
  constructor(days: number) {
    super(`Ask for a span of 1 to ${days} days, from before to.`, { days }, [{ pointer: '#/query/from', code: 'bad_span', message: `from must lie before to, and at most ${days} days` }]);
  }
}

export class SignatureRequired extends UnauthenticatedError {
  readonly code = 'signature_required';
  constructor() { super('Requests with this key have to be signed: send x-signature, x-signature-timestamp, x-signature-nonce and x-content-sha256.'); }
}

export class InvalidSignature extends UnauthenticatedError {
  readonly code = 'invalid_signature';
  constructor() { super('This signature does not fit the request. Sign METHOD|path with query|timestamp|nonce|SHA-256 of the body, with the signing secret of this key.'); }
}

export class SignatureOutOfTime extends UnauthenticatedError {
  readonly code = 'signature_out_of_time';
  constructor(now: Date) { super('This signature is too old or lies in the future. Set the clock, then sign anew.', { serverTime: now.toISOString() }); }
}

export class RequestReplayed extends UnauthenticatedError {
  readonly code = 'request_replayed';
  constructor() { super('A request with this nonce has been taken already. Sign each request with a nonce of its own.'); }
}
