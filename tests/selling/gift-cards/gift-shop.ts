import { openCardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';

export const CARD = { provider: 'simulator', method: 'card', token: 'ok' };

/** A shop with a payment provider, and short words for gift cards. */
export async function openGiftShop() {
  const shop = await openCardShop({ webhooks: false });
  const staff = { headers: shop.keys.secret };
  const add = (guest: Record<string, string>, code: string) => shop.call('post', '/cart/gift-cards', { headers: guest, body: { code } });
  return {
    ...shop, staff, add,
    giftCard: async (amount: number, more: object = {}) => {
      const issued = await shop.call('post', '/gift-cards', { ...staff, body: { amount: euros(amount), reason: 'goodwill', ...more } });
      if (issued.status !== 201) throw new Error(JSON.stringify(issued.body));
      return issued.body.data as { id: string; code: string; last4: string };
    },
    cartWith: async (price: number, ...codes: string[]) => {
      const { sku } = await shop.given.variant({ price });
      const { guest } = await shop.given.cart(sku);
      for (const code of codes) await add(guest, code);
      return { guest, sku };
    },
    balanceOf: async (id: string) => (await shop.call('get', `/gift-cards/${id}`, staff)).body.data.balance.amount as number,
  };
}

export type GiftShop = Awaited<ReturnType<typeof openGiftShop>>;
