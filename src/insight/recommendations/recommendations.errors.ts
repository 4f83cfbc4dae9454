import { NotFoundError } from '../../shared/errors.js';

export class RecommendedForNotFound extends NotFoundError {
  readonly code = 'product_not_found';
  constructor() { super('There is no such product.'); }
}
