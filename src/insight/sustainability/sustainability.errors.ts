import { NotFoundError } from '../../shared/errors.js';

export class FootprintNotFound extends NotFoundError {
  readonly code = 'footprint_not_found';
  constructor() { super('The footprint of this order is not computed yet: it is, shortly after the order is placed.'); }
}
