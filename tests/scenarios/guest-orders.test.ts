import { givenUser } from '../support/given.js';
import { openShop, type Shop } from '../support/shop.js';
import { startSmtp, type Smtp } from '../support/smtp.js';

let shop: Shop;
let smtp: Smtp;
beforeAll(async () => {
  smtp = await startSmtp();
  shop = await openShop({ env: { SMTP_URL: smtp.url } });
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await smtp.close();
});

const mails = async () => {
  await shop.runEvents();
  await shop.container.schedules.find(({ name }) => name === 'send-mails')!.run(new AbortController().signal);
  return smtp.received;
};

test('a guest loses the order token, finds the order again by mail, registers, makes it their own and buys the same once more', async () => {
  const { sku } = await shop.given.variant({ price: 2500, stock: 5 });
  const { guest } = await shop.given.cart([sku, 2]);
  const { id, number } = (await shop.order(guest)).body.data as { id: string; number: string };

  const asked = await shop.call('post', '/orders/lookup', { body: { number, email: 'ada@example.com' } });
  const mail = (await mails()).find(({ text }) => text.includes('asked for access'))!;
  const code = /^([\w-]{43})$/m.exec(mail.text)![1]!;
  expect([asked.status, mail.to, mail.subject]).toEqual([202, ['ada@example.com'], `Your order ${number}`]);
  const opened = await shop.call('post', '/orders/lookup/confirmation', { body: { token: code } });
  expect(opened.body.data).toMatchObject({ id, number, status: 'placed' });

  const ada = await givenUser(shop);
  const claimed = await shop.call('post', '/orders/claims', { headers: ada.headers, body: { token: code } });
  expect(claimed.body.data).toMatchObject({ id, userId: ada.id });
  expect((await shop.call('get', `/orders/${id}`, { headers: { 'x-order-token': opened.body.data.orderToken } })).status).toBe(404);
  expect((await shop.call('post', '/orders/lookup/confirmation', { body: { token: code } })).body.code).toBe('order_access_not_found');

  const again = await shop.call('post', `/orders/${id}/reorder`, { headers: ada.headers });
  expect(again.body.data.report).toMatchObject([{ sku, requested: 2, added: 2, result: 'added' }]);
  const second = await shop.order(ada.headers);

  expect([second.status, second.body.data.totals.subtotal.amount]).toEqual([201, 5000]);
  expect((await shop.call('get', '/orders', { headers: ada.headers })).body.data.total).toBe(2);
  expect(await shop.level(sku)).toEqual({ onHand: 5, reserved: 4 });
});
