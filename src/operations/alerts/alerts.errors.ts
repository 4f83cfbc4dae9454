import { ConflictError, NotFoundError } from '../../shared/errors.js';

export class AlertNotFound extends NotFoundError {
  readonly code = 'alert_not_found';
  constructor() { super('There is no such alert.'); }
}

export class AlertAcknowledged extends ConflictError {
  readonly code = 'alert_acknowledged';
  constructor(acknowledgedAt: Date | undefined) { super('Somebody has acknowledged this alert already.', { acknowledgedAt: acknowledgedAt?.toISOString() }); }
}
