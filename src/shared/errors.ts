/** One wrong field of a request: a JSON pointer to it, a stable word, a sentence. */
export type FieldError = Readonly<{ pointer: string; code: string; message: string }>;
type Facts = Readonly<Record<string, unknown>>;

/** A refusal the caller can understand. Anything else that is thrown is a defect and answers 500. */
export abstract class DomainError extends Error {
  abstract readonly status: number;
  abstract readonly code: string;
  /** Sent as Retry-After when the same call can succeed later. */
  readonly retryAfterSeconds?: number;

  constructor(message: string, readonly facts: Facts = {}, readonly errors: readonly FieldError[] = []) {
    super(message);
    this.name = new.target.name;
  }
}

export abstract class RuleViolation extends DomainError { readonly status = 400; }
export abstract class UnauthenticatedError extends DomainError { readonly status = 401; }
export abstract class ForbiddenError extends DomainError { readonly status = 403; }
export abstract class NotFoundError extends DomainError { readonly status = 404; }
export abstract class ConflictError extends DomainError { readonly status = 409; }
export abstract class PreconditionError extends DomainError { readonly status = 412; }
export abstract class UnprocessableError extends DomainError { readonly status = 422; }
export abstract class PreconditionMissing extends DomainError { readonly status = 428; }
export abstract class UnavailableError extends DomainError {
  readonly status = 503;
  override readonly retryAfterSeconds: number = 1;
}

export class InvalidRequest extends RuleViolation {
  readonly code = 'invalid_request';
  constructor(errors: readonly FieldError[]) { super('This request is not valid; errors names every wrong field.', {}, errors); }
}

/** Somebody else saved first. Reading again and repeating the call can succeed. */
export class ConcurrentChange extends ConflictError {
  readonly code = 'concurrent_change';
}

export class TooManyRequests extends DomainError {
  readonly status = 429;
  readonly code = 'too_many_requests';
  constructor(override readonly retryAfterSeconds: number) {
    super(`Too many requests. Try again in ${retryAfterSeconds} s.`, { retryAfterSeconds });
  }
}

/** The service is busy or a part that it needs is away. Nothing was changed that the caller was not told of. */
export class TemporarilyUnavailable extends UnavailableError {
  readonly code: string;
  constructor(code: string, message: string, override readonly retryAfterSeconds: number = 1) {
    super(message);
    this.code = code;
  }
}
