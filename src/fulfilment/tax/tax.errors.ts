import { ConflictError, NotFoundError, RuleViolation } from '../../shared/errors.js';

export class TaxRateNotFound extends NotFoundError {
  readonly code = 'tax_rate_not_found';
  constructor() { super('There is no such tax rate.'); }
}

export class TaxRateExists extends ConflictError {
  readonly code = 'tax_rate_exists';
  constructor() { super('There is a rate of this layer and category for the same area from the same moment on. Change that one.'); }
}

export class TaxRatesNotImported extends RuleViolation {
  readonly code = 'tax_rates_not_imported';
  constructor(rows: ReadonlyArray<Readonly<{ line: number; column?: string; message: string }>>, errorsTotal: number) {
    super('Nothing was imported: errors names the lines of the file that are wrong.', { errorsTotal },
      rows.map(({ line, column, message }) => ({ pointer: `#/body/line/${line}${column === undefined ? '' : `/${column}`}`, code: 'invalid_row', message: `line ${line}: ${message}` })));
  }
}

export class InvalidVatId extends RuleViolation {
  readonly code = 'vat_id_invalid';
  constructor(reason: 'format' | 'unknown') {
    super(reason === 'format' ? 'This is not a VAT identification number of any country that we know; it begins with the country, like DE136695976.' : 'The authorities do not know this VAT identification number.', { reason });
  }
}

export class DutyRulesNotFound extends NotFoundError {
  readonly code = 'duty_rules_not_found';
  constructor(country: string) { super('No duties were entered for this country.', { country }); }
}
