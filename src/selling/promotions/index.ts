import { noPromotions } from '../cart/index.js';
import { CouponInvalid } from './promotions.errors.js';

export { CouponExhausted, EXHAUSTED } from './promotions.errors.js';

export function createPromotions() {
  return { promote: noPromotions, requireCoupon: async (code: string): Promise<void> => { throw new CouponInvalid(code, 'unknown'); } };
}
