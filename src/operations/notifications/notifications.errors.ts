import { ConflictError, NotFoundError } from '../../shared/errors.js';

export class MailNotFound extends NotFoundError {
  readonly code = 'mail_not_found';
  constructor() { super('There is no such mail.'); }
}

export class MailNotDead extends ConflictError {
  readonly code = 'mail_not_dead';
  constructor(state: string) { super(`This mail is ${state}; only one that was set aside can be sent again.`, { state, allowed: ['dead'] }); }
}
