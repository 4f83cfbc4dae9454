import { ConflictError, UnauthenticatedError } from '../../shared/errors.js';

/** Wrong, too old or used: nobody is told which. */
export class InvalidMfaCode extends UnauthenticatedError {
  readonly code = 'invalid_mfa_code';
  constructor() { super('This code is not right, too old, or was used before. Wait for the next one, or take a recovery code.'); }
}

export class InvalidChallenge extends UnauthenticatedError {
  readonly code = 'invalid_challenge';
  constructor() { super('This challenge is over. Sign in again.'); }
}

export class MfaNotEnrolled extends ConflictError {
  readonly code = 'mfa_not_enrolled';
  constructor() { super('This account has no second factor. Enrol with POST /auth/mfa/totp.'); }
}

export class MfaAlreadyEnrolled extends ConflictError {
  readonly code = 'mfa_already_enrolled';
  constructor() { super('This account has a second factor already. Remove it first: DELETE /auth/mfa.'); }
}

export class MfaIsRequired extends ConflictError {
  readonly code = 'mfa_is_required';
  constructor() { super('This account must have a second factor, so it cannot be removed.'); }
}
