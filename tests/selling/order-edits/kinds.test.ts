import { randomInt, randomUUID } from 'node:crypto';
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
const staff = (method: 'get' | 'post' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const product = async (variant: object) => {
  const { body, status } = await staff('post', '/products', { name: 'Goods', description: 'Described.', categoryIds: [], status: 'active', variants: [variant] });
  if (status !== 201) throw new Error(JSON.stringify(body));
  await shop.runEvents();
};
/** Two legs and a top, dearer than the set. */
const givenSet = async (price = 1001) => {
  const [leg, top] = [await shop.given.variant({ price: 300, stock: 40 }), await shop.given.variant({ price: 700, stock: 20 })];
  const sku = `SET-${leg.sku}`;
  await product({ sku, prices: [{ currency: 'EUR', base: price }], components: [{ sku: leg.sku, quantity: 2 }, { sku: top.sku, quantity: 1 }] });
  return { sku, leg: leg.sku, top: top.sku };
};
const givenKeys = async (count: number, price = 500) => {
  const sku = `KEY-${randomUUID().slice(0, 8)}`;
  await product({ sku, prices: [{ currency: 'EUR', base: price }], digital: { kind: 'licence_key' }, shipping: { requiresShipping: false } });
  const imported = await staff('post', `/digital/${sku}/keys`, { importId: 'first', keys: Array.from({ length: count }, (_key, n) => `${sku}-${n}`) });
  expect(imported.body.data).toMatchObject({ added: count });
  await shop.runEvents();
  return sku;
};
type Placed = { id: string; items: Array<{ id: string; sku: string }>; owner: Headers };
const bought = async (lines: Array<[string, number]>, body: object = CARD, headers?: Headers): Promise<Placed> => {
  for (const [sku, quantity] of headers ? lines : []) await shop.call('post', '/cart/items', { headers: headers!, body: { sku, quantity } });
  const guest = headers ?? (await shop.given.cart(...lines)).guest;
  const { body: reply, status } = await shop.order(guest, body);
  if (status !== 201) throw new Error(JSON.stringify(reply));
  await shop.runEvents();
  return { id: reply.data.id, items: reply.data.items, owner: headers ?? { 'x-order-token': reply.data.orderToken as string } };
};
const preview = (id: string, ...operations: object[]) => staff('post', `/orders/${id}/edits`, { operations, reason: 'Asked by phone' });
const edit = async (id: string, ...operations: object[]) => {
  const previewed = await preview(id, ...operations);
  if (previewed.status !== 201) return previewed;
  const confirmed = await staff('post', `/orders/${id}/edits/${previewed.body.data.id}/confirm`);
  await shop.runEvents();
  return confirmed;
};
const quantity = (itemId: string, units: number) => ({ op: 'change_quantity', itemId, quantity: units });
const pay = (id: string, owner: Headers) => shop.call('post', `/orders/${id}/payments`, { headers: { ...owner, 'idempotency-key': randomUUID() }, body: CARD });
const keysOf = async (id: string) => ((await staff('get', `/orders/${id}/downloads`)).body.data.items as Array<{ keys?: string[] }>).flatMap(({ keys = [] }) => keys).length;
/** What the provider has of it, in cents. */
const kept = (id: string) => shop.simulator.paymentsOf(id).length === 0 ? 0 : shop.simulator.ledger.report().charges.filter((one) => one.orderId === id).reduce((so, { amount }) => so + amount, 0) - shop.simulator.refunds(id).reduce((so, amount) => so + amount, 0);

describe('a set in an order', () => {
  test('takes and gives back all of its parts, each with its share to the cent, and goes back to what it was', async () => {
    const set = await givenSet();
    const { id, items: [line] } = await bought([[set.sku, 2]]);
    const before = await shop.show(id);

    await edit(id, quantity(line!.id, 3));
    expect([await shop.level(set.leg), await shop.level(set.top)]).toEqual([{ onHand: 40, reserved: 6 }, { onHand: 20, reserved: 3 }]);
    expect((await shop.show(id)).items[0].components.map(({ share }: { share: { amount: number } }) => share.amount)).toEqual([1386, 1617]);
    await edit(id, quantity(line!.id, 1));
    expect([await shop.level(set.leg), await shop.level(set.top)]).toEqual([{ onHand: 40, reserved: 2 }, { onHand: 20, reserved: 1 }]);
    await edit(id, quantity(line!.id, 2));

    const after = await shop.show(id);
    expect([after.items, after.totals]).toEqual([before.items, before.totals]);
  });

  test('is added and taken away whole, or not at all', async () => {
    const [set, { sku }] = [await givenSet(), await shop.given.variant({ price: 1000 })];
    const { id } = await bought([[sku, 1]]);
    expect((await edit(id, { op: 'add_line', sku: set.sku, quantity: 21 })).body).toMatchObject({ status: 409, code: 'insufficient_stock' });
    expect(await shop.level(set.leg)).toEqual({ onHand: 40, reserved: 0 });

    const added = await edit(id, { op: 'add_line', sku: set.sku, quantity: 2 });
    expect(added.body.data).toMatchObject({ outstanding: euros(2002), items: [{ sku }, { sku: set.sku, components: [{ sku: set.leg, quantity: 2 }, { sku: set.top, quantity: 1 }] }] });
    await edit(id, { op: 'remove_line', itemId: added.body.data.items[1].id });

    expect([await shop.level(set.leg), await shop.level(set.top), kept(id), (await shop.show(id)).outstanding]).toEqual([{ onHand: 40, reserved: 0 }, { onHand: 20, reserved: 0 }, 1490, undefined]);
  });
});

describe('keys in an order', () => {
  test('that are added leave once they are paid for, not before and not twice', async () => {
    const [key, { sku }] = [await givenKeys(3), await shop.given.variant({ price: 1000 })];
    const { id, owner } = await bought([[sku, 1]]);

    const added = await edit(id, { op: 'add_line', sku: key, quantity: 2 });
    expect([added.body.data.outstanding, await keysOf(id)]).toEqual([euros(1000), 0]);
    expect((await staff('put', `/orders/${id}/status`, { status: 'shipped' })).body).toMatchObject({ status: 409, allowed: ['cancelled'] });
    await pay(id, owner);
    await shop.work();

    expect([await keysOf(id), (await shop.show(id)).items[1].units]).toMatchObject([2, { shipped: 2, delivered: 2, allocated: 0 }]);
    expect((await edit(id, quantity(added.body.data.items[1].id, 1))).body).toMatchObject({ status: 400, code: 'line_not_editable', errors: [{ message: 'Its keys or files were sent already. Take them back as a return instead.' }] });
    expect((await staff('put', `/orders/${id}/status`, { status: 'shipped' })).status).toBe(200);
  });

  test('that were sent stay, and the lines beside them can be edited', async () => {
    const [key, { sku }] = [await givenKeys(2), await shop.given.variant({ price: 1000 })];
    const { id, items } = await bought([[key, 1], [sku, 3]]);

    const { status, body } = await edit(id, quantity(items[1]!.id, 1));

    expect([status, body.data.totals.grandTotal, kept(id), await keysOf(id)]).toEqual([200, euros(500 + 1000 + 490), 1990, 1]);
    expect((await preview(id, { op: 'remove_line', itemId: items[0]!.id })).status).toBe(400);
  });

  test('cancelled before they were paid are no longer owed, and money for them goes back', async () => {
    const [key, { sku }] = [await givenKeys(3), await shop.given.variant({ price: 1000 })];
    const { id, owner } = await bought([[sku, 1]]);
    const added = await edit(id, { op: 'add_line', sku: key, quantity: 3 });

    await staff('post', `/orders/${id}/cancellation`, { lines: [{ itemId: added.body.data.items[1].id, quantity: 2 }], reason: 'fewer' });
    expect(await shop.show(id)).toMatchObject({ outstanding: euros(500), paymentStatus: 'partially_paid' });
    await pay(id, owner);
    await shop.work();

    expect(await shop.show(id)).toMatchObject({ paymentStatus: 'paid', settlement: { due: euros(1000 + 490 + 500) } });
    expect([kept(id), await keysOf(id)]).toEqual([1990, 1]);
  });
});

test('an order paid in part by gift card: the difference goes to and from its tenders to the cent', async () => {
  const { sku } = await shop.given.variant({ price: 1000, stock: 20 });
  const { body: { data: { code, id: cardId } } } = await staff('post', '/gift-cards', { amount: euros(2000), reason: 'A present' });
  const { guest } = await shop.given.cart([sku, 3]);
  await shop.call('post', '/cart/gift-cards', { headers: guest, body: { code } });
  const { body } = await shop.order(guest, CARD);
  const { id, orderToken, items: [{ id: itemId }] } = body.data;
  const balance = async () => (await staff('get', `/gift-cards/${cardId}`)).body.data.balance.amount as number;
  expect([kept(id), await balance()]).toEqual([1490, 0]);

  await edit(id, quantity(itemId, 2));
  expect([kept(id), await balance()]).toEqual([490, 0]);
  await edit(id, quantity(itemId, 1));
  expect([kept(id), await balance()]).toEqual([0, 510]);
  expect((await edit(id, quantity(itemId, 4))).body.data.outstanding).toEqual(euros(3000));
  await pay(id, { 'x-order-token': orderToken });
  await shop.work();

  expect([kept(id), await balance(), (await shop.show(id)).totals.grandTotal]).toEqual([3000, 510, euros(4490)]);
});

test('one to be paid on delivery and in part by gift card asks for the rest alone', async () => {
  const { sku } = await shop.given.variant({ price: 1000, stock: 20 });
  const { body: { data: { code, id: cardId } } } = await staff('post', '/gift-cards', { amount: euros(2000), reason: 'A present' });
  const { guest } = await shop.given.cart([sku, 3]);
  await shop.call('post', '/cart/gift-cards', { headers: guest, body: { code } });
  const { id, items: [{ id: itemId }] } = (await shop.order(guest)).body.data;

  const more = await edit(id, quantity(itemId, 4));
  expect(more.body.data).toMatchObject({ amountDue: euros(2490), payment: { details: { amount: euros(2490) } } });
  const less = await edit(id, quantity(itemId, 1));

  expect(less.body.data).toMatchObject({ amountDue: euros(0), totals: { grandTotal: euros(1490) } });
  expect((await staff('get', `/gift-cards/${cardId}`)).body.data.balance).toEqual(euros(510));
});

test('units that were sent stay, more can follow, and what was returned is settled', async () => {
  const { sku } = await shop.given.variant({ price: 1000, stock: 20 });
  const { id, items: [line], owner } = await bought([[sku, 3]]);
  await staff('post', `/orders/${id}/fulfilments`, { lines: [{ itemId: line!.id, quantity: 2 }], state: 'shipped' });

  expect((await edit(id, quantity(line!.id, 1))).status).toBe(400);
  expect((await edit(id, quantity(line!.id, 2))).body.data).toMatchObject({ fulfilmentStatus: 'shipped', items: [{ units: { ordered: 2, shipped: 2, allocated: 0 } }] });
  await edit(id, quantity(line!.id, 4));
  await pay(id, owner);
  await shop.work();
  expect([kept(id), await shop.level(sku)]).toEqual([4490, { onHand: 18, reserved: 2 }]);

  await staff('post', `/orders/${id}/cancellation`, { lines: [{ itemId: line!.id, quantity: 1 }] });
  expect((await edit(id, quantity(line!.id, 5))).body).toMatchObject({ status: 400, code: 'line_not_editable' });
  const again = await edit(id, { op: 'add_line', sku, quantity: 1 });
  await shop.work();
  expect([again.status, again.body.data.outstanding, (await shop.show(id)).settlement.due]).toEqual([200, euros(1000), euros(4490)]);
});

test('gift cards can neither be added nor changed, and whether goods are fetched stays', async () => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const card = `GIFT-${sku}`;
  await product({ sku: card, prices: [{ currency: 'EUR', base: 2500 }], digital: { kind: 'gift_card' }, shipping: { requiresShipping: false } });
  const { id, items } = await bought([[sku, 2], [card, 1]]);

  for (const operation of [{ op: 'add_line', sku: card, quantity: 1 }, quantity(items[1]!.id, 2), { op: 'change_shipping_method', code: 'pickup' }]) {
    expect((await preview(id, operation)).body).toMatchObject({ status: 400, code: 'line_not_editable' });
  }
  const discounted = await edit(id, { op: 'apply_discount', rateBps: 5000, reason: 'Half price' });

  expect(discounted.body.data.items.map(({ lineTotal }: { lineTotal: object }) => lineTotal)).toEqual([euros(1000), euros(2500)]);
});

test('forty random edits of goods, sets and keys: what is kept is what it costs, edit by edit', async () => {
  const [set, key, { sku }, user] = [await givenSet(), await givenKeys(40), await shop.given.variant({ price: 777, stock: 500 }), await givenUser(shop)];
  const { id } = await bought([[sku, 2], [set.sku, 1]], { ...CARD, shippingAddress: ADDRESS }, user.headers);
  let confirmed = 0;

  for (let step = 0; step < 40; step++) {
    const items = (await shop.show(id)).items as Array<{ id: string }>;
    const item = items[randomInt(items.length)]!;
    const operation = [
      quantity(item.id, 1 + randomInt(6)), { op: 'remove_line', itemId: item.id }, { op: 'add_line', sku: [sku, set.sku, key][randomInt(3)]!, quantity: 1 + randomInt(2) },
      { op: 'apply_discount', rateBps: 1 + randomInt(900), reason: 'Goodwill' },
    ][randomInt(4)]!;
    if ((await edit(id, operation)).status === 200) confirmed += 1;
    if (randomInt(2) === 0) await pay(id, user.headers);
    const { totals, outstanding } = await shop.show(id);
    expect(kept(id) + (outstanding?.amount ?? 0)).toBe(totals.grandTotal.amount);
  }

  expect(confirmed).toBeGreaterThan(5);
});

test('an order of which parcels are made up takes more and loses what lies in none of them; what is packed stays, to where it goes', async () => {
  const { sku } = await shop.given.variant({ price: 1000, stock: 20 });
  const { id, items: [line] } = await bought([[sku, 3]]);
  const { body: { data: parcel } } = await staff('post', `/orders/${id}/fulfilments`, { lines: [{ itemId: line!.id, quantity: 2 }] });
  const other = await shop.given.variant({ price: 400, stock: 5 });

  for (const operation of [quantity(line!.id, 1), { op: 'remove_line', itemId: line!.id }, { op: 'change_address', shippingAddress: { ...ADDRESS, line1: '1 Other Street' } }]) {
    expect((await preview(id, operation)).body).toMatchObject({ status: 409, code: 'order_not_editable', reason: 'being_packed', fulfilmentIds: [parcel.id], detail: expect.stringContaining('/cancellation') });
  }
  expect((await edit(id, quantity(line!.id, 2), { op: 'add_line', sku: other.sku, quantity: 1 })).status).toBe(200);
  await pay(id, { ...shop.keys.secret });
  expect((await staff('post', `/orders/${id}/fulfilments/${parcel.id}/shipment`, {})).status).toBe(200);

  expect([await shop.level(sku), await shop.level(other.sku)]).toEqual([{ onHand: 18, reserved: 0 }, { onHand: 5, reserved: 1 }]);
  expect(await shop.show(id)).toMatchObject({ fulfilmentStatus: 'partially_shipped', totals: { grandTotal: euros(2890) } });
  expect(kept(id)).toBe(2890);
});

test('goods that replace others can be edited once those are settled; before, the refusal says what to do', async () => {
  const [{ sku }, second, extra] = [await shop.given.variant({ price: 1000 }), await shop.given.variant({ price: 900, stock: 9 }), await shop.given.variant({ price: 300, stock: 9 })];
  const { id, items: [line], owner } = await bought([[sku, 2]]);
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status });
  const { body: { data: exchange } } = await staff('post', `/orders/${id}/exchanges`, { lines: [{ itemId: line!.id, quantity: 2, reason: 'wrong_size' }], items: [{ sku: second.sku, quantity: 2 }] });
  const b = exchange.replacementOrder.id as string;
  const item = (await shop.show(b)).items[0].id as string;
  expect((await preview(b, quantity(item, 1))).body).toMatchObject({ status: 409, code: 'order_not_editable', reason: 'replacement', detail: expect.stringContaining('/returns/:id/refund') });
  await staff('post', `/returns/${exchange.return.id}/receipts`, { lines: [{ itemId: line!.id, quantity: 2, condition: 'ok' }] });
  await staff('post', `/returns/${exchange.return.id}/inspection`, {});
  await staff('post', `/returns/${exchange.return.id}/refund`, {});
  await shop.work();
  expect([kept(id), await shop.show(b)]).toMatchObject([1800, { settlement: { prepaid: euros(1800), due: euros(0) } }]);

  expect((await edit(b, quantity(item, 1))).status).toBe(200);
  await shop.work();
  expect([kept(id), kept(b), await shop.show(b)]).toMatchObject([900, 0, { settlement: { prepaid: euros(900), due: euros(0) } }]);
  expect((await edit(b, { op: 'add_line', sku: extra.sku, quantity: 1 })).body.data).toMatchObject({ outstanding: euros(300) });
  await pay(b, owner);
  for (const status of ['shipped', 'delivered']) expect((await staff('put', `/orders/${b}/status`, { status })).status).toBe(200);

  // All of it comes back: what the goods before had paid from there, what was added from its own payment.
  for (const { id: itemId } of (await shop.show(b)).items as Array<{ id: string }>) {
    const { body: { data: goods } } = await staff('post', `/orders/${b}/returns`, { lines: [{ itemId, quantity: 1, reason: 'changed_mind' }] });
    await staff('post', `/returns/${goods.id}/receipts`, { lines: [{ itemId, quantity: 1, condition: 'ok' }] });
    await staff('post', `/returns/${goods.id}/inspection`, {});
    expect((await staff('post', `/returns/${goods.id}/refund`, {})).status).toBe(200);
  }
  await shop.work();
  expect([kept(id), kept(b)]).toEqual([0, 0]);
});
