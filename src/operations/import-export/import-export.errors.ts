import { RuleViolation } from '../../shared/errors.js';

/** The file as a whole cannot be read, or not beyond this place. What is wrong in one row is a RowError instead. */
export class ImportFileError extends RuleViolation {
  constructor(readonly code: string, message: string, place: Readonly<{ line?: number; offset?: number }> = {}) {
    super(message, place);
  }
}
