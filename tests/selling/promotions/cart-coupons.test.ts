import { givenUser } from '../../support/given.js';
import { ADDRESS, euros, openShop, type Shop } from '../../support/shop.js';
import { FREE_SHIPPING, TEN_PERCENT, promotionWords } from './promotion-shop.js';

let shop: Shop;
let words: ReturnType<typeof promotionWords>;
beforeAll(async () => {
  shop = await openShop();
  words = promotionWords(shop);
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

test('a coupon is taken as it is typed, reduces the cart, and goes again', async () => {
  await words.running({ ...TEN_PERCENT, code: 'Save10' });
  const { sku } = await shop.given.variant({ price: 1999 });
  const { guest } = await shop.given.cart([sku, 2]);

  const added = await words.addCoupon(guest, '  save10 ');

  expect(added.status).toBe(200);
  expect(added.body.data).toMatchObject({
    coupons: ['SAVE10'], refusedCoupons: [], problems: [], promotions: [{ name: 'Ten percent', code: 'SAVE10', amount: euros(400) }],
    totals: { subtotal: euros(3998), discountTotal: euros(400), grandTotal: euros(3598) },
  });
  expect(added.body.data.items[0]).toMatchObject({ discount: euros(400), lineTotal: euros(3598) });
  const again = await words.addCoupon(guest, 'SAVE10');
  expect(again.body.data.coupons).toEqual(['SAVE10']);

  const removed = await shop.call('delete', '/cart/coupons/save10', { headers: guest });
  expect(removed.body.data).toMatchObject({ coupons: [], promotions: [], totals: { grandTotal: euros(3998) } });
  const gone = await shop.call('delete', '/cart/coupons/save10', { headers: guest });
  expect([gone.status, gone.body.code]).toEqual([404, 'coupon_not_found']);
});

test('a code that nobody knows is refused, and so is one that has ended; the cart stays as it was', async () => {
  const ended = await words.running({ ...TEN_PERCENT, code: 'SUMMER', endsAt: '2026-01-01T00:00:00Z' });
  const draft = await words.staff.create({ ...TEN_PERCENT, code: 'NOTYET' });
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);

  const answers = await Promise.all(['NOBODY', 'SUMMER', 'NOTYET'].map((code) => words.addCoupon(guest, code)));

  expect([ended.phase, draft.body.data.state]).toEqual(['ended', 'draft']);
  expect(answers.map(({ status, body }) => [status, body.code, body.reason, body.coupon])).toEqual([
    [400, 'coupon_invalid', 'unknown', 'NOBODY'], [400, 'coupon_invalid', 'expired', 'SUMMER'], [400, 'coupon_invalid', 'unknown', 'NOTYET'],
  ]);
  expect((await words.cart(guest)).coupons).toEqual([]);
});

test('a code that is good but not for this cart is kept, says why, and begins to work with the next line', async () => {
  await words.running({ ...TEN_PERCENT, code: 'FROM50', conditions: { subtotal: { min: { EUR: 5000 } } } });
  const { sku } = await shop.given.variant({ price: 3000 });
  const { guest } = await shop.given.cart(sku);

  const added = await words.addCoupon(guest, 'FROM50');
  expect(added.body.data).toMatchObject({
    coupons: ['FROM50'], promotions: [], totals: { grandTotal: euros(3000) },
    refusedCoupons: [{ code: 'FROM50', reason: 'subtotal_too_low', message: 'It needs €50.00; the cart has €30.00.' }],
    problems: [{ code: 'coupon_not_applicable', coupon: 'FROM50', reason: 'subtotal_too_low' }],
  });

  const more = await shop.call('post', '/cart/items', { headers: guest, body: { sku } });
  expect(more.body.data).toMatchObject({ refusedCoupons: [], problems: [], totals: { subtotal: euros(6000), discountTotal: euros(600), grandTotal: euros(5400) } });
});

test('several codes act one after the other on what is left, whichever was typed first', async () => {
  await words.running({ ...TEN_PERCENT, code: 'FORTY', effect: { type: 'percentage', rateBps: 4000 } });
  await words.running({ ...TEN_PERCENT, code: 'SEVENTY', effect: { type: 'percentage', rateBps: 7000 } });
  const { sku } = await shop.given.variant({ price: 10_000 });
  const totals = await Promise.all([['FORTY', 'SEVENTY'], ['SEVENTY', 'FORTY']].map(async (codes) => {
    const { guest } = await shop.given.cart(sku);
    for (const code of codes) await words.addCoupon(guest, code);
    return (await words.cart(guest)).totals;
  }));

  expect(totals.map(({ discountTotal, grandTotal }) => [discountTotal.amount, grandTotal.amount])).toEqual([[8200, 1800], [8200, 1800]]);
});

test('free shipping waits for a method and then takes its price off, not that of the goods', async () => {
  await words.running({ ...FREE_SHIPPING, code: 'POSTFREE' });
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);

  expect((await words.addCoupon(guest, 'POSTFREE')).body.data).toMatchObject({ refusedCoupons: [], promotions: [{ code: 'POSTFREE', amount: euros(0) }] });
  const chosen = await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'standard' } });

  const { amount } = chosen.body.data.promotions[0].amount;
  expect(amount).toBeGreaterThan(0);
  expect(chosen.body.data.totals).toMatchObject({ subtotal: euros(1000), discountTotal: euros(0), shippingTotal: euros(0), grandTotal: euros(1000) });
});

test('?explain=true lists every rule that was tried, with its result, its reason and its amount', async () => {
  const automatic = await words.running({ ...TEN_PERCENT, name: 'For Germans', trigger: 'automatic', conditions: { countries: ['DE'] } });
  await words.running({ ...TEN_PERCENT, name: 'Five off', code: 'FIVE', effect: { type: 'fixed', amounts: { EUR: 500 } } });
  const { sku } = await shop.given.variant({ price: 2000 });
  const { guest, id } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'FIVE');

  const { explanation } = await words.cart(guest, '?explain=true');
  await words.stop(automatic.id);

  expect(explanation.map(({ name, trigger, result, reason, message, amount }: Record<string, unknown>) => ({ name, trigger, result, reason, message, amount }))).toEqual([
    { name: 'Five off', trigger: 'coupon', result: 'applied', reason: 'applied', message: '€5.00 off.', amount: euros(500) },
    { name: 'For Germans', trigger: 'automatic', result: 'refused', reason: 'country', message: 'It does not run in GB.', amount: euros(0) },
  ]);
  expect((await words.cart(guest)).explanation).toBeUndefined();
  const forStaff = await shop.call('get', `/carts/${id as string}/explanation`, { headers: shop.keys.secret });
  expect(forStaff.body.data.items.map(({ name, result }: Record<string, string>) => [name, result])).toEqual([['Five off', 'applied']]);
});

test('a guest who signs in keeps the codes of both carts', async () => {
  await words.running({ ...TEN_PERCENT, code: 'GUESTS' });
  await words.running({ ...TEN_PERCENT, code: 'OWN' });
  const ada = await givenUser(shop);
  const { sku } = await shop.given.variant();
  await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku } });
  await words.addCoupon(ada.headers, 'OWN');
  const { guest, token } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'GUESTS');

  const merged = await shop.call('post', '/cart/merge', { headers: ada.headers, body: { cartToken: token } });

  expect(merged.body.data.coupons).toEqual(['OWN', 'GUESTS']);
});

test('checkout refuses a silent new amount when a code stopped working, and goes on once it is agreed to', async () => {
  const ten = await words.running({ ...TEN_PERCENT, code: 'STOPS' });
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart(sku);
  await words.addCoupon(guest, 'STOPS');
  await words.stop(ten.id);
  const before = await shop.count('orders');

  const refused = await shop.order(guest);

  expect([refused.status, refused.body.code]).toEqual([409, 'cart_changed']);
  expect(refused.body.problems).toEqual([{ code: 'coupon_not_applicable', coupon: 'STOPS', reason: 'inactive', message: 'It is not running.' }]);
  expect(refused.body.totals).toMatchObject({ subtotal: euros(1000), discountTotal: euros(0) });
  expect(await shop.count('orders')).toBe(before);

  const agreed = await shop.order(guest, { expectedTotal: refused.body.totals.grandTotal });
  expect(agreed.status).toBe(201);
  expect(agreed.body.data).toMatchObject({ coupons: [], promotions: [], totals: { discountTotal: euros(0) } });
});

describe('without expectedTotal an order costs at most what the cart last told', () => {
  const ordered = async (guest: Record<string, string>, more: object = {}) => {
    const before = [await shop.count('orders'), await shop.count('stock_holds'), await shop.count('outbox')];
    const reply = await shop.order(guest, more);
    if (reply.status === 409) expect([await shop.count('orders'), await shop.count('stock_holds'), await shop.count('outbox')]).toEqual(before);
    return reply;
  };
  const chosen = async (guest: Record<string, string>) => {
    await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: ADDRESS } });
    return (await shop.call('put', '/cart/shipping-method', { headers: guest, body: { code: 'standard' } })).body.data;
  };
  const changes = (...parts: Array<[string, number, number]>) => parts.map(([part, before, after]) => ({ part, before: euros(before), after: euros(after) }));

  test.each([
    { _case: 'told without a place', prepare: async () => {} },
    { _case: 'told with place and method', prepare: chosen },
  ])('an automatic promotion was stopped meanwhile ($_case): 409 naming it, until it is agreed to or the cart is changed', async ({ prepare }) => {
    const promotion = await words.running({ name: 'Tenth off', trigger: 'automatic', class: 'order', effect: { type: 'percentage', rateBps: 1000 } });
    const { sku } = await shop.given.variant({ price: 1000 });
    const { guest, items: [line] } = await shop.given.cart(sku);
    const other = (await shop.given.cart(sku)).guest;
    for (const one of [guest, other]) await prepare(one);
    await words.stop(promotion.id);

    const refused = await ordered(guest);

    expect(refused.body).toMatchObject({ status: 409, code: 'cart_changed', totals: { grandTotal: euros(1490) }, problems: [{ code: 'totals_changed' }] });
    expect(refused.body.changes).toEqual(expect.arrayContaining([{ part: 'line', itemId: line.id, sku, before: euros(900), after: euros(1000) }, ...changes(['discount', 100, 0])]));
    expect((await words.cart(guest)).problems).toMatchObject([{ code: 'totals_changed', changes: expect.arrayContaining(changes(['discount', 100, 0])) }]);
    expect((await ordered(guest, { expectedTotal: euros(1390) })).body).toMatchObject({ status: 409, code: 'cart_changed', problems: [{ code: 'totals_changed' }], expectedTotal: euros(1390) });
    expect((await ordered(guest, { expectedTotal: euros(1490) })).body.data.totals.grandTotal).toEqual(euros(1490));
    expect((await shop.call('put', `/cart/items/${(await words.cart(other)).items[0].id}`, { headers: other, body: { quantity: 2 } })).body.data.problems).toEqual([]);
    expect((await ordered(other)).body.data.totals.grandTotal).toEqual(euros(2490));
  });

  test('the rate of a coupon was lowered: 409; raised: the order is placed for less', async () => {
    const ten = await words.running({ ...TEN_PERCENT, code: 'MOVES' });
    const { sku } = await shop.given.variant({ price: 1000 });
    const [{ guest: poorer }, { guest: richer }] = [await shop.given.cart(sku), await shop.given.cart(sku)];
    for (const one of [poorer, richer]) await words.addCoupon(one, 'MOVES');

    await words.staff.put(ten.id, { ...TEN_PERCENT, effect: { type: 'percentage', rateBps: 500 } });
    expect((await ordered(poorer)).body).toMatchObject({ code: 'cart_changed', problems: [{ code: 'totals_changed', before: euros(900), after: euros(950) }] });
    await words.staff.put(ten.id, { ...TEN_PERCENT, effect: { type: 'percentage', rateBps: 2000 } });
    expect((await ordered(richer)).body.data.totals.grandTotal).toEqual(euros(1290));
  });

  test('the chosen delivery became dearer: 409; a method of the request itself was told by nobody and counts as it is', async () => {
    const zone = (await shop.call('post', '/shipping/zones', { headers: shop.keys.secret, body: { code: 'all', name: 'All', restOfWorld: true } })).body.data;
    const method = (await shop.call('post', '/shipping/methods', { headers: shop.keys.secret, body: { zoneId: zone.id, code: 'standard', name: 'Post', rate: { kind: 'flat', prices: { EUR: 0 } } } })).body.data;
    const { sku } = await shop.given.variant({ price: 1000 });
    const [{ guest }, { guest: unchosen }] = [await shop.given.cart(sku), await shop.given.cart(sku)];
    expect((await chosen(guest)).totals.grandTotal).toEqual(euros(1000));

    await shop.call('patch', `/shipping/methods/${method.id as string}`, { headers: shop.keys.secret, body: { rate: { kind: 'flat', prices: { EUR: 700 } } } });
    const refused = await ordered(guest);

    expect(refused.body).toMatchObject({ code: 'cart_changed', problems: [{ code: 'totals_changed', changes: changes(['shipping', 0, 700], ['tax', 167, 284], ['total', 1000, 1700]) }] });
    expect((await ordered(unchosen)).body.data.totals.grandTotal).toEqual(euros(1700));
    await shop.call('delete', `/shipping/methods/${method.id as string}`, { headers: shop.keys.secret });
    await shop.call('delete', `/shipping/zones/${zone.id as string}`, { headers: shop.keys.secret });
  });

  test('carts that were merged have been told what both cost together', async () => {
    const promotion = await words.running({ name: 'Tenth off', trigger: 'automatic', class: 'order', effect: { type: 'percentage', rateBps: 1000 } });
    const { sku } = await shop.given.variant({ price: 1000 });
    const ada = await givenUser(shop);
    await shop.call('post', '/cart/items', { headers: ada.headers, body: { sku } });
    const { token } = await shop.given.cart(sku);
    const merged = await shop.call('post', '/cart/merge', { headers: ada.headers, body: { cartToken: token } });
    await words.stop(promotion.id);

    expect([merged.body.data.totals.grandTotal, merged.body.data.problems]).toEqual([euros(1800), []]);
    expect((await ordered(ada.headers)).body.problems).toMatchObject([{ code: 'totals_changed', before: euros(1800), after: euros(2000) }]);
  });
});

test('a cart holds at most twenty codes', async () => {
  const many = await words.running({ ...TEN_PERCENT });
  const codes = Array.from({ length: 21 }, (_, at) => `MANY-${at}`);
  await words.staff.post(`/${many.id}/codes`, { codes, maxUses: null });
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);
  for (const code of codes.slice(0, 20)) await words.addCoupon(guest, code);

  const last = await words.addCoupon(guest, codes[20]!);

  expect([last.status, last.body.code, last.body.limit]).toEqual([400, 'too_many_coupons', 20]);
  const { promotions, refusedCoupons } = await words.cart(guest);
  expect([promotions.length, refusedCoupons.length, refusedCoupons[0].reason]).toEqual([1, 19, 'same_promotion']);
});
