import { UnauthenticatedError } from '../../shared/errors.js';

/** Unknown, used, too old, or void by a change since: nobody is told which. */
export class InvalidCode extends UnauthenticatedError {
  readonly code = 'invalid_code';
  constructor() { super('This code is not good, or not any more. Ask for a new one.'); }
}
