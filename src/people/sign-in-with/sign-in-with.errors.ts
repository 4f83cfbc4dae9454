import { ConflictError, ForbiddenError, NotFoundError, UnauthenticatedError } from '../../shared/errors.js';

export class ProviderNotFound extends NotFoundError {
  readonly code = 'provider_not_found';
  constructor(known: readonly string[]) { super('Nobody signs in with this provider here.', { known }); }
}

/** Started elsewhere, finished before, too old, or the provider's answer was not genuine. */
export class ProviderSignInFailed extends UnauthenticatedError {
  readonly code = 'provider_sign_in_failed';
  constructor() { super('This sign-in is not good, or not any more. Start again.'); }
}

export class ProviderEmailUnverified extends ForbiddenError {
  readonly code = 'provider_email_unverified';
  constructor() { super('The provider has not verified your e-mail address. Verify it there, or sign in with your password and link the provider then (POST /auth/identities/:provider).'); }
}

export class AccountExists extends ConflictError {
  readonly code = 'account_exists';
  constructor() { super('There is an account with this address that has not confirmed it. Sign in to it (POST /auth/login or /auth/login/link), then link the provider (POST /auth/identities/:provider).'); }
}

export class IdentityTaken extends ConflictError {
  readonly code = 'identity_taken';
  constructor() { super('This identity is linked already, or this account has another one of the provider.'); }
}

export class IdentityNotFound extends NotFoundError {
  readonly code = 'identity_not_found';
  constructor() { super('Your account is not linked with this provider.'); }
}

export class LastWayIn extends ConflictError {
  readonly code = 'last_way_in';
  constructor() { super('Nothing else opens this account. Choose a password first: POST /auth/password/forgot.'); }
}
