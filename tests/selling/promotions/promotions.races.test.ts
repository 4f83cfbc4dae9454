import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { givenUser } from '../../support/given.js';
import { euros } from '../../support/shop.js';
import { TEN_PERCENT, promotionWords } from './promotion-shop.js';

let shop: CardShop;
let words: ReturnType<typeof promotionWords>;
let sku: string;
beforeAll(async () => {
  shop = await openCardShop({ webhooks: false });
  words = promotionWords(shop);
  sku = (await shop.given.variant({ price: 10_000, stock: 10_000 })).sku;
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const times = <T>(n: number, work: (i: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_, i) => work(i)));
/** Carts of guests, past HTTP: what is raced for is the order. */
const cartsWith = (n: number, code: string | null) => times(n, async () => {
  const { service } = shop.container.cart;
  const { cartToken } = await service.addLineItem({}, { sku, quantity: 1 });
  if (code !== null) await service.addCoupon({ cartToken }, code);
  return { 'x-cart-token': cartToken! };
});
/** How often each answer was given. */
const tally = (replies: ReadonlyArray<{ status: number; body: { code?: string; reason?: string } }>) => {
  const counted: Record<string, number> = {};
  for (const { status, body } of replies) {
    const answer = status === 201 ? '201' : `${status} ${body.code} ${body.reason}`;
    counted[answer] = (counted[answer] ?? 0) + 1;
  }
  return counted;
};

test.each([
  { _case: 'paid on delivery', payment: { provider: 'offline' } },
  { _case: 'paid by card', payment: { provider: 'simulator', method: 'card', token: 'ok' } },
])('one use left and 100 checkouts $_case: one redemption, 99 clean refusals', async ({ _case, payment }) => {
  const code = `LAST-${_case.replaceAll(' ', '-')}`.toUpperCase();
  const { id } = await words.running({ ...TEN_PERCENT, code, limits: { uses: 1 } });
  const carts = await cartsWith(100, code);
  const before = await shop.count('orders');

  const replies = await times(100, (i) => shop.order(carts[i]!, { email: `buyer${i}@example.com`, payment }));

  expect(tally(replies)).toEqual({ 201: 1, '409 coupon_exhausted exhausted': 99 });
  expect(replies.find(({ status }) => status === 201)!.body.data).toMatchObject({ coupons: [code], totals: { discountTotal: euros(1000) } });
  expect(await shop.count('orders')).toBe(before + 1);
  expect(await words.counter(id)).toMatchObject({ uses: 1, limit: 1, spent: { EUR: 1000 } });
  expect(await shop.count('promotion_redemptions', { promotionId: id, state: 'held' })).toBe(1);
  expect((await shop.events()).filter(({ aggregateId }) => aggregateId === id).map(({ type }) => type).sort()).toEqual(['promotion.exhausted', 'promotion.redeemed']);
});

test('a budget of 55.00 and 200 orders of 10.00 off: five, and never more', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'BUDGET', limits: { budget: { EUR: 5500 } } });
  const carts = await cartsWith(200, 'BUDGET');

  const replies = await times(200, (i) => shop.order(carts[i]!, { email: `saver${i}@example.com` }));

  expect(tally(replies)).toEqual({ 201: 5, '409 coupon_exhausted budget_spent': 195 });
  expect(await words.counter(id)).toMatchObject({ uses: 5, spent: { EUR: 5000 }, budget: { EUR: 5500 } });
});

test('twice for a customer, and 50 orders of one mailbox in many spellings: two', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'TWICE', limits: { perCustomer: 2 } });
  const carts = await cartsWith(50, 'TWICE');
  const spellings = ['ada@example.com', 'ada+shop@example.com', 'ada+another@example.com'];

  const replies = await times(50, (i) => shop.order(carts[i]!, { email: spellings[i % spellings.length]! }));

  expect(tally(replies)).toEqual({ 201: 2, '409 coupon_exhausted customer_limit': 48 });
  expect(await shop.count('promotion_redemptions', { promotionId: id })).toBe(2);
  expect(JSON.stringify(await shop.connection.collection('promotion_redemptions').find({ promotionId: id }).toArray())).not.toContain('example.com');
});

test('once for a customer, who orders signed in and as a guest of the same mailbox at once: one', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'BOTH-WAYS', limits: { perCustomer: 1 } });
  const users = await times(5, () => givenUser(shop));
  const carts = await cartsWith(users.length * 4, 'BOTH-WAYS');
  for (const { headers } of users) {
    await shop.call('post', '/cart/items', { headers, body: { sku } });
    await words.addCoupon(headers, 'BOTH-WAYS');
  }

  const replies = await times(users.length * 5, (i) => {
    const { email, headers } = users[i % users.length]!;
    return shop.order(i < users.length ? headers : carts[i - users.length]!, { email: i % 2 === 0 ? email : email.replace('@', '+shop@') });
  });

  expect(tally(replies)).toEqual({ 201: users.length, '409 coupon_exhausted customer_limit': users.length * 4 });
  expect(await shop.count('promotion_redemptions', { promotionId: id })).toBe(users.length);
});

test('one single-use code in 30 carts: one order', async () => {
  const { id } = await words.running(TEN_PERCENT);
  await words.staff.post(`/${id}/codes`, { codes: ['ONLY-ONCE'] });
  const carts = await cartsWith(30, 'ONLY-ONCE');

  const replies = await times(30, (i) => shop.order(carts[i]!, { email: `one${i}@example.com` }));

  expect(tally(replies)).toEqual({ 201: 1, '409 coupon_exhausted code_used': 29 });
  expect((await words.staff.get(`/${id}/codes`)).body.data.items).toMatchObject([{ code: 'ONLY-ONCE', maxUses: 1, uses: 1 }]);
});

test('a limit binds an automatic promotion as well: five of forty', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, trigger: 'automatic', limits: { uses: 5 } });
  const carts = await cartsWith(40, null);

  const replies = await times(40, (i) => shop.order(carts[i]!, { email: `auto${i}@example.com`, expectedTotal: euros(9490) }));

  const refused = replies.filter(({ status }) => status === 409);
  await words.stop(id);
  expect([replies.filter(({ status }) => status === 201).length, refused.length]).toEqual([5, 35]);
  expect(refused.every(({ body }) => body.code === 'coupon_exhausted' || body.code === 'cart_changed')).toBe(true);
  expect(await words.counter(id)).toMatchObject({ uses: 5 });
});

test('thirty cancellations of one order give its use back once, while twenty others take it', async () => {
  const { id } = await words.running({ ...TEN_PERCENT, code: 'BACK', limits: { uses: 1, budget: { EUR: 1000 }, perCustomer: 1 } });
  const [first, ...others] = await cartsWith(21, 'BACK');
  const order = (await shop.order(first!, { email: 'first@example.com' })).body.data;

  const [cancelled, replies] = await Promise.all([
    times(30, () => shop.call('post', `/orders/${order.id}/cancellation`, { headers: shop.keys.secret, body: {} })),
    times(20, (i) => shop.order(others[i]!, { email: `other${i}@example.com` })),
  ]);

  expect(cancelled.filter(({ status }) => status === 200)).toHaveLength(1);
  const taken = replies.filter(({ status }) => status === 201).length;
  expect(taken <= 1).toBe(true);
  expect(await words.counter(id)).toMatchObject({ uses: taken, spent: { EUR: taken * 1000 } });
});
