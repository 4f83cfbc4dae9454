import type { Shop } from '../../support/shop.js';

type Json = any; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts

export const TEN_PERCENT = { name: 'Ten percent', trigger: 'coupon', class: 'order', effect: { type: 'percentage', rateBps: 1000 } };
export const FREE_SHIPPING = { name: 'Free shipping', trigger: 'coupon', class: 'shipping', effect: { type: 'shipping', rateBps: 10_000 } };

/** Short words for staff of promotions. */
export function promotionWords(shop: Shop) {
  const secret = { headers: shop.keys.secret };
  const staff = {
    create: (body: Json) => shop.call('post', '/promotions', { ...secret, body }),
    get: (path: string) => shop.call('get', `/promotions${path}`, secret),
    post: (path: string, body: Json = {}) => shop.call('post', `/promotions${path}`, { ...secret, body }),
    put: (id: string, body: Json, ifMatch?: string) => shop.call('put', `/promotions/${id}`, { headers: { ...shop.keys.secret, ...(ifMatch !== undefined && { 'if-match': ifMatch }) }, body }),
    delete: (path: string) => shop.call('delete', `/promotions${path}`, secret),
  };
  /** A promotion that runs. */
  const running = async (body: Json): Promise<Json> => {
    const made = await staff.create(body);
    if (made.status !== 201) throw new Error(JSON.stringify(made.body));
    const active = await staff.post(`/${made.body.data.id}/activation`);
    if (active.status !== 200) throw new Error(JSON.stringify(active.body));
    return active.body.data;
  };
  return {
    staff, running,
    addCoupon: (guest: Record<string, string>, code: string) => shop.call('post', '/cart/coupons', { headers: guest, body: { code } }),
    cart: async (guest: Record<string, string>, query = ''): Promise<Json> => (await shop.call('get', `/cart${query}`, { headers: guest })).body.data,
    /** Automatic ones would act on the carts of every later test. */
    stop: (id: string) => staff.post(`/${id}/deactivation`),
    usage: async (id: string): Promise<Json> => (await staff.get(`/${id}/usage`)).body.data,
    counter: (id: string) => shop.connection.collection('promotion_counters').findOne({ _id: id as never }) as Promise<Json>,
  };
}
