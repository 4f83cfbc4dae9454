import { randomUUID } from 'node:crypto';
import { CARD, openCardShop, type CardShop } from '../support/card-shop.js';
import { ADDRESS, euros } from '../support/shop.js';
import type { Simulator } from '../support/simulator.js';
import { startSmtp, type Smtp } from '../support/smtp.js';

let shop: CardShop;
let simulator: Simulator;
let smtp: Smtp;
beforeAll(async () => {
  smtp = await startSmtp();
  shop = await openCardShop({ env: { SMTP_URL: smtp.url, INVOICE_SERIES: 'INV-{year}, DE:RE-{year}' } });
  ({ simulator } = shop);
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

const staff = (method: 'get' | 'post' | 'put', path: string, body?: object) => shop.call(method, path, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, ...(body && { body }) });
const show = async (id: string) => (await staff('get', `/orders/${id}`)).body.data;
const documents = async (id: string): Promise<Array<[string, number]>> =>
  (await staff('get', `/orders/${id}/documents`)).body.data.items.map(({ kind, totals }: { kind: string; totals: { gross: { amount: number } } }) => [kind, totals.gross.amount]);
/** What the worker does with it: events, and the mails that they make. */
const settle = async () => {
  await shop.runEvents();
  await shop.container.schedules.find(({ name }) => name === 'send-mails')!.run(new AbortController().signal);
};
const subjects = () => smtp.received.map(({ subject }) => subject.replace(/K-\w{5}-\w{5}/, '#'));
const buy = async (price: number, quantity: number, body: object = {}) => {
  const { sku } = await shop.given.variant({ price });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order({ ...guest, 'accept-language': 'de-AT, en;q=0.5' }, { ...CARD, ...body })).body.data;
  await settle();
  return { sku, id: order.id as string, itemId: order.items[0].id as string, owner: { 'x-order-token': order.orderToken as string } };
};
const edit = async (id: string, ...operations: object[]) => {
  const { body } = await staff('post', `/orders/${id}/edits`, { operations, reason: 'Asked by phone' });
  const { status } = await staff('post', `/orders/${id}/edits/${body.data.id}/confirm`);
  expect(status).toBe(200);
  await settle();
  return body.data.preview;
};

test('an order grows, is paid, and shrinks below what it was: every step is charged, refunded, documented and told exactly once', async () => {
  const { id, sku, itemId, owner } = await buy(1000, 2);
  const quantity = (units: number) => ({ op: 'change_quantity', itemId, quantity: units });
  expect(await documents(id)).toEqual([['invoice', 2490]]);

  expect(await edit(id, quantity(5))).toMatchObject({ additional: euros(3000), refund: euros(0) });
  expect([(await show(id)).paymentStatus, await documents(id)]).toEqual(['partially_paid', [['invoice', 2490], ['invoice', 3000]]]);
  await shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': randomUUID() }, body: CARD });
  await settle();
  expect(await edit(id, quantity(1))).toMatchObject({ additional: euros(0), refund: euros(4000) });

  expect(await documents(id)).toEqual([['invoice', 2490], ['invoice', 3000], ['credit_note', 3000], ['credit_note', 1000]]);
  const payments = (await staff('get', `/orders/${id}/payments`)).body.data.items as Array<{ captured: { amount: number }; refunded: { amount: number } }>;
  const kept = payments.reduce((so, { captured, refunded }) => so + captured.amount - refunded.amount, 0);
  expect([kept, (await show(id)).totals.grandTotal.amount, simulator.charges(id), await shop.level(sku)]).toEqual([1490, 1490, 2, { onHand: 10, reserved: 1 }]);
  expect(subjects().sort()).toEqual([
    'Erstattung zur Bestellung #', 'Erstattung zur Bestellung #', 'Ihre Bestellung #', 'Ihre Bestellung # wurde geändert', 'Ihre Bestellung # wurde geändert',
    'Zahlung zur Bestellung #', 'Zahlung zur Bestellung #', 'Zahlung zur Bestellung #',
  ]);
});

test('a growth that is taken back before anybody pays is no charge and no refund, and its invoice is corrected', async () => {
  const { id, itemId } = await buy(1000, 1);

  await edit(id, { op: 'change_quantity', itemId, quantity: 3 });
  await edit(id, { op: 'change_quantity', itemId, quantity: 1 });

  expect([(await show(id)).paymentStatus, simulator.charges(id), await documents(id)]).toEqual(['paid', 1, [['invoice', 1490], ['invoice', 2000], ['credit_note', 2000]]]);
});

test('an order that is given up while a part of it is unpaid is invoiced for nothing: what came goes back, what did not is asked for no more', async () => {
  const { id, itemId } = await buy(1000, 2);
  await edit(id, { op: 'change_quantity', itemId, quantity: 5 });

  await staff('post', `/orders/${id}/cancellation`, { reason: 'changed my mind' });
  await settle();

  const [paid, grown, ...credits] = await documents(id);
  expect([paid, grown, credits.sort((a, b) => a[1] - b[1])]).toEqual([['invoice', 2490], ['invoice', 3000], [['credit_note', 2490], ['credit_note', 3000]]]);
  expect(simulator.refunds(id)).toEqual([2490]);
});

test('staff prepares an order with a price by hand; the customer pays by link, and everything follows as for any order', async () => {
  const { sku } = await shop.given.variant({ price: 5000, stock: 3 });
  const draft = (await staff('post', '/orders/drafts', {
    email: 'bob@example.com', lines: [{ sku, quantity: 2, unitPrice: euros(4000), priceReason: 'Exhibition piece' }], shippingAddress: ADDRESS, shippingMethod: 'standard',
  })).body.data;

  const order = (await staff('post', `/orders/drafts/${draft.id}/complete`, { payment: { provider: 'link' } })).body.data;
  await settle();
  const [mail] = smtp.received;
  expect([mail?.to, mail?.subject, await documents(order.id)]).toEqual([['bob@example.com'], `Payment for order ${order.number}`, []]);
  const token = /([\w-]{43})/.exec(mail!.text)![1]!;
  const paid = await shop.call('post', `/orders/${order.id}/payments`, { headers: { 'x-order-token': token, 'idempotency-key': randomUUID() }, body: CARD });
  await settle();

  expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid', totals: { grandTotal: euros(8490) }, items: [{ unitPrice: euros(4000), priceSource: { kind: 'manual', name: 'Exhibition piece' } }] });
  expect([await documents(order.id), await shop.level(sku), simulator.charges(order.id)]).toEqual([[['invoice', 8490]], { onHand: 3, reserved: 2 }, 1]);
  expect(subjects().sort()).toEqual(['Payment for order #', 'Payment for order #', 'Your order #']);
});

test('through its life an order has one invoice in its country\'s series and a credit note for each refund, closing at zero', async () => {
  const { id, owner } = await buy(1999, 3, { shippingAddress: { ...ADDRESS, country: 'DE', city: 'Berlin', postalCode: '10115' } });
  const { number } = (await shop.call('get', `/orders/${id}/invoice`, { headers: owner })).body.data;
  expect(number).toMatch(/^RE-\d{4}-000001$/);
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status });
  const refund = (amount: number, reason: string) => staff('post', `/orders/${id}/refunds`, { amount: euros(amount), reason });

  for (const [amount, reason] of [[1000, 'Came late'], [2000, 'One was broken'], [3487, 'All of it was wrong']] as const) {
    expect((await refund(amount, reason)).status).toBe(201);
    await settle();
  }

  const items = (await staff('get', `/orders/${id}/documents`)).body.data.items as Array<{ kind: string; invoiceNumber?: string; totals: Record<'net' | 'tax' | 'gross', { amount: number }> }>;
  expect(items.map(({ kind, invoiceNumber, totals }) => [kind, invoiceNumber, totals.gross.amount])).toEqual([
    ['invoice', undefined, 6487], ['credit_note', number, 1000], ['credit_note', number, 2000], ['credit_note', number, 3487],
  ]);
  for (const part of ['net', 'tax', 'gross'] as const) expect(items.reduce((so, { kind, totals }) => so + (kind === 'invoice' ? 1 : -1) * totals[part].amount, 0)).toBe(0);
  expect((await shop.call('get', `/orders/${id}/invoice?format=pdf`, { headers: owner }).buffer(true)).body.subarray(0, 5).toString()).toBe('%PDF-');
  expect(subjects().filter((subject) => subject === 'Erstattung zur Bestellung #')).toHaveLength(3);
});
