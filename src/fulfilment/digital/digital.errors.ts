import { ConflictError, DomainError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class DownloadNotFound extends NotFoundError {
  readonly code = 'download_not_found';
  constructor() { super('There is no such download.'); }
}

abstract class Gone extends DomainError { readonly status = 410; }

export class DownloadExpired extends Gone {
  readonly code = 'download_expired';
  constructor() { super('The time of this link is over.'); }
}

export class DownloadUsedUp extends Gone {
  readonly code = 'download_used_up';
  constructor(max: number) { super(`This link was used ${max} times, which is all.`, { max }); }
}

export class FileMissing extends RuleViolation {
  readonly code = 'file_missing';
  constructor() { super('Send one file in the field "file".', {}, [{ pointer: '#/body/file', code: 'any_required', message: '"file" is required' }]); }
}

/** The file of something that was sold is not there: nothing is counted. */
export class FileNotStored extends ConflictError {
  readonly code = 'file_not_stored';
  constructor(sku: string) { super('The file is not there yet. Try again later.', { sku }); }
}
