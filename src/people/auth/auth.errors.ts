import { ConflictError, DomainError, ForbiddenError, NotFoundError, RuleViolation, UnauthenticatedError } from '../../shared/errors.js';
import { PASSWORD_SENTENCES, type PasswordProblem } from './password-policy.js';

/** The same for an unknown address, a wrong password and a disabled account. */
export class InvalidCredentials extends UnauthenticatedError {
  readonly code = 'invalid_credentials';
  constructor() { super('E-mail or password is wrong.'); }
}

export class TooManyFailedSignIns extends DomainError {
  readonly status = 429;
  readonly code = 'too_many_failed_sign_ins';
  constructor(override readonly retryAfterSeconds: number) {
    super(`Too many failed attempts to sign in. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`, { retryAfterSeconds });
  }
}

export class InvalidToken extends UnauthenticatedError {
  readonly code = 'invalid_token';
  constructor() { super('This access token is not valid, or not any more.'); }
}

export class InvalidRefreshToken extends UnauthenticatedError {
  readonly code = 'invalid_refresh_token';
  constructor() { super('This refresh token is not valid, or not any more. Sign in again.'); }
}

export class RefreshTokenReused extends UnauthenticatedError {
  readonly code = 'refresh_token_reused';
  constructor() { super('This refresh token was used before, so somebody may have stolen it. The session is over; sign in again.'); }
}

export class EmailTaken extends ConflictError {
  readonly code = 'email_taken';
  constructor() { super('There is an account with this e-mail address already.'); }
}

export class UsernameTaken extends ConflictError {
  readonly code = 'username_taken';
  constructor() { super('There is an account with this user name already.'); }
}

export class WeakPassword extends RuleViolation {
  readonly code = 'weak_password';
  constructor(problem: PasswordProblem, field = 'password') {
    super(PASSWORD_SENTENCES[problem], { problem }, [{ pointer: `#/body/${field}`, code: `password_${problem}`, message: PASSWORD_SENTENCES[problem] }]);
  }
}

export class RoleNotHeld extends ForbiddenError {
  readonly code = 'role_not_held';
  constructor(role: string, held: readonly string[]) { super(`This account is no ${role}.`, { role, held }); }
}

/** The password, link or provider was right; what is missing is the second factor. */
export class MfaRequired extends UnauthenticatedError {
  readonly code = 'mfa_required';
  constructor(challenge: { challengeToken: string; expiresIn: number }) {
    super('A code of the second factor is needed: POST /auth/mfa/challenge with challengeToken and code.', { ...challenge, methods: ['totp', 'recovery_code'], endpoint: '/auth/mfa/challenge' });
  }
}

export class StepUpRequired extends ForbiddenError {
  readonly code = 'step_up_required';
  constructor(isEnrolled: boolean) {
    super(isEnrolled ? 'Prove your second factor again, then repeat this call: POST /auth/mfa/step-up.' : 'This needs a second factor. Enrol first: POST /auth/mfa/totp.',
      { endpoint: isEnrolled ? '/auth/mfa/step-up' : '/auth/mfa/totp' });
  }
}

/** Somebody without a password has nothing else to prove themselves with. */
export class FreshSignInRequired extends ForbiddenError {
  readonly code = 'fresh_sign_in_required';
  constructor() { super('Sign in again, then repeat this call within 5 min.'); }
}

export class SessionNotFound extends NotFoundError {
  readonly code = 'session_not_found';
  constructor() { super('You have no such session.'); }
}

export class UserNotFound extends NotFoundError {
  readonly code = 'user_not_found';
  constructor() { super('There is no such user.'); }
}

export class LastAdmin extends ConflictError {
  readonly code = 'last_admin';
  constructor() { super('This is the last admin. Make somebody else admin first.'); }
}

export class BeyondOwnPermissions extends ForbiddenError {
  readonly code = 'beyond_own_permissions';
  constructor(permissions: readonly string[]) {
    super(`Nobody grants or takes away what they lack themselves: ${permissions.join(', ')}.`, { permissions });
  }
}
