import { givenUser } from '../support/given.js';
import { euros, openShop, type Shop } from '../support/shop.js';
import { promotionWords } from '../selling/promotions/promotion-shop.js';

const DAY_MS = 86_400_000;
let shop: Shop;
let words: ReturnType<typeof promotionWords>;
beforeAll(async () => {
  shop = await openShop();
  words = promotionWords(shop);
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('a campaign, from its draft to its last use', async () => {
  const { sku } = await shop.given.variant({ price: 8000, stock: 100 });
  const reduced = await shop.given.variant({ prices: [{ currency: 'EUR', base: 9000, sale: 6000 }], stock: 100 });
  const [startsAt, endsAt] = [new Date(Date.now() + DAY_MS).toISOString(), new Date(Date.now() + 3 * DAY_MS).toISOString()];
  const campaign = {
    name: 'Spring: 15 %, at most 10.00', trigger: 'coupon', class: 'order', startsAt, endsAt, appliesTo: { excludeSaleItems: true },
    effect: { type: 'percentage', rateBps: 1500, cap: { EUR: 1000 } }, conditions: { subtotal: { min: { EUR: 5000 } } }, limits: { uses: 3, perCustomer: 1, budget: { EUR: 3000 } },
  };
  const buy = async (code: string, email: string, headers: Record<string, string> = {}) => {
    const { guest } = headers['authorization'] === undefined ? await shop.given.cart(sku) : { guest: headers };
    if (headers['authorization'] !== undefined) await shop.call('post', '/cart/items', { headers: guest, body: { sku } });
    await words.addCoupon(guest, code);
    return shop.order(guest, { email });
  };

  // Marketing tries it on a cart that nobody has, before anybody can use it.
  const tried = (await words.staff.post('/simulate', { promotion: campaign, cart: { currency: 'EUR', country: 'GB', at: new Date(Date.now() + 2 * DAY_MS).toISOString(), items: [{ sku, quantity: 1 }, { sku: reduced.sku, quantity: 1 }] } })).body.data;
  expect(tried.items.map(({ discount }: { discount: object }) => discount)).toEqual([euros(1000), euros(0)]);

  const { id } = (await words.staff.create(campaign)).body.data;
  expect((await words.staff.post(`/${id}/codes`, { count: 50, prefix: 'SPRING-' })).body.data.created).toBe(50);
  const codes = (await words.staff.get(`/${id}/codes?per_page=50`)).body.data.items.map(({ code }: { code: string }) => code) as string[];
  expect((await words.staff.post(`/${id}/activation`)).body.data.phase).toBe('scheduled');

  // A day too early the code is kept, and says when it begins.
  const early = await shop.given.cart(sku);
  expect((await words.addCoupon(early.guest, codes[0]!)).body.data.refusedCoupons).toMatchObject([{ reason: 'not_started', message: `It begins on ${startsAt}.` }]);
  shop.clock.offsetMs = 1.5 * DAY_MS;
  expect((await words.cart(early.guest)).totals.discountTotal).toEqual(euros(1000));
  const first = await shop.order(early.guest, { email: 'first@example.com' });
  expect([first.status, first.body.data.totals.discountTotal]).toEqual([201, euros(1000)]);

  // The same code and the same customer are too late; somebody else is not.
  const again = await buy(codes[0]!, 'other@example.com');
  expect([again.status, again.body.code, again.body.reason]).toEqual([409, 'coupon_exhausted', 'code_used']);
  const greedy = await buy(codes[1]!, 'first+more@example.com');
  expect([greedy.status, greedy.body.code, greedy.body.reason]).toEqual([409, 'coupon_exhausted', 'customer_limit']);
  const ada = await givenUser(shop);
  const second = await buy(codes[2]!, ada.email, ada.headers);
  const third = await buy(codes[3]!, 'third@example.com');
  expect([second.status, third.status]).toEqual([201, 201]);

  // Three uses: it is over, until one of them comes back.
  expect((await shop.events()).filter(({ type }) => type === 'promotion.exhausted').map(({ data }) => data)).toEqual([
    { promotionId: id, name: campaign.name, limits: ['uses', 'budget'], uses: 3, spent: euros(3000) },
  ]);
  const over = await buy(codes[4]!, 'fourth@example.com');
  expect([over.status, over.body.code, over.body.reason]).toEqual([409, 'coupon_exhausted', 'exhausted']);
  await shop.call('post', `/orders/${third.body.data.id as string}/cancellation`, { headers: shop.keys.secret, body: {} });
  await new Promise((resolve) => { setTimeout(resolve, 1_000); });
  const last = await buy(codes[4]!, 'fourth@example.com');
  expect(last.status).toBe(201);

  // What it came to, and why one of the orders cost what it did.
  expect(await words.usage(id)).toMatchObject({ uses: 3, returned: 1, limit: 3, left: 0, customers: 3, spent: [euros(3000)], budget: [euros(3000)], codes: { total: 50, used: 3 } });
  const { data: trace } = (await shop.call('get', `/orders/${last.body.data.id as string}/pricing-trace`, { headers: shop.keys.secret })).body;
  expect(trace).toMatchObject({ replay: { same: true, discount: euros(1000) }, rules: [{ code: codes[4], result: 'applied', message: '€10.00 off.', amount: euros(1000) }] });

  shop.clock.offsetMs = 4 * DAY_MS;
  const { guest } = await shop.given.cart(sku);
  const late = await words.addCoupon(guest, codes[5]!);
  expect([late.status, late.body.code, late.body.reason]).toEqual([400, 'coupon_invalid', 'expired']);
  expect((await words.staff.delete(`/${id}`)).body.data.state).toBe('archived');
  expect(await shop.violations()).toEqual([]);
});

test('cancelling one line leaves what the others were reduced by as it was', async () => {
  const { id } = await words.running({ name: 'Ten off the order', trigger: 'automatic', class: 'order', effect: { type: 'fixed', amounts: { EUR: 1000 } }, conditions: { subtotal: { min: { EUR: 6000 } } } });
  const [a, b, c] = [await shop.given.variant({ price: 3333 }), await shop.given.variant({ price: 2000 }), await shop.given.variant({ price: 999 })];
  const { guest } = await shop.given.cart(a.sku, b.sku, c.sku);
  const order = (await shop.order(guest)).body.data;
  await words.stop(id);
  const discounts = order.items.map(({ discount }: { discount: { amount: number } }) => discount.amount);
  expect(discounts).toEqual([526, 316, 158]);

  // Without the first line the order would not even reach the subtotal; what was agreed stays agreed.
  const cancelled = await shop.call('post', `/orders/${order.id as string}/cancellation`, { headers: shop.keys.secret, body: { lines: [{ itemId: order.items[0].id, quantity: 1 }] } });

  expect(cancelled.status).toBe(200);
  const after = cancelled.body.data;
  expect(after.items.map(({ discount, lineTotal, allocations }: Record<string, unknown>) => ({ discount, lineTotal, allocations })))
    .toEqual(order.items.map(({ discount, lineTotal, allocations }: Record<string, unknown>) => ({ discount, lineTotal, allocations })));
  expect(after.settlement).toMatchObject({ credited: euros(3333 - 526), due: euros(order.totals.grandTotal.amount - (3333 - 526)) });
  expect(await words.usage(id)).toMatchObject({ uses: 1, spent: [euros(1000)] });
  expect(await shop.violations()).toEqual([]);
});
