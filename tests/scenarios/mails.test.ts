import { randomUUID } from 'node:crypto';
import { CARD, openCardShop, type CardShop } from '../support/card-shop.js';
import { ADDRESS } from '../support/shop.js';
import { startSmtp, type Smtp } from '../support/smtp.js';

let shop: CardShop;
let smtp: Smtp;
let store: { id: string };
beforeAll(async () => {
  smtp = await startSmtp();
  shop = await openCardShop({ env: { SMTP_URL: smtp.url } });
  store = (await staff('post', '/warehouses', { code: 'STORE', name: 'Covent Garden', location: { address: '1 Long Acre', city: 'London', postalCode: 'WC2E 9LH', country: 'GB' }, pickup: true, priority: 300 })).body.data;
});
beforeEach(() => { smtp.received.splice(0); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await smtp.close();
});

const staff = (method: 'get' | 'post' | 'put' | 'patch', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const order = async (sku: string, body: object = CARD) => {
  const { body: reply, status } = await shop.order((await shop.given.cart(sku)).guest, { email: `${randomUUID()}@example.com`, ...body });
  if (status !== 201) throw new Error(JSON.stringify(reply));
  return reply.data as { id: string; number: string; email: string; orderToken: string; items: Array<{ id: string }> };
};
/** What the worker would send, and again after every event was told a second time. */
const mailsTo = async (email: string) => {
  const told = async () => {
    await shop.work();
    for (const { name, run } of shop.container.schedules) if (name === 'send-mails') await run(new AbortController().signal);
  };
  await told();
  await shop.connection.collection('inbox').deleteMany({ _id: { $regex: /^notifications:/ } as never });
  await shop.connection.collection('outbox').updateMany({ 'deliveries.subscriber': 'notifications' }, { $set: { state: 'pending', dueAt: new Date(0), 'deliveries.$[d].state': 'pending', 'deliveries.$[d].dueAt': new Date(0) } }, { arrayFilters: [{ 'd.subscriber': 'notifications' }] });
  await told();
  return smtp.received.filter(({ to }) => to.includes(email)).map(({ subject, text }) => ({ subject, text }));
};
const subjects = (mails: ReadonlyArray<{ subject: string }>) => mails.map(({ subject }) => subject).sort();

test('the buyer of a gift card gets its code, once', async () => {
  const { sku } = await shop.given.variant();
  await staff('post', '/products', { name: 'Gift', description: 'x', categoryIds: [], status: 'active', variants: [{ sku: `GIFT-${sku}`, prices: [{ currency: 'EUR', base: 2500 }], digital: { kind: 'gift_card' }, shipping: { requiresShipping: false } }] });
  await shop.runEvents();
  const { id, email, orderToken, number } = await order(`GIFT-${sku}`);
  const [{ code }] = (await shop.call('get', `/orders/${id}/gift-cards`, { headers: { 'x-order-token': orderToken } })).body.data.items as [{ code: string }];

  const mails = await mailsTo(email);

  expect(subjects(mails)).toEqual(['A gift card for you', `Payment for order ${number}`, `Your order ${number}`].sort());
  expect(mails.find(({ subject }) => subject === 'A gift card for you')!.text).toContain(code);
});

test('somebody who waits for goods hears when they are there, and when they have left', async () => {
  const { sku } = await shop.given.variant({ stock: 0 });
  await staff('patch', `/inventory/${sku}/${shop.warehouse['id']}`, { preorder: { cap: 5, shipsAt: '2027-03-01T00:00:00Z' } });
  await shop.runEvents();
  const { id, email, number } = await order(sku);
  await shop.restock(sku, 2);
  await shop.runEvents();
  const sent = await staff('post', `/orders/${id}/fulfilments`, { state: 'shipped', carrier: 'DHL', trackingNumber: `T-${id}` });
  expect(sent.status).toBe(201);

  const mails = await mailsTo(email);

  expect(subjects(mails)).toEqual([`Payment for order ${number}`, `Your order ${number}`, `Your order ${number} can be sent now`, `Your order ${number} is on its way`].sort());
  expect(mails.find(({ subject }) => subject.endsWith('on its way'))!.text).toContain(`T-${id}`);
});

test('a return is answered twice: that it may come, and what it brought', async () => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { id, email, number, items: [item], orderToken } = await order(sku);
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status });
  const asked = (await shop.call('post', `/orders/${id}/returns`, { headers: { 'x-order-token': orderToken }, body: { lines: [{ itemId: item!.id, quantity: 1, reason: 'changed_mind' }] } })).body.data.id as string;
  await staff('post', `/returns/${asked}/approval`, {});
  await staff('post', `/returns/${asked}/receipts`, { lines: [{ itemId: item!.id, quantity: 1, condition: 'ok' }] });
  await staff('post', `/returns/${asked}/inspection`, {});
  await staff('post', `/returns/${asked}/refund`, {});

  const mails = await mailsTo(email);

  const of = (subject: string) => mails.filter((mail) => mail.subject === subject);
  expect([of(`Your return for order ${number}`).length, of(`Refund of your return for order ${number}`).length, of(`Refund for order ${number}`).length]).toEqual([1, 1, 1]);
  expect(of(`Refund of your return for order ${number}`)[0]!.text).toContain('We pay back €14.90.');
});

test('a bank that wants to be asked brings a mail with the way there', async () => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { email, number, id } = await order(sku, { payment: { ...CARD.payment, token: 'requires_action' } });
  const { payment } = await shop.show(id);

  const mails = await mailsTo(email);

  const [asked] = mails.filter(({ subject }) => subject === `Please confirm your payment for order ${number}`);
  expect([mails.length, asked?.text.includes(payment.nextAction.url as string)]).toEqual([1, true]);
});

test('goods to be fetched are announced when they are packed, with their code, and no parcel is spoken of', async () => {
  const { sku } = await shop.given.variant({ price: 1000, stock: 0 });
  await staff('post', '/inventory/adjustments', { sku, warehouseId: store.id, delta: 3, reason: 'given' });
  await shop.runEvents();
  const { id, email, number, orderToken } = await order(sku, { ...CARD, shippingAddress: ADDRESS, shippingMethod: 'pickup', pickupLocationId: store.id });
  const { code } = (await shop.call('get', `/orders/${id}/pickup`, { headers: { 'x-order-token': orderToken } })).body.data as { code: string };
  await staff('post', `/orders/${id}/fulfilments`, { state: 'packed' });
  expect((await staff('post', '/pickups/redemptions', { code })).status).toBe(200);

  const mails = await mailsTo(email);

  expect(mails.filter(({ subject }) => subject === `Your order ${number} is ready`).map(({ text }) => text.includes(code))).toEqual([true]);
  expect(subjects(mails)).not.toContain(`Your order ${number} is on its way`);
  expect(JSON.stringify(await shop.connection.collection('mails').find({ orderId: id }).toArray())).not.toContain(code);
});

test('what is taken out of an order, sent back, complained about and followed is told, each once', async () => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart([sku, 4]);
  const { id, number, orderToken, items: [item] } = (await shop.order(guest, { ...CARD, email: `${randomUUID()}@example.com` })).body.data;
  const asOwner = (path: string, body: object) => shop.call('post', path, { headers: { 'x-order-token': orderToken }, body });
  await staff('post', `/orders/${id}/cancellation`, { reason: 'One is enough', lines: [{ itemId: item.id, quantity: 1 }] });
  const sent = (await staff('post', `/orders/${id}/fulfilments`, { state: 'shipped' })).body.data;
  for (const carrier of ['DHL', 'DHL Express']) expect((await staff('patch', `/orders/${id}/fulfilments/${sent.id as string}`, { carrier, trackingNumber: `T-${id as string}` })).status).toBe(200);
  await staff('put', `/orders/${id}/status`, { status: 'delivered' });
  const lines = [{ itemId: item.id as string, quantity: 1 }];
  const asked = (await asOwner(`/orders/${id}/returns`, { lines: [{ ...lines[0], reason: 'changed_mind' }] })).body.data.id as string;
  expect((await staff('post', `/returns/${asked}/rejection`, { reason: 'It was worn' })).status).toBe(200);
  const complain = async () => (await asOwner(`/orders/${id}/claims`, { type: 'damaged', lines })).body.data.id as string;
  expect((await staff('post', `/claims/${await complain()}/rejection`, { reason: 'Scratches are its charm' })).status).toBe(200);
  expect((await staff('post', `/claims/${await complain()}/resolution`, { resolution: 'replacement' })).status).toBe(200);

  const { email } = await shop.show(id);
  const mails = await mailsTo(email);

  const of = (subject: string) => mails.filter((mail) => mail.subject === subject).map(({ text }) => text);
  const name = `1 × Name of ${sku}`;
  expect(of(`A part of your order ${number} was cancelled`)).toEqual([expect.stringContaining(`was cancelled: ${name}\nWe pay back €10.00.`.replace('\n', '\n\n'))]);
  expect(of(`Follow the parcel of your order ${number}`)).toEqual([expect.stringMatching(new RegExp(`Carrier: DHL\\s+Tracking number: T-${id as string}`))]);
  expect(of(`We have your request to return goods of order ${number}`)).toHaveLength(1);
  expect(of(`We cannot take back goods of order ${number}`)).toEqual([expect.stringContaining('The reason: It was worn')]);
  expect(of(`Your complaint about order ${number}`)).toEqual([expect.stringContaining('The reason: Scratches are its charm')]);
  const [accepted, ...again] = of(`Your complaint about order ${number} was accepted`);
  expect([again, accepted!.includes(name), accepted!.includes('We pay back')]).toEqual([[], true, false]);
});

test('keys are announced with the code that opens their order; an order that nobody pays is told to have lapsed, and its gift card to be full again', async () => {
  const { sku } = await shop.given.variant();
  await staff('post', '/products', { name: 'File', description: 'x', categoryIds: [], status: 'active', variants: [{ sku: `FILE-${sku}`, prices: [{ currency: 'EUR', base: 500 }], digital: { kind: 'download', maxDownloads: 2, expiresInDays: 30 }, shipping: { requiresShipping: false } }] });
  await shop.runEvents();
  const bought = await order(`FILE-${sku}`);
  expect((await mailsTo(bought.email)).filter(({ subject }) => subject.startsWith('Your downloads')).map(({ text }) => text.includes(bought.orderToken))).toEqual([true]);

  const { code } = (await staff('post', '/gift-cards', { amount: { amount: 700, currency: 'EUR' }, reason: 'birthday' })).body.data as { code: string };
  const { guest } = await shop.given.cart(sku);
  await shop.call('post', '/cart/gift-cards', { headers: guest, body: { code } });
  const { id, number, email } = (await shop.order(guest, { email: `${randomUUID()}@example.com`, payment: { ...CARD.payment, token: 'requires_action' } })).body.data;
  await shop.connection.collection('orders').updateOne({ number }, { $set: { expiresAt: new Date(0) } });
  await shop.container.orders.service.expireDue();

  const mails = await mailsTo(email);

  expect([(await shop.show(id)).status, mails.filter(({ subject }) => subject === `Your order ${number} was not paid in time`).length]).toEqual(['expired', 1]);
  expect(mails.filter(({ subject }) => subject === `Your gift card or store credit has money again, order ${number as string}`).map(({ text }) => text.includes('€7.00'))).toEqual([true]);
});

test('who exchanges goods for dearer ones hears what is to be paid, and the code in the mail opens and pays it; what is not paid is told to have lapsed', async () => {
  const [{ sku }, dearer] = [await shop.given.variant({ price: 1000 }), await shop.given.variant({ price: 1600 })];
  const { id, email, items: [item], orderToken } = await order(sku);
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status });
  const swap = async () => {
    const { status, body } = await shop.call('post', `/orders/${id}/exchanges`, { headers: { 'x-order-token': orderToken }, body: { lines: [{ itemId: item!.id, quantity: 1, reason: 'wrong_size' }], items: [{ sku: dearer.sku, quantity: 1 }] } });
    expect(status).toBe(201);
    return body.data.replacementOrder as { id: string; number: string };
  };
  const lapsed = await swap();
  await shop.connection.collection('orders').updateOne({ number: lapsed.number }, { $set: { expiresAt: new Date(0) } });
  await shop.container.orders.service.expireDue();
  expect(subjects(await mailsTo(email))).toContain(`Your order ${lapsed.number} was not paid in time`);

  smtp.received.splice(0);
  const replacement = await swap();
  const [asked, ...others] = (await mailsTo(email)).filter(({ subject }) => subject === `Payment for order ${replacement.number}`);
  expect([others, asked!.text.includes('€6.00 is still to be paid')]).toEqual([[], true]);
  const code = /([\w-]{43})/.exec(asked!.text)![1]!;
  const paid = await shop.call('post', `/orders/${replacement.id}/payments`, { headers: { 'x-order-token': code, 'idempotency-key': randomUUID() }, body: CARD });
  expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
});
