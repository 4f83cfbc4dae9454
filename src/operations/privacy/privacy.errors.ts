import { ConflictError, NotFoundError } from '../../shared/errors.js';

export class AccountNotFound extends NotFoundError {
  readonly code = 'user_not_found';
  constructor() { super('There is no such account.'); }
}

export class ExportNotReady extends NotFoundError {
  readonly code = 'export_not_ready';
  constructor() { super('There is no file yet. Ask for one, and come back when its job has succeeded.'); }
}

export class OrdersStillOpen extends ConflictError {
  readonly code = 'orders_still_open';
  constructor(count: number) { super('Orders are still under way: they need an address. Erase the account when they are completed or cancelled.', { count }); }
}

export class AccountExists extends ConflictError {
  readonly code = 'account_exists';
  constructor() { super('Somebody has an account with this address. Erase the account instead: POST /customers/me/erasure.'); }
}

export class CodeNotGood extends NotFoundError {
  readonly code = 'order_access_not_found';
  constructor() { super('This code is unknown, used or too old. Ask for another: POST /orders/lookup.'); }
}

export class UpgradeUnderWay extends ConflictError {
  readonly code = 'upgrade_under_way';
  constructor() { super('Data that an older version still needs is not sealed yet, so nobody can be erased. Try again when the upgrade is finished: npm run migrate -- --finish.'); }
}

export class StaffAccount extends ConflictError {
  readonly code = 'staff_account';
  constructor() { super('This account has the rights of staff. Take them away first.'); }
}

export class WrongConfirmation extends ConflictError {
  readonly code = 'wrong_confirmation';
  constructor() { super('To erase the account, send its e-mail address as it is.'); }
}
