import { randomUUID } from 'node:crypto';
import { CARD, openCardShop, type CardShop } from '../../support/card-shop.js';
import { euros } from '../../support/shop.js';

let shop: CardShop;
beforeAll(async () => { shop = await openCardShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const staff = (method: 'get' | 'post' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const product = async (variant: object) => {
  const { body, status } = await staff('post', '/products', { name: 'Goods', description: 'Described.', categoryIds: [], status: 'active', variants: [variant] });
  if (status !== 201) throw new Error(JSON.stringify(body));
  await shop.runEvents();
};
const bought = async (sku: string, quantity: number) => {
  const { body, status } = await shop.order((await shop.given.cart([sku, quantity])).guest, CARD);
  if (status !== 201) throw new Error(JSON.stringify(body));
  return { id: body.data.id as string, item: body.data.items[0].id as string, owner: { 'x-order-token': body.data.orderToken as string } };
};
/** Sold for 10.00 in all, which its parts share as 3.75 and 6.25. */
const givenSet = async () => {
  const [leg, top] = [await shop.given.variant({ price: 300, stock: 40 }), await shop.given.variant({ price: 1000, stock: 20 })];
  const sku = `SET-${leg.sku}`;
  await product({ sku, prices: [{ currency: 'EUR', base: 1000 }], components: [{ sku: leg.sku, quantity: 2 }, { sku: top.sku, quantity: 1 }] });
  return { sku, leg: leg.sku, top: top.sku };
};
const returned = async (id: string, item: string, quantity: number, receipt: object = {}) => {
  const { body } = await staff('post', `/orders/${id}/returns`, { lines: [{ itemId: item, quantity, reason: 'changed_mind' }] });
  const received = await staff('post', `/returns/${body.data.id}/receipts`, { lines: [{ itemId: item, quantity, condition: 'ok', ...receipt }] });
  if (received.status !== 200) return received;
  await staff('post', `/returns/${body.data.id}/inspection`, {});
  const refunded = await staff('post', `/returns/${body.data.id}/refund`, {});
  await shop.work();
  return refunded;
};
const onHand = async (...skus: string[]) => Promise.all(skus.map(async (sku) => (await shop.level(sku)).onHand));

describe('a set that comes back', () => {
  test('in part is refunded that part to the cent, and only that part is on the shelf again', async () => {
    const set = await givenSet();
    const { id, item } = await bought(set.sku, 2);
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status });
    expect(await onHand(set.leg, set.top)).toEqual([36, 18]);

    const legs = await returned(id, item, 1, { components: [set.leg] });
    expect(legs.body.data).toMatchObject({ settlement: { refunded: euros(375), deductions: euros(625) }, deductions: [{ itemId: item, amount: euros(625), reason: `${set.top} was not sent back` }] });
    expect(await onHand(set.leg, set.top)).toEqual([38, 18]);
    const whole = await returned(id, item, 1);

    expect(whole.body.data.settlement.refunded.amount).toBe(1000 + 490);
    expect([await onHand(set.leg, set.top), shop.simulator.refunds(id)]).toEqual([[40, 19], [375, 1490]]);
  });

  test('in part gives the rest of its money when the kept part comes after all: before the refund or after it, once, to the cent', async () => {
    const set = await givenSet();
    const { id, item } = await bought(set.sku, 3);
    for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${id}/status`, { status });
    const parts = (returnId: string, receiptId: string, quantity: number, sku = set.top) => staff('post', `/returns/${returnId}/parts`, { receiptId, lines: [{ itemId: item, sku, quantity, condition: 'ok' }] });

    const { body: asked } = await staff('post', `/orders/${id}/returns`, { lines: [{ itemId: item, quantity: 2, reason: 'changed_mind' }] });
    expect((await parts(asked.data.id, 'early', 1)).body).toMatchObject({ status: 409, code: 'illegal_transition' });
    await staff('post', `/returns/${asked.data.id}/receipts`, { lines: [{ itemId: item, quantity: 2, condition: 'ok', components: [set.leg] }] });
    await staff('post', `/returns/${asked.data.id}/inspection`, {});
    expect((await parts(asked.data.id, 'first', 1)).body.data.deductions).toMatchObject([{ amount: euros(625) }]);
    await staff('post', `/returns/${asked.data.id}/refund`, {});
    expect((await parts(asked.data.id, 'too-many', 2)).body).toMatchObject({ status: 409, code: 'parts_not_expected', lines: [{ requested: 2, kept: 1 }] });
    expect((await parts(asked.data.id, 'legs', 1, set.leg)).body).toMatchObject({ status: 409, code: 'parts_not_expected', lines: [{ requested: 1, kept: 0 }] });

    const replies = await Promise.all(Array.from({ length: 20 }, () => parts(asked.data.id, 'second', 1)));
    await shop.work();

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await staff('get', `/returns/${asked.data.id}`)).body.data).toMatchObject({ state: 'refunded', deductions: [], settlement: { deductions: euros(0), refunded: euros(2000) }, lateParts: [{ id: 'first' }, { id: 'second' }] });
    expect([await onHand(set.leg, set.top), shop.simulator.refunds(id)]).toEqual([[38, 19], [1375, 625]]);
    expect((await shop.show(id)).settlement).toMatchObject({ credited: euros(2000), retained: euros(0), refunded: euros(2000), due: euros(1490) });
  });

  test('in part takes late parts under the paper of the first delivery too, and nothing that is no part of it', async () => {
    const [set, { sku: foreign }] = [await givenSet(), await shop.given.variant()];
    const { id, item } = await bought(set.sku, 1);
    await staff('put', `/orders/${id}/status`, { status: 'shipped' });
    const { body: asked } = await staff('post', `/orders/${id}/returns`, { lines: [{ itemId: item, quantity: 1, reason: 'changed_mind' }] });
    const parts = (sku: string) => staff('post', `/returns/${asked.data.id}/parts`, { receiptId: 'GR-17', lines: [{ itemId: item, sku, quantity: 1, condition: 'ok' }] });
    await staff('post', `/returns/${asked.data.id}/receipts`, { receiptId: 'GR-17', lines: [{ itemId: item, quantity: 1, condition: 'ok', components: [set.leg] }] });

    expect((await parts(foreign)).body).toMatchObject({ status: 400, code: 'component_unknown' });
    expect(await onHand(set.leg, set.top, foreign)).toEqual([40, 19, 10]);

    expect((await parts(set.top)).body.data.lateParts).toMatchObject([{ id: 'GR-17', lines: [{ sku: set.top, quantity: 1 }] }]);
    expect((await parts(set.top)).status).toBe(200);
    expect(await onHand(set.leg, set.top)).toEqual([40, 20]);
    await staff('post', `/returns/${asked.data.id}/inspection`, {});
    expect((await staff('post', `/returns/${asked.data.id}/refund`, {})).body.data.settlement).toMatchObject({ deductions: euros(0), refunded: euros(1000 + 490) });
    await shop.work();
  });

  test('with something that is no part of it is refused and changes nothing', async () => {
    const [set, { sku }] = [await givenSet(), await shop.given.variant()];
    const { id, item } = await bought(set.sku, 1);
    await staff('put', `/orders/${id}/status`, { status: 'shipped' });

    expect((await returned(id, item, 1, { components: [sku] })).body).toMatchObject({ status: 400, code: 'component_unknown' });
    expect(await onHand(set.leg, set.top)).toEqual([38, 19]);
  });

  test('never left: cancelled set by set, each gives its parts back and its share of the money', async () => {
    const set = await givenSet();
    const { id, item, owner } = await bought(set.sku, 3);

    for (let unit = 0; unit < 2; unit++) await shop.call('post', `/orders/${id}/cancellation`, { headers: owner, body: { lines: [{ itemId: item, quantity: 1 }] } });
    await shop.work();

    expect([await shop.level(set.leg), await shop.level(set.top), shop.simulator.refunds(id)]).toEqual([{ onHand: 40, reserved: 2 }, { onHand: 20, reserved: 1 }, [1000, 1000]]);
  });
});

describe('keys and files that are paid back', () => {
  const givenKeys = async (count: number) => {
    const sku = `KEY-${randomUUID().slice(0, 8)}`;
    await product({ sku, prices: [{ currency: 'EUR', base: 500 }], digital: { kind: 'licence_key' }, shipping: { requiresShipping: false } });
    await staff('post', `/digital/${sku}/keys`, { importId: 'first', keys: Array.from({ length: count }, (_key, n) => `${sku}-${n}`) });
    await shop.runEvents();
    return sku;
  };
  const keysOf = async (id: string) => ((await staff('get', `/orders/${id}/downloads`)).body.data.items as Array<{ keys?: string[] }>).flatMap(({ keys = [] }) => keys);
  const policy = (digitalGoods: string) => staff('put', '/return-policy', { windowDays: 14, digitalGoods });

  test('end: the keys are nobody\'s any more and are never sold again', async () => {
    const sku = await givenKeys(4);
    const { id, item } = await bought(sku, 3);
    const before = await keysOf(id);
    expect(before).toHaveLength(3);

    await returned(id, item, 2);
    const left = await keysOf(id);
    const next = await bought(sku, 1);

    expect([left.length, shop.simulator.refunds(id), await shop.count('licence_keys', { sku, state: 'revoked' })]).toEqual([1, [1000], 2]);
    expect(before).not.toContain((await keysOf(next.id))[0]);
    expect((await shop.order((await shop.given.cart(sku)).guest, CARD)).status).toBe(409);
    expect(await shop.count('outbox', { type: 'order.digital_revoked', aggregateId: id })).toBe(1);
  });

  test('downloads end with the last unit', async () => {
    const sku = `FILE-${randomUUID().slice(0, 8)}`;
    await product({ sku, prices: [{ currency: 'EUR', base: 500 }], digital: { kind: 'download', maxDownloads: 2, expiresInDays: 30 }, shipping: { requiresShipping: false } });
    const { id, item } = await bought(sku, 2);
    const max = async () => (await staff('get', `/orders/${id}/downloads`)).body.data.items[0].max as number;
    const { url } = (await staff('get', `/orders/${id}/downloads`)).body.data.items[0] as { url: string };

    await returned(id, item, 1);
    expect(await max()).toBe(2);
    await returned(id, item, 1);

    expect(await max()).toBe(0);
    expect((await fetch(`${shop.url}/downloads/${url.split('/').at(-1)!}`)).status).not.toBe(200);
  });

  test('stay where the policy says so', async () => {
    const sku = await givenKeys(1);
    expect((await policy('keep')).status).toBe(200);
    const { id, item } = await bought(sku, 1);

    await returned(id, item, 1);

    expect([await keysOf(id), shop.simulator.refunds(id)]).toEqual([[`${sku}-0`], [500]]);
    await policy('revoke');
  });
});
