import { isVendor, mayAct, refusePermission, type Caller } from '../../shared/http/caller.js';
import { ReviewedProductNotFound } from './reviews.errors.js';
import type { Official } from './reviews.js';

/** Who speaks for the seller: the shop's staff of everything, a vendor of what is his. */
export function createSpeakers(vendorOf: (productId: string) => Promise<string | null>) {
  const find = (caller: Caller) => async (productId: string): Promise<Official | null> => {
    if (mayAct(caller, 'reviews:reply')) return 'shop';
    return isVendor(caller) && await vendorOf(productId) === caller.user!.id ? 'vendor' : null;
  };
  return {
    /** Null: speaks for himself. */
    find,
    required: (caller: Caller) => async (productId: string): Promise<Official> => {
      const found = await find(caller)(productId);
      if (found) return found;
      // To a vendor another's product is not there; to anybody else the door is shut.
      throw isVendor(caller) ? new ReviewedProductNotFound() : refusePermission(caller, 'reviews:reply');
    },
  };
}

export type Speakers = ReturnType<typeof createSpeakers>;
