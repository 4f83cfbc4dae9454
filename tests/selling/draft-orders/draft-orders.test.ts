import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { spreadDiscount } from '../../../src/selling/draft-orders/draft-orders.js';
import { sum, times } from '../../../src/shared/money.js';
import { givenUser } from '../../support/given.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { ADDRESS, euros } from '../../support/shop.js';
import type { Simulator } from '../../support/simulator.js';

let shop: CardShop;
let simulator: Simulator;
beforeAll(async () => {
  shop = await openCardShop();
  ({ simulator } = shop);
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = (method: 'get' | 'post' | 'put' | 'delete', path: string, body?: object, headers: Record<string, string> = {}) =>
  shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body && { body }) });
const create = (body: object) => staff('post', '/orders/drafts', { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', ...body });
const complete = (id: string, payment: object = { provider: 'offline' }, more: object = {}, key = randomUUID()) => staff('post', `/orders/drafts/${id}/complete`, { payment, ...more }, { 'idempotency-key': key });
const get = async (id: string) => (await staff('get', `/orders/drafts/${id}`)).body.data;

describe('a draft order', () => {
  test('shows what it costs, with prices and a discount by hand, and becomes an order that says the same', async () => {
    const [a, b] = [await shop.given.variant({ price: 2000 }), await shop.given.variant({ price: 1000 })];

    const draft = await create({ lines: [{ sku: a.sku, quantity: 2, unitPrice: euros(1500), priceReason: 'Price match' }, { sku: b.sku, quantity: 1 }], discount: { rateBps: 1000, reason: 'Loyal customer' } });
    expect(draft.body.data).toMatchObject({ state: 'open', totals: { subtotal: euros(4000), discountTotal: euros(400), shippingTotal: euros(490), grandTotal: euros(4090) }, problems: [] });
    const placed = await complete(draft.body.data.id);

    expect(placed.status).toBe(201);
    expect(placed.body.data).toMatchObject({
      status: 'placed', email: 'ada@example.com', totals: draft.body.data.totals,
      items: [
        { sku: a.sku, unitPrice: euros(1500), discount: euros(300), lineTotal: euros(2700), priceSource: { kind: 'manual', name: 'Price match' } },
        { sku: b.sku, unitPrice: euros(1000), discount: euros(100), allocations: [{ name: 'Loyal customer', class: 'order', amount: euros(100) }], priceSource: { kind: 'base' } },
      ],
    });
    expect(await shop.level(a.sku)).toEqual({ onHand: 10, reserved: 2 });
    expect(await get(draft.body.data.id)).toMatchObject({ state: 'completed', orderId: placed.body.data.id });
  });

  test('obeys stock like any checkout: a shortage is the same 409, and nothing changes', async () => {
    const { sku } = await shop.given.variant({ stock: 2 });
    const draft = (await create({ lines: [{ sku, quantity: 3 }] })).body.data;
    expect(draft.problems).toMatchObject([{ code: 'insufficient_stock', sku, requested: 3, available: 2 }]);

    const refused = await complete(draft.id);

    expect(refused.body).toMatchObject({ status: 409, code: 'insufficient_stock', lines: [{ sku, requested: 3, available: 2 }] });
    expect([await shop.level(sku), (await get(draft.id)).state, await shop.count('orders', { cartId: draft.id })]).toEqual([{ onHand: 2, reserved: 0 }, 'open', 0]);
  });

  test('does not become an order of another amount than was agreed', async () => {
    const { sku } = await shop.given.variant({ price: 1000 });
    const draft = (await create({ lines: [{ sku, quantity: 1 }] })).body.data;

    expect((await complete(draft.id, { provider: 'offline' }, { expectedTotal: euros(1) })).body).toMatchObject({ status: 409, code: 'cart_changed', totals: { grandTotal: euros(1490) } });
    expect((await complete(draft.id, { provider: 'offline' }, { expectedTotal: euros(1490) })).status).toBe(201);
  });

  test('completed twenty times at once is one order, one reservation, one charge', async () => {
    const { sku } = await shop.given.variant({ price: 1000, stock: 5 });
    const { id } = (await create({ lines: [{ sku, quantity: 2 }] })).body.data;

    const replies = await Promise.all(Array.from({ length: 20 }, () => complete(id, { provider: 'simulator', method: 'card', token: 'ok' })));

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200, 201]));
    const orders = new Set(replies.map(({ body }) => body.data.id));
    expect([orders.size, replies.filter(({ status }) => status === 201).length, await shop.level(sku), simulator.charges([...orders][0])]).toEqual([1, 1, { onHand: 5, reserved: 2 }, 1]);
  });

  test('for a customer is among their orders, with their points', async () => {
    const ada = await givenUser(shop);
    const { sku } = await shop.given.variant({ price: 2550 });
    const draft = (await create({ email: undefined, userId: ada.id, lines: [{ sku, quantity: 1 }] })).body.data;
    expect([draft.email, draft.userId]).toEqual([ada.email, ada.id]);

    const { id } = (await complete(draft.id)).body.data;

    expect((await shop.call('get', '/orders', { headers: ada.headers })).body.data.items).toMatchObject([{ id }]);
    expect((await shop.call('get', '/customers/me/loyalty', { headers: ada.headers })).body.data.points).toBe(25);
  });

  test('by link waits for its customer, who is mailed once and pays with the order token', async () => {
    const { sku } = await shop.given.variant({ price: 1000 });
    const draft = (await create({ lines: [{ sku, quantity: 1 }] })).body.data;

    const placed = await complete(draft.id, { provider: 'link' });

    expect(placed.body.data).toMatchObject({ status: 'pending', paymentStatus: 'pending', payment: null });
    expect(await shop.level(sku)).toEqual({ onHand: 10, reserved: 1 });
    await shop.runEvents();
    expect((await staff('get', `/admin/mails?order_id=${placed.body.data.id}`)).body.data.items).toMatchObject([{ milestone: 'payment_requested', to: 'ada@example.com' }]);
    const paid = await shop.call('post', `/orders/${placed.body.data.id}/payments`, {
      headers: { 'x-order-token': placed.body.data.orderToken, 'idempotency-key': randomUUID() }, body: { payment: { provider: 'simulator', method: 'card', token: 'ok' } },
    });
    expect(paid.body.data).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect(simulator.charges(placed.body.data.id)).toBe(1);
  });

  test('can be changed and given up while it is open, and not afterwards', async () => {
    const { sku } = await shop.given.variant({ price: 1000 });
    const { id, version } = (await create({ lines: [{ sku, quantity: 1 }] })).body.data;
    const change = (quantity: number, headers = {}) => staff('put', `/orders/drafts/${id}`, { lines: [{ sku, quantity }], shippingAddress: ADDRESS, shippingMethod: 'standard' }, headers);

    expect((await change(3)).body.data).toMatchObject({ version: version + 1, totals: { subtotal: euros(3000) } });
    expect((await change(4, { 'if-match': `"${version}"` })).body).toMatchObject({ status: 412, code: 'stale_version' });
    expect((await staff('delete', `/orders/drafts/${id}`)).body.data.state).toBe('cancelled');

    for (const refused of [await change(5), await staff('delete', `/orders/drafts/${id}`), await complete(id)]) expect(refused.body).toMatchObject({ status: 409, code: 'draft_order_not_open', state: 'cancelled' });
    expect((await get(id)).lines).toMatchObject([{ quantity: 3 }]);
  });

  test('what is agreed by hand needs a reason and is on record', async () => {
    const { sku } = await shop.given.variant();
    const wrong = await create({ lines: [{ sku, quantity: 1, unitPrice: euros(1) }], discount: { amount: euros(1), rateBps: 1, reason: 'both' } });
    expect([wrong.status, wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([400, ['#/body/lines/0', '#/body/discount']]);

    const { id } = (await create({ lines: [{ sku, quantity: 1, unitPrice: euros(1), priceReason: 'Damaged box' }] })).body.data;

    expect((await staff('get', `/admin/audit?subject=draft_order:${id}`)).body.data.items).toMatchObject([{ action: 'draft_order.created', after: { prices: [{ sku, unitPrice: euros(1), reason: 'Damaged box' }] } }]);
  });

  test('is for staff, needs somebody to send it to, and one currency', async () => {
    const ada = await givenUser(shop);
    const { sku } = await shop.given.variant();
    for (const path of ['/orders/drafts', '/orders/drafts/64f0c0ffee64f0c0ffee0001']) expect((await shop.call('get', path, { headers: ada.headers })).body).toMatchObject({ status: 403, permission: 'orders:read' });
    expect((await shop.call('post', '/orders/drafts', { headers: ada.headers, body: { lines: [{ sku, quantity: 1 }], email: 'x@example.com' } })).body).toMatchObject({ status: 403, permission: 'orders:write' });
    expect((await staff('post', '/orders/drafts', { lines: [{ sku, quantity: 1 }] })).body).toMatchObject({ status: 400, errors: [{ pointer: '#/body/email' }] });
    expect((await create({ lines: [{ sku, quantity: 1, unitPrice: { amount: 1, currency: 'USD' }, priceReason: 'Typed wrong' }] })).body).toMatchObject({ status: 400, errors: [{ pointer: '#/body/lines/0/unitPrice/currency' }] });
    expect((await create({ lines: [{ sku, quantity: 1 }, { sku, quantity: 2 }] })).body).toMatchObject({ status: 400, errors: [{ pointer: '#/body/lines/1/sku' }] });
    expect((await staff('get', '/orders/drafts/64f0c0ffee64f0c0ffee0001')).body).toMatchObject({ status: 404, code: 'draft_order_not_found' });
  });
});

test('a discount by hand is spread exactly, and never takes more than is left', () => {
  const line = fc.record({ quantity: fc.integer({ min: 1, max: 50 }), price: fc.integer({ min: 0, max: 100_000 }), before: fc.integer({ min: 0, max: 100 }) });
  fc.assert(fc.property(fc.array(line, { minLength: 1, maxLength: 15 }), fc.oneof(fc.record({ amount: fc.integer({ min: 0, max: 2_000_000 }) }), fc.record({ rateBps: fc.integer({ min: 1, max: 10_000 }) })), (given, wanted) => {
    const lines = given.map(({ quantity, price }, at) => ({ id: String(at), quantity, unitPrice: euros(price) }));
    const before = new Map(given.map(({ before: off, quantity, price }, at) => [String(at), [{ amount: euros(Math.min(off, quantity * price)) }]]));
    const left = lines.map(({ id, quantity, unitPrice }) => times(unitPrice, quantity).amount - before.get(id)![0]!.amount.amount);
    const all = left.reduce((so, one) => so + one, 0);

    const shares = spreadDiscount('amount' in wanted ? { amount: euros(wanted.amount), reason: 'x' } : { ...wanted, reason: 'x' }, 'd', lines, before, 'EUR');

    const total = sum([...shares.values()].map(({ amount }) => amount), 'EUR').amount;
    if ('amount' in wanted) expect(total).toBe(Math.min(wanted.amount, all));
    for (const [id, { amount }] of shares) expect(amount.amount).toBeLessThanOrEqual(left[Number(id)]!);
  }), { numRuns: 1000 });
});
