import { randomUUID } from 'node:crypto';
import { CARD, openCardShop, type CardShop } from '../support/card-shop.js';
import { givenUser } from '../support/given.js';
import { euros } from '../support/shop.js';

// Orders that are changed in every way at once: whatever is tried, nobody pays twice, nobody is paid twice, and no unit is lost.

type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts

let shop: CardShop;
beforeAll(async () => { shop = await openCardShop(); });
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const BY_HAND = { payment: { provider: 'offline', method: 'cash_on_delivery' } };
const staff = async (method: 'get' | 'post' | 'put', path: string, body?: object, expected?: number): Promise<Json> => {
  const answer = await shop.call(method, path, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, ...(body && { body }) });
  if (expected !== undefined && answer.status !== expected) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body.data ?? answer.body;
};
const bought = async (lines: Array<[price: number, quantity: number]>, body: object = CARD, prepare?: (guest: Record<string, string>) => Promise<unknown>) => {
  const skus: string[] = [];
  for (const [price] of lines) skus.push((await shop.given.variant({ price, stock: 20 })).sku);
  const { guest } = await shop.given.cart(...skus.map((sku, at): [string, number] => [sku, lines[at]![1]]));
  await prepare?.(guest);
  const placed = await shop.order(guest, body as never);
  if (placed.status !== 201) throw new Error(JSON.stringify(placed.body));
  const order = placed.body.data as Json;
  return { id: order['id'] as string, skus, items: order['items'].map(({ id }: { id: string }) => id) as string[], owner: { 'x-order-token': order['orderToken'] as string } };
};
const delivered = async (...given: Parameters<typeof bought>) => {
  const order = await bought(...given);
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${order.id}/status`, { status }, 200);
  return order;
};
const cancel = (id: string, itemId: string, quantity = 1) => staff('post', `/orders/${id}/cancellation`, { lines: [{ itemId, quantity }], reason: 'not needed' }, 200);
const edit = async (id: string, ...operations: object[]) => {
  const { id: editId } = await staff('post', `/orders/${id}/edits`, { operations, reason: 'asked by phone' }, 201);
  return staff('post', `/orders/${id}/edits/${editId}/confirm`, undefined, 200);
};
const quantity = (itemId: string, units: number) => ({ op: 'change_quantity', itemId, quantity: units });
const pay = (id: string, owner: Record<string, string>) => shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': randomUUID() }, body: CARD });
const capture = (id: string, amount?: number) => shop.call('post', `/orders/${id}/captures`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: amount === undefined ? {} : { amount: euros(amount) } });
const takeBack = async (returnId: string, itemId: string, units = 1, receipt: object = {}) => {
  await staff('post', `/returns/${returnId}/receipts`, { lines: [{ itemId, quantity: units, condition: 'ok', ...receipt }] }, 200);
  await staff('post', `/returns/${returnId}/inspection`, {}, 200);
  return staff('post', `/returns/${returnId}/refund`, {}, 200);
};
const sendBack = async (id: string, itemId: string, units = 1) => {
  const { id: returnId } = await staff('post', `/orders/${id}/returns`, { lines: [{ itemId, quantity: units, reason: 'changed_mind' }] }, 201);
  return takeBack(returnId, itemId, units);
};
const exchange = async (id: string, itemId: string, sku: string) => staff('post', `/orders/${id}/exchanges`, { lines: [{ itemId, quantity: 1, reason: 'wrong_size' }], items: [{ sku, quantity: 1 }], inAdvance: true }, 201);
/** Captured and refunded of every payment, the first one first. */
const moved = async (id: string) => ((await staff('get', `/orders/${id}/payments`))['items'] as Array<{ captured: { amount: number }; refunded: { amount: number } }>).map(({ captured, refunded }) => [captured.amount, refunded.amount]).reverse();
const giftCard = async (amount: number) => await staff('post', '/gift-cards', { amount: euros(amount), reason: 'birthday' }, 201) as { id: string; code: string };
const balanceOf = async ({ id }: { id: string }) => (await staff('get', `/gift-cards/${id}`))['balance'].amount as number;

describe('an order that is paid by hand', () => {
  test('asks for less once units are cancelled, and nobody can collect more than that', async () => {
    const { id, items } = await bought([[1000, 2], [500, 1]], BY_HAND);

    await cancel(id, items[0]!);

    expect(await shop.show(id)).toMatchObject({ paymentStatus: 'pending', amountDue: euros(1990), payment: { details: { amount: euros(1990) } }, settlement: { due: euros(1990) } });
    expect((await capture(id, 2990)).body).toMatchObject({ status: 409, code: 'capture_exceeds_authorized', capturable: euros(1990) });
    expect((await capture(id)).status).toBe(201);
    expect([await shop.show(id), await moved(id)]).toMatchObject([{ paymentStatus: 'paid' }, [[1990, 0]]]);
  });

  test('of which a part was collected first asks for less, and gives money back only when nothing is missing', async () => {
    const { id, items } = await bought([[1000, 4]], BY_HAND);
    await capture(id, 2000);

    await cancel(id, items[0]!);
    expect(await shop.show(id)).toMatchObject({ paymentStatus: 'partially_paid', payment: { details: { amount: euros(3490), captured: euros(2000), refunded: euros(0) } } });
    await cancel(id, items[0]!, 2);
    await shop.work();

    // 14.90 are left to pay of 44.90: 20.00 came, 5.10 of them go back.
    expect([await shop.show(id), await moved(id)]).toMatchObject([{ settlement: { due: euros(1490), refunded: euros(510) } }, [[2000, 510]]]);
    expect((await capture(id)).status).toBe(409);
  });

  test('is invoiced without the units that nobody paid, and no others: what was paid and went back has its credit note', async () => {
    const { id, items } = await bought([[1000, 2], [1000, 2]], BY_HAND);

    await cancel(id, items[1]!);
    expect((await capture(id)).status).toBe(201);
    await cancel(id, items[0]!);
    await shop.work();

    const documents = (await staff('get', `/orders/${id}/documents`))['items'] as Array<{ kind: string; lines: Array<{ lineId: string; quantity: number; gross: { amount: number } }> }>;
    expect(documents.map(({ kind, lines }) => [kind, lines.map(({ lineId, quantity: units, gross }) => [lineId, units, gross.amount])])).toEqual([
      ['invoice', [[items[0], 2, 2000], [items[1], 1, 1000], ['shipping', 1, 490]]], ['credit_note', [[items[0], 1, 1000]]],
    ]);
  });

  test('and was invoiced when it was sent gets a credit note for units that come back unpaid, as no money will', async () => {
    const { id, items } = await delivered([[1000, 3]], BY_HAND);
    await shop.work();

    await sendBack(id, items[0]!);
    await shop.work();
    await sendBack(id, items[0]!);
    await shop.work();

    const documents = (await staff('get', `/orders/${id}/documents`))['items'] as Array<{ kind: string; lines: Array<{ lineId: string; quantity: number; gross: { amount: number } }> }>;
    expect(documents.map(({ kind, lines }) => [kind, lines.map(({ lineId, quantity: units, gross }) => [lineId, units, gross.amount])])).toEqual([
      ['invoice', [[items[0], 3, 3000], ['shipping', 1, 490]]], ['credit_note', [[items[0], 1, 1000]]], ['credit_note', [[items[0], 1, 1000]]],
    ]);
    expect(await shop.show(id)).toMatchObject({ settlement: { due: euros(1490) } });
  });

  test('together with a gift card asks for less first; with nothing left to ask for, the card gets back what is too much', async () => {
    const card = await giftCard(2000);
    const { id, items } = await bought([[1000, 3]], BY_HAND, (guest) => shop.call('post', '/cart/gift-cards', { headers: guest, body: { code: card.code } }));
    expect(await shop.show(id)).toMatchObject({ amountDue: euros(1490) });

    await cancel(id, items[0]!);
    expect([await shop.show(id), await balanceOf(card)]).toMatchObject([{ paymentStatus: 'pending', amountDue: euros(490) }, 0]);
    await cancel(id, items[0]!);

    expect([await shop.show(id), await balanceOf(card)]).toMatchObject([{ paymentStatus: 'partially_refunded', amountDue: euros(0), settlement: { refunded: euros(510), due: euros(1490) } }, 510]);
    expect((await capture(id)).status).toBe(409);
  });

  test('and comes back unpaid owes nothing for it; edits and cancellations of it take turns without a cent between them', async () => {
    const { id, items } = await bought([[1000, 3], [333, 3]], BY_HAND);

    await edit(id, quantity(items[0]!, 5));
    await cancel(id, items[1]!, 1);
    await edit(id, quantity(items[0]!, 2));
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status }, 200);
    await sendBack(id, items[0]!);

    // One of 10.00, two of 3.33 and the postage.
    expect(await shop.show(id)).toMatchObject({ paymentStatus: 'pending', amountDue: euros(2156), settlement: { due: euros(2156), refunded: euros(0) }, payment: { details: { amount: euros(2156) } } });
  });

  test('and is cancelled after the money came is paid back; one that nobody paid is never asked for again', async () => {
    const [paid, unpaid] = [await bought([[1000, 1]], BY_HAND), await bought([[1000, 1]], BY_HAND)];
    await capture(paid.id);

    for (const { id } of [paid, unpaid]) await staff('post', `/orders/${id}/cancellation`, {}, 200);
    await shop.work();

    expect([await shop.show(paid.id), await moved(paid.id)]).toMatchObject([{ status: 'cancelled', paymentStatus: 'refunded' }, [[1490, 1490]]]);
    expect([await shop.show(unpaid.id), await moved(unpaid.id)]).toMatchObject([{ status: 'cancelled', paymentStatus: 'voided', payment: { status: 'voided' } }, [[0, 0]]]);
    expect((await capture(unpaid.id)).status).toBe(409);
  });
});

describe('the difference that an edit asked for', () => {
  test('is asked for no more when the order is cancelled; paid all the same, it goes back', async () => {
    const { id, items, owner } = await bought([[1000, 1]]);
    await edit(id, quantity(items[0]!, 3));
    const waiting = (await shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': randomUUID() }, body: { payment: { ...CARD.payment, token: 'requires_action' } } })).status;
    const paymentId = shop.simulator.paymentsOf(id).find(({ status }) => status === 'requires_action')!.id;
    expect(waiting).toBe(201);

    await staff('post', `/orders/${id}/cancellation`, {}, 200);
    expect((await shop.show(id)).outstanding).toBeUndefined();
    await fetch(`${shop.simulator.url}/v1/payments/${paymentId}/authenticate?outcome=succeed`);
    for (let round = 0; round < 3; round++) await shop.work();

    expect(await shop.show(id)).toMatchObject({ status: 'cancelled', settlement: { due: euros(0) } });
    expect(await moved(id)).toEqual([[1490, 1490], [2000, 2000]]);
    expect((await pay(id, owner)).body).toMatchObject({ status: 409, code: 'order_not_payable' });
  });

  test('is owed less by what is cancelled before anything goes back', async () => {
    const { id, items, owner } = await bought([[1000, 3]]);
    const other = await shop.given.variant({ price: 500 });
    await edit(id, quantity(items[0]!, 2));
    await edit(id, { op: 'add_line', sku: other.sku, quantity: 1 });
    const added = ((await shop.show(id)).items as Array<{ id: string; sku: string }>).find(({ sku }) => sku === other.sku)!;
    expect(await shop.show(id)).toMatchObject({ paymentStatus: 'partially_paid', outstanding: euros(500) });

    await cancel(id, added.id);
    await shop.work();

    // Paid 34.90, got 10.00 back for the edit; what was added and given up again moved no money at all.
    expect([await shop.show(id), await moved(id)]).toMatchObject([{ paymentStatus: 'partially_refunded', settlement: { due: euros(2490), refunded: euros(0) } }, [[3490, 1000]]]);
    expect((await shop.show(id)).outstanding).toBeUndefined();
    expect((await pay(id, owner)).body).toMatchObject({ status: 409, code: 'order_not_payable' });
  });

  test('of an edit that lost the race against a cancellation does not exist: 20 of each, one order, one end', async () => {
    const { id, items, skus } = await bought([[1000, 2]]);
    const { id: editId } = await staff('post', `/orders/${id}/edits`, { operations: [quantity(items[0]!, 5)], reason: 'asked by phone' }, 201);

    const replies = await Promise.all(Array.from({ length: 40 }, (_, at) => (at % 2 === 0
      ? shop.call('post', `/orders/${id}/edits/${editId}/confirm`, { headers: shop.keys.secret })
      : shop.call('post', `/orders/${id}/cancellation`, { headers: shop.keys.secret, body: {} }))));
    await shop.work();

    expect(replies.filter(({ status }) => status !== 200 && status !== 409)).toEqual([]);
    const [taken, back] = (await moved(id)).reduce(([a, b], [c, d]) => [a! + c!, b! + d!], [0, 0]);
    expect([await shop.show(id), await shop.level(skus[0]!), taken === back]).toMatchObject([{ status: 'cancelled', paymentStatus: 'refunded' }, { onHand: 20, reserved: 0 }, true]);
  });
});

describe('the same goods, given back in two ways', () => {
  test('a unit that staff refunded by its line is not refunded again when it is cancelled', async () => {
    const { id, items } = await bought([[1000, 1], [700, 1]]);
    await staff('post', `/orders/${id}/refunds`, { lines: [{ itemId: items[0], quantity: 1 }], reason: 'arrived broken' }, 201);

    await cancel(id, items[0]!);
    await shop.work();

    expect([await moved(id), await shop.show(id)]).toMatchObject([[[2190, 1000]], { settlement: { due: euros(1190) } }]);
  });

  test('an exchange and a claim on one line share its units and its cents', async () => {
    const { id, items, skus } = await delivered([[999, 2]], { ...CARD });
    const other = await shop.given.variant({ price: 999 });
    const swapped = await exchange(id, items[0]!, other.sku);
    const claim = await staff('post', `/orders/${id}/claims`, { type: 'damaged', lines: [{ itemId: items[0], quantity: 1 }] }, 201);
    expect((await staff('post', `/orders/${id}/claims`, { type: 'lost', lines: [{ itemId: items[0], quantity: 1 }] }))['code']).toBe('units_not_returnable');

    const resolved = await staff('post', `/claims/${claim['id']}/resolution`, { resolution: 'replacement', withReturn: false }, 200);
    await takeBack(swapped['return'].id, items[0]!);
    await shop.work();

    expect([await moved(id), await shop.show(id), await shop.show(resolved['replacementOrderId'])]).toMatchObject([[[2488, 490]], { returnStatus: 'returned', settlement: { credited: euros(2488), shippingCredited: euros(490) } }, { status: 'placed', settlement: { due: euros(0) } }]);
    expect((await shop.level(skus[0]!)).onHand).toBe(20 - 2 + 1);
  });

  test('an odd cent that two halves of a line cannot share never becomes a fee below zero', async () => {
    const { sku } = await shop.given.variant({ price: 1000, stock: 9 });
    await staff('post', '/promotions', { name: 'One cent', trigger: 'automatic', class: 'order', effect: { type: 'fixed', amounts: { EUR: 1 } } }, 201);
    const { guest } = await shop.given.cart([sku, 2]);
    const { id, items, totals } = (await shop.order(guest, CARD)).body.data;
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status }, 200);
    const other = await shop.given.variant({ price: 1000 });

    const [one, two] = [await exchange(id, items[0].id, other.sku), await exchange(id, items[0].id, other.sku)];
    for (const { return: goods } of [one, two] as Json[]) await takeBack(goods['id'], items[0].id);
    await shop.work();

    const returns = (await staff('get', `/orders/${id}/returns`))['items'] as Json[];
    expect(returns.map(({ settlement }) => [settlement.deductions.amount, settlement.fee.amount])).toEqual([[0, 0], [0, 0]]);
    expect((await shop.show(id)).settlement).toMatchObject({ credited: totals.grandTotal, retained: euros(0), due: euros(0) });
  });

  test('what was exchanged twice and then sent back is paid back by whoever was paid for it', async () => {
    const { id, items } = await delivered([[1000, 1]]);
    const [second, third] = [await shop.given.variant({ price: 1000 }), await shop.given.variant({ price: 1200 })];
    const first = await exchange(id, items[0]!, second.sku);
    await takeBack(first['return'].id, items[0]!);
    const b = first['replacementOrder'].id as string;
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${b}/status`, { status }, 200);
    const bItem = (await shop.show(b)).items[0].id as string;
    const next = await exchange(b, bItem, third.sku);
    const c = next['replacementOrder'].id as string;
    expect((await shop.call('post', `/orders/${c}/payments`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: CARD })).status).toBe(201);
    await takeBack(next['return'].id, bItem);
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${c}/status`, { status }, 200);
    const cItem = (await shop.show(c)).items[0].id as string;

    await sendBack(c, cItem);
    await shop.work();

    expect([await moved(id), await moved(b), await moved(c)]).toEqual([[[1490, 1490]], [], [[200, 200]]]);
  });

  test('card, store credit and gift cards get back what they gave, through edits, cancellations and returns', async () => {
    const user = await givenUser(shop);
    const card = await giftCard(1500);
    await staff('post', `/store-credit/${user.id}/adjustments`, { amount: 1000, currency: 'EUR', reason: 'goodwill' }, 201);
    const credit = async () => (await shop.call('get', '/customers/me/store-credit', { headers: user.headers })).body.data.balances[0].amount as number;
    const { sku } = await shop.given.variant({ price: 1000, stock: 20 });
    await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 5 } });
    await shop.call('post', '/cart/gift-cards', { headers: user.headers, body: { code: card.code } });
    await shop.call('put', '/cart/store-credit', { headers: user.headers, body: { use: true } });
    const { id, items } = (await shop.order(user.headers, CARD)).body.data;
    const everything = async () => ({ card: (await moved(id)).map(([taken, back]) => taken! - back!), gift: await balanceOf(card), credit: await credit() });
    expect(await everything()).toEqual({ card: [2990], gift: 0, credit: 0 });

    await edit(id, quantity(items[0].id, 4));
    await cancel(id, items[0].id);
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status }, 200);
    await sendBack(id, items[0].id, 2);
    await shop.work();
    expect(await everything()).toEqual({ card: [0], gift: 10, credit: 1000 });
    await sendBack(id, items[0].id, 1);
    await shop.work();

    expect([await everything(), (await shop.show(id)).returnStatus]).toEqual([{ card: [0], gift: 1500, credit: 1000 }, 'returned']);
    expect((await shop.show(id)).settlement.due).toEqual(euros(0));
  });
});
