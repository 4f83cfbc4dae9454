import { NotFoundError } from '../../shared/errors.js';

export class InvoiceNotFound extends NotFoundError {
  readonly code = 'invoice_not_found';
  constructor() { super('There is no such invoice. An order gets its invoice when it is paid or sent.'); }
}
