import { randomUUID } from 'node:crypto';
import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { openNode } from '../../support/node.js';
import { ADDRESS, euros } from '../../support/shop.js';

let shop: CardShop;
beforeAll(async () => {
  shop = await openCardShop({ env: { SELLER_NAME: 'Kontor Ltd', SELLER_ADDRESS: '1 Market Street | London EC1A 1AA', SELLER_VAT_ID: 'GB123456789', INVOICE_SERIES: 'INV-{year}, DE:RE-{year}' } });
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const CARD = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };
const bought = async (body = {}, quantity = 2) => {
  const { sku } = await shop.given.variant({ price: 1200 });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, body)).body.data;
  await shop.runEvents();
  return { sku, order, owner: { 'x-order-token': order.orderToken as string } };
};
const invoiceOf = (id: string, headers: Record<string, string>, query = '') => shop.call('get', `/orders/${id}/invoice${query}`, { headers });
const documentsOf = async (id: string) => (await shop.call('get', `/orders/${id}/documents`, { headers: shop.keys.secret })).body.data.items;
const refund = (id: string, amount: number) => shop.call('post', `/orders/${id}/refunds`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: { amount: euros(amount), reason: 'scratched' } });

describe('the invoice of an order', () => {
  test('is issued when a paid order is placed, with the figures of the order', async () => {
    const { order, owner, sku } = await bought(CARD);

    const { status, body } = await invoiceOf(order.id, owner);

    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      kind: 'invoice', number: expect.stringMatching(/^INV-\d{4}-\d{6}$/), orderNumber: order.number, currency: 'EUR', taxIncluded: true, billingAddress: ADDRESS,
      seller: { name: 'Kontor Ltd', address: ['1 Market Street', 'London EC1A 1AA'], vatId: 'GB123456789' },
      lines: [
        { sku, quantity: 2, unitPrice: euros(1200), net: euros(2000), tax: euros(400), gross: euros(2400) },
        { lineId: 'shipping', sku: null, description: 'Standard delivery', net: euros(408), tax: euros(82), gross: euros(490) },
      ],
      totals: { net: euros(2408), tax: euros(482), gross: order.totals.grandTotal, taxes: [{ rateBps: 2000, net: euros(2408), tax: euros(482) }] },
    });
  });

  test('of an order that is paid on delivery is issued when it is sent', async () => {
    const { order, owner } = await bought();
    expect((await invoiceOf(order.id, owner)).body).toMatchObject({ status: 404, code: 'invoice_not_found' });

    await shop.call('put', `/orders/${order.id}/status`, { headers: shop.keys.secret, body: { status: 'shipped' } });
    await shop.runEvents();

    expect((await invoiceOf(order.id, owner)).body.data.totals.gross).toEqual(order.totals.grandTotal);
  });

  test('is written once, however often its events come', async () => {
    const { order, owner } = await bought(CARD);
    const before = (await invoiceOf(order.id, owner)).text;

    await shop.connection.collection('inbox').deleteMany({ _id: { $regex: /^invoices:/ } as never });
    await shop.connection.collection('outbox').updateMany({ aggregateId: order.id }, { $set: { state: 'pending', dueAt: new Date(0), 'deliveries.$[d].state': 'pending', 'deliveries.$[d].dueAt': new Date(0) } }, { arrayFilters: [{ 'd.subscriber': 'invoices' }] });
    await shop.runEvents();

    expect((await documentsOf(order.id)).length).toBe(1);
    expect((await invoiceOf(order.id, owner)).text).toBe(before);
  });

  test('is a PDF for who asks for one', async () => {
    const { order, owner } = await bought(CARD);

    const replies = [await invoiceOf(order.id, { ...owner, accept: 'application/pdf' }).buffer(true), await invoiceOf(order.id, owner, '?format=pdf').buffer(true)];

    for (const { status, headers, body } of replies) {
      expect([status, headers['content-type'], headers['content-disposition']]).toEqual([200, 'application/pdf', expect.stringMatching(/^inline; filename="INV-\d{4}-\d{6}\.pdf"$/)]);
      expect((body as Buffer).subarray(0, 5).toString()).toBe('%PDF-');
    }
    expect((await invoiceOf(order.id, { ...owner, accept: 'application/pdf' }, '?format=json')).body.data.kind).toBe('invoice');
  });

  test('is found by its owner, the holder of the token and staff, and by nobody else', async () => {
    const { order, owner } = await bought(CARD);
    const stranger = await givenUser(shop);

    expect((await invoiceOf(order.id, shop.keys.secret)).status).toBe(200);
    expect((await invoiceOf(order.id, owner)).status).toBe(200);
    for (const headers of [stranger.headers, {}, { 'x-order-token': 'guessed' }]) expect((await invoiceOf(order.id, headers)).body).toMatchObject({ status: 404, code: 'order_not_found' });
    for (const path of ['/invoices', '/credit-notes', `/invoices/${order.id}`]) {
      expect((await shop.call('get', path, { headers: stranger.headers })).body).toMatchObject({ status: 403, permission: 'orders:read' });
      expect((await shop.call('get', path, {})).body).toMatchObject({ status: 401 });
    }
  });
});

describe('a credit note', () => {
  test('is issued for each refund, once, about the money that went back and its tax', async () => {
    const { order } = await bought(CARD);

    await refund(order.id, 1000);
    await shop.runEvents();
    await refund(order.id, 1890);
    await shop.runEvents();

    const [invoice, first, second] = await documentsOf(order.id);
    expect([first, second]).toMatchObject([
      { kind: 'credit_note', number: expect.stringMatching(/^CN-\d{4}-\d{6}$/), invoiceNumber: invoice.number, reason: 'scratched', totals: { gross: euros(1000) } }, { totals: { gross: euros(1890) } },
    ]);
    expect(first.totals.tax.amount + second.totals.tax.amount).toBe(invoice.totals.tax.amount);
    expect(first.totals.net.amount + second.totals.net.amount).toBe(invoice.totals.net.amount);
  });

  test('follows the cancellation of a paid order', async () => {
    const { order, owner } = await bought(CARD);

    await shop.call('post', `/orders/${order.id}/cancellation`, { headers: owner, body: {} });
    await shop.runEvents();

    expect((await documentsOf(order.id)).map(({ kind, totals }: { kind: string; totals: { gross: object } }) => [kind, totals.gross])).toEqual([['invoice', euros(2890)], ['credit_note', euros(2890)]]);

    // One cent less, and the auditor sees it.
    const ofOrder = { orderId: order.id as string, kind: 'credit_note' };
    await shop.connection.collection('invoices').updateOne(ofOrder, { $inc: { 'totals.gross.amount': -1 } });
    shop.clock.offsetMs += 61_000;
    expect(await shop.violations()).toContainEqual({ invariant: 'invoices minus credit notes are what the order keeps', subject: `order:${order.id as string}`, detail: 'all of it went back, and its documents still say 1' });
    await shop.connection.collection('invoices').updateOne(ofOrder, { $inc: { 'totals.gross.amount': 1 } });
  });

  test('is not issued for what was never invoiced', async () => {
    const { order, owner } = await bought();

    await shop.call('post', `/orders/${order.id}/cancellation`, { headers: owner, body: {} });
    await shop.runEvents();

    expect(await documentsOf(order.id)).toEqual([]);
  });
});

test('staff lists documents by order, number and series', async () => {
  const { order } = await bought(CARD);
  const [invoice] = await documentsOf(order.id);
  const list = async (query: string) => (await shop.call('get', `/invoices?${query}`, { headers: shop.keys.secret })).body.data;

  expect((await list(`order_id=${order.id}`)).items).toMatchObject([{ id: invoice.id }]);
  expect((await list(`number=${invoice.number}`)).total).toBe(1);
  expect((await list('series=NONE-1')).items).toEqual([]);
  expect((await shop.call('get', `/invoices/${invoice.id}`, { headers: shop.keys.secret })).body.data).toEqual(invoice);
  expect((await shop.call('get', `/credit-notes/${invoice.id}`, { headers: shop.keys.secret })).body).toMatchObject({ status: 404, code: 'invoice_not_found' });
});

test('forty paid orders at once, whose events two workers relay, are the numbers 1 to 40 of their series', async () => {
  const skus = await Promise.all(Array.from({ length: 4 }, async () => (await shop.given.variant({ price: 1200, stock: 10 })).sku));
  const carts = await Promise.all(Array.from({ length: 40 }, (_none, at) => shop.given.cart(skus[at % 4]!)));
  const second = await openNode(shop, { INVOICE_SERIES: 'INV-{year}, DE:RE-{year}' });

  const placed = await Promise.all(carts.map(({ guest }) => shop.order(guest, { ...CARD, shippingAddress: { ...ADDRESS, country: 'DE', city: 'Berlin', postalCode: '10115' } })));
  for (const { status, body } of placed) expect([status, body.data?.paymentStatus]).toEqual([201, 'paid']);
  await Promise.all([shop, second, shop, second].map((node) => node.runEvents()));
  await shop.runEvents();
  await second.close();

  const { items, total } = (await shop.call('get', `/invoices?series=RE-${new Date().getUTCFullYear()}&per_page=100`, { headers: shop.keys.secret })).body.data as { items: Array<{ sequence: number; orderId: string }>; total: number };
  expect([total, items.map(({ sequence }) => sequence).sort((a, b) => a - b)]).toEqual([40, Array.from({ length: 40 }, (_none, at) => at + 1)]);
  expect(new Set(items.map(({ orderId }) => orderId))).toEqual(new Set(placed.map(({ body }) => body.data.id)));
});
