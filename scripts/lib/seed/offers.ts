import { SYSTEM } from '../../../src/shared/actor.js';
import { money } from '../../../src/shared/money.js';
import type { SeedProduct } from '../../seed-data/index.js';
import type { OpenShop } from './seed-shop.js';

export const DEMO_COUPON = 'WELCOME10';
const [NAME, CURRENCY, CARD_VALUE, LISTED] = ['Welcome: 10 % off', 'EUR', 2_500, 20];

/** One of each that a shop works with: a promotion with its coupon, a gift card, a price list. None of them changes what a visitor pays unasked. Answers the card's code, once. */
export async function seedOffers({ container, connection }: OpenShop, products: readonly SeedProduct[]): Promise<string | null> {
  const { promotions, giftCards, pricing, inTransaction } = container;
  // A seed that was cut off may have made them without marking them as done.
  if (await connection.collection('promotions').findOne({ name: NAME })) return null;
  return inTransaction(async () => {
    const promotion = await promotions.create({
      name: NAME, trigger: 'coupon', class: 'order', priority: 100, combinesWith: ['product', 'order', 'shipping'], startsAt: null, endsAt: null,
      appliesTo: {}, effect: { type: 'percentage', rateBps: 1_000 }, conditions: {}, limits: {}, code: DEMO_COUPON,
    }, SYSTEM);
    await promotions.become(promotion.id, 'active', { ifMatch: undefined, actor: SYSTEM });
    const list = await pricing.createList({
      name: 'Outlet', currency: CURRENCY, kind: 'sale', priority: 10, active: true, groupIds: [], companyIds: [], channels: ['outlet'], startsAt: null, endsAt: null,
    }, SYSTEM);
    await pricing.putEntries(list.id, outletOf(products), SYSTEM);
    const { code } = await giftCards.issue({ amount: money(CARD_VALUE, CURRENCY), reason: 'demo', actor: SYSTEM });
    return code;
  });
}

/** A third off the first things on sale in the market's currency. */
function outletOf(products: readonly SeedProduct[]) {
  return products.flatMap(({ variants }) => variants).flatMap(({ sku, prices }) => {
    const base = prices.find(({ currency }) => currency === CURRENCY)?.base;
    return base === undefined ? [] : [{ sku, tiers: [{ minQuantity: 1, amount: Math.ceil(base * 0.67) }] }];
  }).slice(0, LISTED);
}
