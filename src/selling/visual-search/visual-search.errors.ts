import { DomainError, RuleViolation } from '../../shared/errors.js';

export class PictureUnreadable extends DomainError {
  readonly status = 415;
  readonly code = 'picture_unreadable';
  constructor() { super('This file cannot be read as a picture. Send a JPEG, PNG, WebP, GIF or AVIF.'); }
}

export class PictureRequired extends RuleViolation {
  readonly code = 'file_required';
  constructor() { super('Send the picture in the field file of a multipart/form-data body.', {}, [{ pointer: '#/body/file', code: 'file_required', message: '"file" is required' }]); }
}
