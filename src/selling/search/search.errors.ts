import { UnavailableError } from '../../shared/errors.js';

export class SearchStarting extends UnavailableError {
  readonly code = 'search_starting';
  constructor() { super('The search is still reading the catalogue. Try again in a moment, or list products with GET /products?q=.'); }
}
