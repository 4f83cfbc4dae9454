import { givenUser } from '../../support/given.js';
import { CARD, openCardShop, type CardShop } from '../../support/card-shop.js';
import { ADDRESS, euros } from '../../support/shop.js';

let shop: CardShop;
beforeAll(async () => { shop = await openCardShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

type Headers = Record<string, string>;
/** Bought by card, sent and delivered. */
const delivered = async (price: number, quantity: number, headers?: Headers) => {
  const { sku } = await shop.given.variant({ price, stock: 20 });
  if (headers) await shop.call('post', '/cart/items', { headers, body: { sku, quantity } });
  const order = (await shop.order(headers ?? (await shop.given.cart([sku, quantity])).guest, { ...CARD, shippingAddress: ADDRESS })).body.data;
  for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${order.id}/status`, { headers: shop.keys.secret, body: { status } });
  return { id: order.id as string, items: [order.items[0].id as string], owner: headers ?? { 'x-order-token': order.orderToken as string } };
};
const ask = (id: string, lines: object[], headers: Headers = shop.keys.secret, more: object = {}) => shop.call('post', `/orders/${id}/returns`, { headers, body: { lines, ...more } });
const act = (id: string, word: string, body: object = {}) => shop.call('post', `/returns/${id}/${word}`, { headers: shop.keys.secret, body });
const changed = (itemId: string, quantity: number) => ({ itemId, quantity, reason: 'changed_mind' });
const through = async (returnId: string, lines: object[]) => {
  await act(returnId, 'receipts', { lines });
  await act(returnId, 'inspection');
  return act(returnId, 'refund');
};

describe('a return for store credit', () => {
  const creditOf = async (headers: Record<string, string>) => ((await shop.call('get', '/customers/me/store-credit', { headers })).body.data.balances as Array<{ amount: number }>).map(({ amount }) => amount);

  test('gives exactly what the units were paid, no more, however many ask for it at once, and moves no money of the card', async () => {
    const ada = await givenUser(shop);
    const { id, items } = await delivered(333, 3, ada.headers);
    const { body } = await ask(id, [changed(items[0]!, 2)], ada.headers, { refundTo: 'store_credit' });
    expect(body.data).toMatchObject({ state: 'requested', refundTo: 'store_credit' });
    await act(body.data.id, 'approval');
    await Promise.all(Array.from({ length: 20 }, () => act(body.data.id, 'receipts', { receiptId: 'box', lines: [{ itemId: items[0], quantity: 2, condition: 'ok' }] })));
    await act(body.data.id, 'inspection');

    const refunds = await Promise.all(Array.from({ length: 20 }, () => act(body.data.id, 'refund')));
    await shop.work();

    expect(refunds.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    expect(await creditOf(ada.headers)).toEqual([666]);
    expect(shop.simulator.refunds(id)).toEqual([]);
    expect(await shop.show(id)).toMatchObject({ returnStatus: 'partially_returned', paymentStatus: 'partially_refunded', settlement: { refunded: euros(666), due: euros(333 + 490) } });
    expect(await shop.count('outbox', { type: 'order.refunded_to_store_credit', aggregateId: id })).toBe(1);
    const documents = (await shop.call('get', `/orders/${id}/documents`, { headers: shop.keys.secret })).body.data.items as Array<{ kind: string; totals: { gross: { amount: number } } }>;
    expect(documents.map(({ kind, totals }) => [kind, totals.gross.amount]).sort()).toEqual([['credit_note', 666], ['invoice', 999 + 490]]);
  });

  test('of the last units leaves the card exactly the rest', async () => {
    const ada = await givenUser(shop);
    const { id, items } = await delivered(1000, 2, ada.headers);
    const first = await ask(id, [changed(items[0]!, 1)], shop.keys.secret, { refundTo: 'store_credit' });
    await through(first.body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);

    const second = await ask(id, [changed(items[0]!, 1)], shop.keys.secret);
    await through(second.body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);
    await shop.work();

    expect([await creditOf(ada.headers), shop.simulator.refunds(id)]).toEqual([[1000], [1490]]);
    expect(await shop.show(id)).toMatchObject({ returnStatus: 'returned', paymentStatus: 'refunded', settlement: { due: euros(0) } });
  });

  test('of everything is a refund like any other: nothing of what was paid is still in the order', async () => {
    const ada = await givenUser(shop);
    const { id, items } = await delivered(1000, 1, ada.headers);
    const asked = await ask(id, [changed(items[0]!, 1)], shop.keys.secret, { refundTo: 'store_credit' });
    await through(asked.body.data.id, [{ itemId: items[0], quantity: 1, condition: 'ok' }]);

    expect([await shop.show(id), await creditOf(ada.headers)]).toMatchObject([{ paymentStatus: 'refunded', payment: { details: { captured: euros(1490), refunded: euros(0) } } }, [1490]]);
  });

  test('is decided by staff in the end, and is nothing for a guest', async () => {
    const ada = await givenUser(shop);
    const { id, items } = await delivered(1000, 1, ada.headers);
    const asked = (await ask(id, [changed(items[0]!, 1)], ada.headers, { refundTo: 'store_credit' })).body.data.id as string;
    await act(asked, 'approval');
    await act(asked, 'receipts', { lines: [{ itemId: items[0], quantity: 1, condition: 'ok' }] });
    await act(asked, 'inspection');
    const refunded = await act(asked, 'refund', { refundTo: 'original' });
    await shop.work();
    expect([refunded.body.data.refundTo, shop.simulator.refunds(id), await creditOf(ada.headers)]).toEqual(['original', [1490], []]);

    const guest = await delivered(1000, 1);
    const refused = await ask(guest.id, [changed(guest.items[0]!, 1)], guest.owner, { refundTo: 'store_credit' });
    expect([refused.status, refused.body.code, (await shop.show(guest.id)).returnStatus]).toEqual([409, 'store_credit_needs_account', 'none']);
  });
});
