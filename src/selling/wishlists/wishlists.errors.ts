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

export class StopLinkInvalid extends NotFoundError {
  readonly code = 'link_invalid';
  constructor() { super('This link is not one of ours. Use the one of the mail, or withdraw the consent wishlist_alerts in the account.'); }
}

export class VariantNeeded extends ConflictError {
  readonly code = 'variant_needed';
  constructor() { super('This product is sold in several variants. Say which one with sku.'); }
}

export class WishedVariantNotFound extends NotFoundError {
  readonly code = 'variant_not_found';
  constructor(sku: string) { super(`This product has no variant ${sku}.`, { sku }); }
}

export class NotOnWishlist extends NotFoundError {
  readonly code = 'not_on_wishlist';
  constructor() { super('This is not on the wishlist, or another device has moved it already.'); }
}
