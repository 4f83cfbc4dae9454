import { euros, openShop } from '../../support/shop.js';
import { CARD, openGiftShop, type GiftShop } from './gift-shop.js';

let shop: GiftShop;
beforeAll(async () => { shop = await openGiftShop(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => { await shop.close(); });
const REFUSED = { status: 400, code: 'gift_card_not_usable', detail: 'This gift card cannot be used here.' };

test('staff issue a card; its code is answered once and stored nowhere', async () => {
  const { id, code, last4 } = await shop.giftCard(5000, { expiresAt: '2030-01-01T00:00:00.000Z' });
  const stored = await shop.connection.collection('value_accounts').findOne({ _id: id as never });
  const shown = await shop.call('get', `/gift-cards/${id}`, shop.staff);
  const asked = await shop.call('post', '/gift-cards/balance', { body: { code: code.toLowerCase().replaceAll('-', ' ') } });
  const everything = JSON.stringify([stored, await shop.events(), await shop.connection.collection('audit_entries').find().toArray()]);

  expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
  expect(shown.body.data).toMatchObject({ id, last4: code.slice(-4), balance: euros(5000), initial: euros(5000), status: 'active', expiresAt: '2030-01-01T00:00:00.000Z' });
  expect(asked.body.data).toEqual({ last4, balance: euros(5000), expiresAt: '2030-01-01T00:00:00.000Z' });
  expect(everything).not.toContain(code.replaceAll('-', ''));
  expect(everything).not.toContain(code);
});

test('whatever is wrong with a code, the answer is the same, and nothing is put on the cart', async () => {
  const [disabled, expired, spent, dollars] = [await shop.giftCard(1000), await shop.giftCard(1000, { expiresAt: '2020-01-01T00:00:00.000Z' }), await shop.giftCard(500), await shop.giftCard(1000, { amount: { amount: 1000, currency: 'USD' } })];
  await shop.call('patch', `/gift-cards/${disabled.id}`, { ...shop.staff, body: { status: 'disabled' } });
  const buyer = await shop.cartWith(1000, spent.code);
  await shop.order(buyer.guest);
  const { guest } = await shop.cartWith(1000);

  const answers = await Promise.all(['AAAA-BBBB-CCCC-DDDD', disabled.code, expired.code, spent.code, dollars.code].map((code) => shop.add(guest, code)));
  const asked = await Promise.all(['AAAA-BBBB-CCCC-DDDD', disabled.code, expired.code, spent.code].map((code) => shop.call('post', '/gift-cards/balance', { body: { code } })));
  const cart = await shop.call('get', '/cart', { headers: guest });

  for (const { body } of answers) expect(body).toMatchObject(REFUSED);
  for (const { body } of asked) expect(body).toMatchObject(REFUSED);
  const shapes = new Set([...answers, ...asked].map(({ body }) => JSON.stringify(Object.keys(body as object).sort())));
  expect(shapes.size).toBe(1);
  expect(cart.body.data).toMatchObject({ tenders: [], amountDue: euros(1000), version: 1 });
});

test('trying codes is limited for each address', async () => {
  const strict = await openShop({ env: { RATE_LIMIT_AUTH_PER_MINUTE: '5' } });
  const answers = [];
  for (let attempt = 0; attempt < 7; attempt++) answers.push((await strict.call('post', '/gift-cards/balance', { body: { code: `AAAA-BBBB-CCCC-${1000 + attempt}` } })).status);
  await strict.close();

  expect(answers).toEqual([400, 400, 400, 400, 400, 429, 429]);
});

test('a card pays first and the payment the rest; prices, discounts and taxes know nothing of it', async () => {
  const { id, code, last4 } = await shop.giftCard(1500);
  const { guest } = await shop.cartWith(2000);
  const before = await shop.call('get', '/cart', { headers: guest });
  const after = await shop.add(guest, code);
  const twice = await shop.add(guest, code);

  const order = await shop.order(guest, { payment: CARD, expectedDue: euros(990), expectedTotal: euros(2490) });

  expect(after.body.data).toMatchObject({ totals: before.body.data.totals, tenders: [{ kind: 'gift_card', id, last4, amount: euros(1500) }], amountDue: euros(500) });
  expect(twice.body.data.tenders).toHaveLength(1);
  expect(order.body.data).toMatchObject({
    status: 'placed', paymentStatus: 'paid', tenders: [{ kind: 'gift_card', last4, amount: euros(1500) }], amountDue: euros(990),
    totals: { grandTotal: euros(2490), taxTotal: euros(415), discountTotal: euros(0) }, payment: { status: 'succeeded', details: { amount: euros(990), captured: euros(990) } },
  });
  expect(await shop.balanceOf(id)).toBe(0);
});

test('a card that covers everything places the order at once, and keeps what is left for the next', async () => {
  const { id, code } = await shop.giftCard(10_000);
  const { guest } = await shop.cartWith(2000, code);

  const order = await shop.order(guest, { payment: CARD, expectedDue: euros(0) });
  const next = await shop.cartWith(2000);
  const again = await shop.add(next.guest, code);
  const removed = await shop.call('delete', `/cart/gift-cards/${id}`, { headers: next.guest });

  expect(order.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', amountDue: euros(0), payment: { status: 'succeeded' } });
  expect(await shop.balanceOf(id)).toBe(7510);
  expect([again.body.data.amountDue, removed.body.data.amountDue, removed.body.data.tenders]).toEqual([euros(0), euros(2000), []]);
});

test('when the card pays less than the customer saw, nothing is ordered', async () => {
  const { id, code } = await shop.giftCard(1500);
  const [slow, quick] = [await shop.cartWith(2000, code), await shop.cartWith(1000, code)];
  await shop.order(quick.guest);

  const refused = await shop.order(slow.guest, { payment: CARD, expectedDue: euros(990) });
  const level = await shop.level(slow.sku);

  expect(refused.body).toMatchObject({ status: 409, code: 'amount_due_changed', amountDue: euros(2480), tenders: [{ amount: euros(10) }] });
  expect([await shop.balanceOf(id), level.reserved]).toEqual([10, 0]);
});

test.each([
  { _case: 'and says nothing of amounts', agreeing: {} },
  { _case: 'and agrees to the total alone', agreeing: { expectedTotal: euros(2490) } },
])('when the card was emptied since the cart told what is left to pay $_case, nothing is charged before that is agreed to', async ({ agreeing }) => {
  const { id, code } = await shop.giftCard(1500);
  const [slow, quick] = [await shop.cartWith(2000, code), await shop.cartWith(1010, code)];
  await shop.order(quick.guest);

  const refused = await shop.order(slow.guest, { payment: CARD, ...agreeing });

  expect(refused.body).toMatchObject({ status: 409, code: 'amount_due_changed', amountDue: euros(2490), expectedDue: euros(990), tenders: [] });
  expect(refused.body.problems).toMatchObject([{ code: 'totals_changed', changes: [{ part: 'tenders', before: euros(1500), after: euros(0) }] }]);
  expect([await shop.balanceOf(id), (await shop.level(slow.sku)).reserved]).toEqual([0, 0]);
  const agreed = await shop.order(slow.guest, { payment: CARD, ...agreeing, expectedDue: euros(2490) });
  expect(agreed.body.data).toMatchObject({ status: 'placed', amountDue: euros(2490) });
});
