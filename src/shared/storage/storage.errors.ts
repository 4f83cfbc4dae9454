import { DomainError, ForbiddenError, NotFoundError, RuleViolation } from '../errors.js';

export class ObjectMissing extends NotFoundError {
  readonly code = 'file_not_found';
  constructor() { super('There is no such file.'); }
}

export class SignedUrlRefused extends ForbiddenError {
  readonly code = 'signed_url_refused';
  constructor() { super('This link is not valid: it expired, or it was changed. Ask for a new one.'); }
}

export class WrongUpload extends RuleViolation {
  readonly code = 'wrong_upload';
  constructor(what: string) { super(`This link takes another upload: ${what}. Ask for a link for the file that you have.`); }
}

export class UploadTooLarge extends DomainError {
  readonly status = 413;
  readonly code = 'upload_too_large';
  constructor(limit: number) { super(`The file is larger than the ${limit} bytes that this link takes.`, { limit }); }
}

/** The other side sent less, or more, than it said. */
export class SizeMismatch extends RuleViolation {
  readonly code = 'size_mismatch';
  constructor(facts: { expected: number; received: number }) { super(`The file should have ${facts.expected} bytes and has ${facts.received}${facts.received > facts.expected ? ' or more' : ''}. Send it again.`, facts); }
}
