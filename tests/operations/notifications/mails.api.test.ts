import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mails-'));
  shop = await openShop({ env: { MAIL_DIR: folder, SELLER_NAME: 'Kontor Ltd' } });
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await rm(folder, { recursive: true });
});

const send = async () => {
  await shop.runEvents();
  await shop.container.schedules.find(({ name }) => name === 'send-mails')!.run(new AbortController().signal);
};
const mailsOf = async (orderId: string) => (await shop.call('get', `/admin/mails?order_id=${orderId}&sort=createdAt`, { headers: shop.keys.secret })).body.data.items as Array<{ id: string; milestone: string; state: string; locale: string }>;
const placed = async (headers: Record<string, string> = {}) => {
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);
  return (await shop.order({ ...guest, ...headers })).body.data as { id: string; number: string; orderToken: string };
};
const move = (id: string, status: string) => shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status } });

test('every milestone of an order is one mail, also when all its events come again', async () => {
  const { id } = await placed();
  for (const status of ['shipped', 'delivered', 'completed']) await move(id, status);
  await send();

  await shop.connection.collection('inbox').deleteMany({ _id: { $regex: /^notifications:/ } as never });
  await shop.connection.collection('outbox').updateMany({ aggregateId: id }, { $set: { state: 'pending', dueAt: new Date(0), 'deliveries.$[d].state': 'pending', 'deliveries.$[d].dueAt': new Date(0) } }, { arrayFilters: [{ 'd.subscriber': 'notifications' }] });
  await send();

  expect((await mailsOf(id)).map(({ milestone, state }) => [milestone, state])).toEqual([['order_placed', 'sent'], ['order_shipped', 'sent'], ['order_delivered', 'sent']]);
});

test('a cancelled order is told once', async () => {
  const { id, orderToken } = await placed();

  await Promise.all(Array.from({ length: 5 }, () => shop.call('post', `/orders/${id}/cancellation`, { headers: { 'x-order-token': orderToken }, body: {} })));
  await send();

  expect((await mailsOf(id)).map(({ milestone }) => milestone)).toEqual(['order_placed', 'order_cancelled']);
});

test('in development mails are files that any mail program opens, and staff can look at them', async () => {
  const { id, number } = await placed();
  await send();
  const [mail] = await mailsOf(id);

  const files = (await readdir(folder)).filter((name) => name.endsWith(`${mail!.id}.eml`));
  expect(files).toHaveLength(1);
  expect(await readFile(join(folder, files[0]!), 'utf8')).toContain(`Subject: Your order ${number}`);
  const look = (query: string) => shop.call('get', `/admin/mails/${mail!.id}${query}`, { headers: shop.keys.secret });
  expect((await look('')).body.data).toMatchObject({ milestone: 'order_placed', to: 'ada@example.com', subject: `Your order ${number}`, text: expect.stringContaining('Hello Ada,'), html: expect.stringContaining('<html') });
  const html = await look('?format=html');
  expect([html.headers['content-type'], html.headers['content-security-policy']]).toEqual(['text/html; charset=utf-8', expect.stringContaining("default-src 'none'")]);
  expect((await look('?format=text')).text).toContain('Hello Ada,');
});

test('a mail that was set aside can be sent again, another cannot', async () => {
  const { id } = await placed();
  await send();
  const [mail] = await mailsOf(id);
  const retry = () => shop.call('post', `/admin/mails/${mail!.id}/retries`, { headers: shop.keys.secret });

  expect((await retry()).body).toMatchObject({ status: 409, code: 'mail_not_dead', state: 'sent' });
  await shop.connection.collection('mails').updateOne({ orderId: id }, { $set: { state: 'dead' } });
  expect((await retry()).body.data).toMatchObject({ state: 'pending' });
  await send();

  expect((await mailsOf(id))[0]).toMatchObject({ state: 'sent' });
});

test('mails are for staff', async () => {
  const customer = await givenUser(shop);

  for (const path of ['/admin/mails', '/admin/mails/64f0c0ffee64f0c0ffee0001']) {
    expect((await shop.call('get', path, { headers: customer.headers })).body).toMatchObject({ status: 403, permission: 'mails:read' });
  }
  expect((await shop.call('get', '/admin/mails/64f0c0ffee64f0c0ffee0001', { headers: shop.keys.secret })).body).toMatchObject({ status: 404, code: 'mail_not_found' });
});
