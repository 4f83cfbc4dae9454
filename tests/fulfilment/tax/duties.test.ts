import { randomUUID } from 'node:crypto';
import { addFees, computeTotals, type TotalsInput } from '../../../src/selling/pricing/index.js';
import { openCardShop, type CardShop } from '../../support/card-shop.js';
import { givenUser } from '../../support/given.js';
import { ADDRESS, euros } from '../../support/shop.js';

let shop: CardShop;
beforeAll(async () => {
  // Prices are gross with 20 %, wherever they are sent; halves to the even, tax rounded over all lines.
  shop = await openCardShop({ env: { TAX_ROUNDING: 'half_even', TAX_ROUNDING_LEVEL: 'order' } });
});
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = (method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string, body?: object, headers: object = {}) =>
  shop.call(method, path, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID(), ...headers }, ...(body && { body }) });
const NEW_YORK = { ...ADDRESS, city: 'New York', region: 'NY', postalCode: '10001', country: 'US' };
const OSLO = { ...ADDRESS, city: 'Oslo', postalCode: '0150', country: 'NO' };
const TERMS = {
  basis: 'goods', collected: 'at_checkout', defaultRateBps: 500, rates: [{ hsPrefix: '6109', rateBps: 1650 }], deMinimis: [euros(1000)], tax: { name: 'Import VAT', rateBps: 1000 },
};
const CARD = { payment: { provider: 'simulator', method: 'card', token: 'ok' } };
const shirt = async (price: number, hsCode?: string, prices?: object[]) => {
  const { sku, productId } = await shop.given.variant({ price, stock: 50, ...(prices && { prices }) });
  const { id } = (await shop.call('get', `/products/${productId}/variants`)).body.data.items[0];
  if (hsCode !== undefined) expect((await staff('patch', `/products/${productId}/variants/${id as string}`, { shipping: { hsCode } })).status).toBe(200);
  return sku;
};
/** Two lines: three of 12.00 (net 30.00) with a code, one of 6.00 (net 5.00) without. Duty 4.95 + 0.25 = 5.20, with its tax of 10 %: 5.72. */
const twoLines = async (address: object = NEW_YORK) => {
  const [a, b] = [await shirt(1200, '6109.10'), await shirt(600)];
  const { guest } = await shop.given.cart([a, 3], b);
  expect((await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: address } })).status).toBe(200);
  return guest;
};
const DUTY = { code: 'duty', name: 'Import duty', amount: euros(572), tax: euros(52), taxes: [{ name: 'Import VAT', rateBps: 1000, jurisdiction: 'US', amount: euros(52) }] };
const documents = async (id: string) => (await staff('get', `/orders/${id}/documents`)).body.data.items as Array<{ kind: string; lines: Array<{ lineId: string; gross: { amount: number }; tax: { amount: number } }>; totals: { gross: { amount: number } } }>;
const feeLines = async (id: string) => (await documents(id)).map(({ kind, lines }) => [kind, lines.find(({ lineId }) => lineId === 'fee:duty')?.gross.amount, lines.find(({ lineId }) => lineId === 'fee:duty')?.tax.amount]);

test('staff enter, read, replace and remove the duties of a country; a stale or wrong change is refused and changes nothing', async () => {
  const created = await staff('put', '/tax/duties/CH', TERMS);
  const replaced = await staff('put', '/tax/duties/CH', { ...TERMS, defaultRateBps: 700 }, { 'if-match': created.headers['etag'] });
  const stale = await staff('put', '/tax/duties/CH', TERMS, { 'if-match': created.headers['etag'] });
  const wrong = await staff('put', '/tax/duties/CH', { ...TERMS, basis: 'weight', rates: [{ hsPrefix: '61.09', rateBps: -1 }] });
  const somebody = await givenUser(shop);

  expect([created.status, replaced.status, stale.status, wrong.status]).toEqual([200, 200, 412, 400]);
  expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['#/body/basis', '#/body/rates/0/hsPrefix', '#/body/rates/0/rateBps']);
  expect((await staff('get', '/tax/duties/CH')).body.data).toMatchObject({ country: 'CH', defaultRateBps: 700, version: 2, name: 'Import duty' });
  expect((await shop.call('put', '/tax/duties/CH', { headers: somebody.headers, body: TERMS })).status).toBe(403);
  expect((await staff('get', '/tax/duties')).body.data.items).toHaveLength(1);
  expect([(await staff('delete', '/tax/duties/CH')).status, (await staff('get', '/tax/duties/CH')).status]).toEqual([200, 404]);
});

describe('with duties paid at the checkout', () => {
  beforeAll(async () => { await staff('put', '/tax/duties/US', TERMS); });

  test('cart, order and invoice show the same fee, apart from the subtotal, and a missing code flags the order', async () => {
    const guest = await twoLines();

    const cart = (await shop.call('get', '/cart', { headers: guest })).body.data;
    expect(cart).toMatchObject({ fees: [DUTY], announcedFees: [], totals: { subtotal: euros(4200), feeTotal: euros(572), shippingTotal: euros(0), taxTotal: euros(700 + 52), grandTotal: euros(4772) } });
    const order = (await shop.order(guest, { ...CARD, shippingAddress: NEW_YORK, expectedTotal: euros(4772 + 490) })).body.data;
    expect(order).toMatchObject({ fees: [{ ...DUTY, credited: euros(0) }], flags: ['hs_code_missing'], totals: { subtotal: euros(4200), feeTotal: euros(572), grandTotal: euros(5262) } });
    await shop.work();
    expect(await feeLines(order.id)).toEqual([['invoice', 572, 52]]);
    expect((await documents(order.id))[0]!.totals.gross).toEqual(euros(5262));
  });

  test('at home, and below the limit, there is none', async () => {
    const home = await twoLines(ADDRESS);
    const { guest } = await shop.given.cart(await shirt(1200, '6109.10'));
    await shop.call('put', '/cart/addresses', { headers: guest, body: { shippingAddress: NEW_YORK } });

    for (const headers of [home, guest]) {
      const { fees, totals } = (await shop.call('get', '/cart', { headers })).body.data;
      expect([fees, totals.feeTotal]).toEqual([[], undefined]);
    }
  });

  test('the fee goes back with the units, to the cent, and closes at zero', async () => {
    const order = (await shop.order(await twoLines(), { ...CARD, shippingAddress: NEW_YORK })).body.data;
    const [a, b] = order.items as Array<{ id: string }>;
    const cancel = (itemId: string) => staff('post', `/orders/${order.id}/cancellation`, { reason: 'not wanted', lines: [{ itemId, quantity: 1 }] });

    // Of 5.72 the first line bears 5.45 (495 : 25), a third of it is 1.82.
    await cancel(a!.id);
    await shop.work();
    expect(shop.simulator.refunds(order.id)).toEqual([1200 + 182]);
    expect(await shop.show(order.id)).toMatchObject({ fees: [{ credited: euros(182) }], settlement: { credited: euros(1382), refunded: euros(1382), due: euros(5262 - 1382) } });
    await cancel(b!.id);
    await shop.work();
    expect(shop.simulator.refunds(order.id).sort((x: number, y: number) => x - y)).toEqual([600 + 27, 1200 + 182]);
    expect(await feeLines(order.id)).toEqual([['invoice', 572, 52], ['credit_note', 182, 17], ['credit_note', 27, 2]]);

    await staff('post', `/orders/${order.id}/cancellation`, { reason: 'all of it' });
    await shop.work();
    expect(shop.simulator.refunds(order.id).reduce((so: number, one: number) => so + one, 0)).toBe(5262);
    expect((await documents(order.id)).reduce((so, { kind, totals }) => so + (kind === 'invoice' ? 1 : -1) * totals.gross.amount, 0)).toBe(0);
    expect(await shop.show(order.id)).toMatchObject({ status: 'cancelled', paymentStatus: 'refunded', settlement: { due: euros(0) } });
  });

  test('returned goods bring their part of it back, and twenty refunds at once bring it once', async () => {
    const order = (await shop.order(await twoLines(), { ...CARD, shippingAddress: NEW_YORK })).body.data;
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${order.id}/status`, { status });
    const lines = order.items.map(({ id: itemId, quantity }: { id: string; quantity: number }) => ({ itemId, quantity, reason: 'changed_mind' }));
    const { id } = (await staff('post', `/orders/${order.id}/returns`, { lines })).body.data;
    for (const [word, body] of [['receipts', { lines: lines.map(({ itemId, quantity }: { itemId: string; quantity: number }) => ({ itemId, quantity, condition: 'ok' })) }], ['inspection', {}]] as const) expect([word, (await staff('post', `/returns/${id}/${word}`, body)).status < 300]).toEqual([word, true]);

    const refunds = await Promise.all(Array.from({ length: 20 }, () => staff('post', `/returns/${id}/refund`)));
    await shop.work();

    expect(refunds.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(shop.simulator.refunds(order.id)).toEqual([5262]);
    expect((await staff('get', `/returns/${id}`)).body.data.settlement).toMatchObject({ refunded: euros(5262), shipping: euros(490), lines: [{ amount: euros(3600) }, { amount: euros(600) }, { itemId: 'fee:duty', amount: euros(572) }] });
    expect(await shop.show(order.id)).toMatchObject({ returnStatus: 'returned', fees: [{ credited: euros(572) }], settlement: { due: euros(0) } });
  });

  test('staff refund the fee by itself, once', async () => {
    const order = (await shop.order(await twoLines(), { ...CARD, shippingAddress: NEW_YORK })).body.data;
    const refund = () => staff('post', `/orders/${order.id}/refunds`, { reason: 'customs were paid twice', lines: [{ itemId: 'fee:duty', quantity: 1 }] });

    const [first, second] = [await refund(), await refund()];
    await shop.work();
    expect([first.status < 300, second.status]).toEqual([true, 409]);
    expect(shop.simulator.refunds(order.id)).toEqual([572]);
  });

  test('an edit that takes units away takes their part of the fee away', async () => {
    const order = (await shop.order(await twoLines(), { ...CARD, shippingAddress: NEW_YORK })).body.data;
    await shop.work();
    const { body } = await staff('post', `/orders/${order.id}/edits`, { reason: 'asked by phone', operations: [{ op: 'remove_line', itemId: order.items[1].id }] });
    expect((await staff('post', `/orders/${order.id}/edits/${body.data.id as string}/confirm`)).status).toBe(200);
    await shop.work();

    expect(await shop.show(order.id)).toMatchObject({ fees: [{ amount: euros(545), tax: euros(50) }], totals: { feeTotal: euros(545), grandTotal: euros(3600 + 490 + 545) } });
    expect(shop.simulator.refunds(order.id)).toEqual([600 + 27]);
  });

  test('a line that an edit adds bears what it would have borne at the checkout, also where only both together are worth enough; going back is exact', async () => {
    const [dear, cheap] = [await shirt(1200, '6109.10'), await shirt(600)];
    const placed = async (sku: string, quantity: number) => (await shop.order((await shop.given.cart([sku, quantity])).guest, { ...CARD, shippingAddress: NEW_YORK })).body.data;
    const edited = async (id: string, ...operations: object[]) => {
      const { body } = await staff('post', `/orders/${id}/edits`, { reason: 'asked by phone', operations });
      return (await staff('post', `/orders/${id}/edits/${body.data.id as string}/confirm`)).body.data;
    };
    const [alone, small] = [await placed(dear, 3), await placed(cheap, 1)];
    expect([alone.fees[0].amount, small.fees]).toEqual([euros(545), []]);

    // 4.95 and 0.25 with 10 % each, as two lines of one order.
    const more = await edited(alone.id, { op: 'add_line', sku: cheap, quantity: 1 });
    expect(more).toMatchObject({ fees: [{ code: 'duty', amount: euros(572), tax: euros(52) }], totals: { feeTotal: euros(572), grandTotal: euros(4200 + 490 + 572) }, outstanding: euros(627) });
    // What bore nothing when it was sold bears nothing now: of 5.72, which the two share as 0.28 and 5.44, only the latter.
    expect(await edited(small.id, { op: 'add_line', sku: dear, quantity: 3 })).toMatchObject({ fees: [{ code: 'duty', amount: euros(544) }], totals: { grandTotal: euros(4200 + 490 + 544) } });

    const added = more.items.find(({ sku }: { sku: string }) => sku === cheap).id as string;
    for (const units of [7, 3, 1]) await edited(alone.id, { op: 'change_quantity', itemId: added, quantity: units });
    expect(await shop.show(alone.id)).toMatchObject({ fees: more.fees, totals: more.totals });
    expect(await edited(alone.id, { op: 'remove_line', itemId: added })).toMatchObject({ fees: alone.fees, totals: alone.totals, paymentStatus: 'paid' });
  });

  test('yen and dinars have no fractions to lose', async () => {
    for (const [currency, base, duty] of [['JPY', 3333, 504], ['KWD', 33_333, 5041]] as const) {
      const sku = await shirt(0, '6109.10', [{ currency, base }]);
      const added = await shop.call('post', '/cart/items', { body: { sku, quantity: 1, currency } });
      const guest = { 'x-cart-token': added.body.data.cartToken as string };
      const order = (await shop.order(guest, { ...CARD, shippingAddress: NEW_YORK })).body.data;
      // Net 2778 x 16.5 % = 458.37 -> 458, + 46; net 27,778 (27777.5 -> the even one) x 16.5 % = 4583.37 -> 4583, + 458.
      expect(order.fees[0].amount).toEqual({ amount: duty, currency });
      await staff('post', `/orders/${order.id}/cancellation`, { reason: 'all of it' });
      await shop.work();
      expect(shop.simulator.refunds(order.id)).toEqual([order.totals.grandTotal.amount]);
    }
  });
});

test('duties that are asked for at the door are told and not charged', async () => {
  await staff('put', '/tax/duties/NO', { ...TERMS, collected: 'on_delivery', deMinimis: [] });
  const guest = await twoLines(OSLO);

  const order = (await shop.order(guest, { ...CARD, shippingAddress: OSLO })).body.data;
  expect(order).toMatchObject({ fees: [], announcedFees: [{ code: 'duty', name: 'Import duty', amount: euros(520) }], totals: { grandTotal: euros(4690) } });
  expect(order.totals).not.toHaveProperty('feeTotal');

  const { body } = await staff('post', `/orders/${order.id}/edits`, { reason: 'asked by phone', operations: [{ op: 'add_line', sku: await shirt(1200, '6109.10'), quantity: 1 }] });
  expect((await staff('post', `/orders/${order.id}/edits/${body.data.id as string}/confirm`)).body.data).toMatchObject({ fees: [], announcedFees: [{ code: 'duty', amount: euros(685) }], totals: { grandTotal: euros(5890) } });
});

test('every stored order, computed again from what it keeps of prices, rates and rounding, comes to what it says', async () => {
  const orders = await shop.connection.collection('orders').find({ editedAt: { $exists: false } }).toArray();
  type Row = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- rows as they lie in the database
  const ratesOf = (taxes: Array<{ amount: object }>) => taxes.map(({ amount: _amount, ...rate }) => rate);

  expect(orders.length).toBeGreaterThan(5);
  for (const { currency, items, rounding, shippingCharge, fees = [], totals } of orders as never as Row[]) {
    const input = {
      currency, pricesIncludeTax: totals['taxIncluded'], rounding: rounding.mode, level: rounding.level, per: rounding.per,
      lines: items.map(({ id, sku, quantity, unitPrice, allocations, taxes }: Row) => ({ id, sku, quantity, unitPrice, allocations, taxes: ratesOf(taxes) })),
      shipping: { price: shippingCharge.price, allocations: shippingCharge.allocations, taxes: ratesOf(shippingCharge.taxes) },
    } as unknown as TotalsInput;
    expect(rounding).toEqual({ mode: 'half_even', level: 'order', per: 'jurisdiction' });
    const again = addFees(computeTotals(input), fees.map(({ code, name, amount, taxes, shares }: Row) => ({ code, name, amount, taxes: ratesOf(taxes), weights: shares.map(({ itemId, amount: weight }: Row) => ({ lineId: itemId, weight })) })), input);
    expect(again.totals).toEqual(totals);
    expect(again.lines.map(({ tax, taxes }) => ({ tax, taxes }))).toEqual(items.map(({ tax, taxes }: Row) => ({ tax, taxes })));
  }
});
