import { ConflictError, NotFoundError } from '../../shared/errors.js';
import { MAX_ITEMS, MAX_LISTS } from './wishlists.js';

export class WishlistNotFound extends NotFoundError {
  readonly code = 'wishlist_not_found';
  constructor() { super('There is no such wishlist.'); }
}

export class WishedProductNotFound extends NotFoundError {
  readonly code = 'product_not_found';
  constructor() { super('There is no such product.'); }
}

export class TooManyWishlists extends ConflictError {
  readonly code = 'too_many_wishlists';
  constructor() { super(`Nobody has more than ${MAX_LISTS} wishlists. Delete one first.`, { limit: MAX_LISTS }); }
}

export class WishlistFull extends ConflictError {
  readonly code = 'wishlist_full';
  constructor() { super(`A wishlist holds ${MAX_ITEMS} things. Begin another one.`, { limit: MAX_ITEMS }); }
}
