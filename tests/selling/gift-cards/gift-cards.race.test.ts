import { givenUser } from '../../support/given.js';
import { euros } from '../../support/shop.js';
import { openGiftShop, type GiftShop } from './gift-shop.js';

let shop: GiftShop;
beforeAll(async () => { shop = await openGiftShop(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => { await shop.close(); });

test('50 orders want the last of one card at the same moment: it pays exactly what it holds, and is never overdrawn', async () => {
  const { id, code } = await shop.giftCard(10_000);
  const { sku } = await shop.given.variant({ price: 500, stock: 100 });
  const carts = await Promise.all(Array.from({ length: 50 }, () => shop.given.cart(sku)));
  await Promise.all(carts.map(({ guest }) => shop.add(guest, code)));
  // 5.00 and postage of 4.90 each: ten orders and a bit of an eleventh
  const orders = await Promise.all(carts.map(({ guest }) => shop.order(guest, { payment: { provider: 'offline' } })));
  const byStatus = (status: number) => orders.filter((order) => order.status === status);
  const paid = orders.flatMap(({ body }) => (body.data?.tenders ?? []) as Array<{ amount: { amount: number } }>).reduce((so, { amount }) => so + amount.amount, 0);
  const balance = await shop.balanceOf(id);

  expect(byStatus(201).length + byStatus(409).length).toBe(50);
  for (const { body } of byStatus(409)) expect(body.code).toBe('tender_changed');
  expect([paid + balance, balance >= 0]).toEqual([10_000, true]);
  expect(byStatus(201).filter(({ body }) => body.data.amountDue.amount === 0)).toHaveLength(10);
  expect(byStatus(201).every(({ body }) => body.data.amountDue.amount + (body.data.tenders[0]?.amount.amount ?? 0) === 990)).toBe(true);
  const ledger = await shop.connection.collection('value_ledger').find({ accountId: id, kind: 'spend' }).toArray();
  expect(ledger.reduce((so, { amount }) => so - Number(amount), 0)).toBe(paid);
});

test('40 changes of one store credit at the same moment: exactly those that fit are made', async () => {
  const user = await givenUser(shop);
  const adjust = (amount: number) => shop.call('post', `/store-credit/${user.id}/adjustments`, { ...shop.staff, body: { amount, currency: 'EUR', reason: 'race' } });
  await adjust(1000);

  const answers = await Promise.all(Array.from({ length: 40 }, () => adjust(-100)));

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(30);
  expect((await shop.call('get', `/store-credit/${user.id}`, shop.staff)).body.data.balances).toEqual([euros(0)]);
});
