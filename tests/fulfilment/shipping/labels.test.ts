import { crossesCustoms, declare } from '../../../src/fulfilment/shipping/labels/customs.js';
import { boxOf } from '../../../src/fulfilment/shipping/labels/labels.js';
import { euros } from '../../support/shop.js';
import { startCarrierMock, type CarrierMock } from './carrier-mock.js';
import { openDelivery, type Delivery } from './delivery-world.js';

let shop: Delivery;
let mock: CarrierMock;
beforeAll(async () => {
  mock = await startCarrierMock();
  shop = await openDelivery({ env: { EASYPOST_API_KEY: 'test', EASYPOST_API_BASE: mock.easypostUrl, SHIPPO_API_TOKEN: 'test', SHIPPO_API_BASE: mock.shippoUrl } });
});
beforeEach(() => { mock.reset(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await mock.close();
});

const ABROAD = { firstName: 'Ada', lastName: 'Lovelace', line1: '1 Main Street', city: 'Springfield', region: 'IL', postalCode: '62701', country: 'US' };
const packed = async ({ facts = { weightGrams: 500 }, shippingAddress, quantity = 1 }: { facts?: object | null; shippingAddress?: object; quantity?: number } = {}) => {
  const { sku, productId } = await shop.given.variant({ price: 1200 });
  if (facts) await shop.describe(productId, facts);
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, shippingAddress ? { shippingAddress } : {})).body.data;
  const reply = (await shop.staff('post', `/orders/${order.id as string}/fulfilments`, { state: 'packed' })).body.data;
  const fulfilment = reply.fulfilment ?? reply;
  return { sku, productId, id: order.id as string, owner: { 'x-order-token': order.orderToken as string }, parcelId: fulfilment.parcels[0].id as string, fulfilmentId: fulfilment.id as string };
};
const buy = (id: string, parcelId: string, more: object = {}) => shop.staff('post', `/orders/${id}/labels`, { parcelId, carrier: 'easypost', service: 'Priority', ...more });
const sold = () => mock.sold.length;

test.each(['easypost', 'shippo'])('a label of %s is bought, kept, and followed', async (carrier) => {
  const { id, parcelId, owner, fulfilmentId } = await packed();
  const before = sold();

  const bought = await buy(id, parcelId, { carrier });

  expect(bought.status).toBe(201);
  expect(bought.body.data).toEqual({
    id: expect.any(String), orderId: id, fulfilmentId, parcelId, state: 'bought', provider: carrier, carrier: 'USPS', service: 'Priority', format: 'pdf', labelUrl: expect.stringMatching(/\.pdf$/),
    trackingNumber: expect.stringMatching(/US$/), trackingUrl: expect.stringContaining('https://'), cost: euros(758), createdAt: expect.any(String),
  });
  expect(sold() - before).toBe(1);
  const [shipment] = (await shop.call('get', `/orders/${id}/shipments`, { headers: owner })).body.data.items;
  expect(shipment).toMatchObject({ carrier: 'USPS', trackingNumber: bought.body.data.trackingNumber, trackingUrl: bought.body.data.trackingUrl });
  expect((await shop.staff('get', `/orders/${id}/labels`)).body.data.items).toEqual([bought.body.data]);
  const again = await buy(id, parcelId, { carrier });
  expect([again.status, again.body.data]).toEqual([200, bought.body.data]);
  expect(sold() - before).toBe(1);
  expect(await shop.count('outbox', { type: 'label.bought', aggregateId: id })).toBe(1);
});

test('twenty clerks at once buy one label', async () => {
  const { id, parcelId } = await packed();
  const before = sold();

  const replies = await Promise.all(Array.from({ length: 20 }, () => buy(id, parcelId)));

  expect(replies.filter(({ status }) => status === 201)).toHaveLength(1);
  expect(replies.filter(({ status }) => status === 200)).toHaveLength(19);
  expect(new Set(replies.map(({ body }) => body.data.trackingNumber)).size).toBe(1);
  expect(sold() - before).toBe(1);
  expect(await shop.count('shipping_labels', { parcelId })).toBe(1);
});

describe('a parcel that crosses a border of customs', () => {
  test('is refused without an HS code before anything is bought', async () => {
    const { id, parcelId, sku, productId } = await packed({ shippingAddress: ABROAD });
    const before = [sold(), mock.requests.length];

    expect((await buy(id, parcelId)).body).toMatchObject({ status: 409, code: 'customs_data_missing', lines: [{ sku, missing: ['hsCode', 'originCountry'] }] });
    await shop.describe(productId, { shipping: { originCountry: 'PT' } });
    expect((await buy(id, parcelId)).body).toMatchObject({ lines: [{ sku, missing: ['hsCode'] }] });
    expect([sold(), mock.requests.length]).toEqual(before);
    expect(await shop.count('shipping_labels', { parcelId })).toBe(0);

    await shop.describe(productId, { shipping: { hsCode: '9401.61', originCountry: 'PT' } });
    expect((await buy(id, parcelId)).status).toBe(201);
    expect(mock.requests[0]!.body['shipment']).toMatchObject({
      from_address: { city: 'London', country: 'GB' }, to_address: { name: 'Ada Lovelace', state: 'IL', country: 'US' },
      customs_info: { customs_items: [{ quantity: 1, value: 12, currency: 'EUR', hs_tariff_number: '940161', origin_country: 'PT' }] },
    });
  });

  test('is declared at the customs value where the variant has one', async () => {
    const { id, parcelId } = await packed({ quantity: 3, shippingAddress: ABROAD, facts: { weightGrams: 100, shipping: { hsCode: '940161', originCountry: 'PT', customsValue: { amount: 450, currency: 'USD' } } } });
    expect((await buy(id, parcelId)).status).toBe(201);
    expect(mock.requests[0]!.body['shipment'].customs_info.customs_items).toEqual([expect.objectContaining({ quantity: 3, value: 13.5, currency: 'USD' })]);
  });

  test('is not one within a country, nor within the union', async () => {
    const { id, parcelId } = await packed();
    expect((await buy(id, parcelId)).status).toBe(201);
    expect(mock.requests[0]!.body['shipment']).not.toHaveProperty('customs_info');
    expect([crossesCustoms('DE', 'FR'), crossesCustoms('GB', 'FR'), crossesCustoms('DE', 'CH'), crossesCustoms('GB', 'GB'), crossesCustoms('US', 'CA')]).toEqual([false, true, true, false, true]);
  });

  test('is declared by weight as well', () => {
    const item = { sku: 'A', productName: 'A', quantity: 1, ordered: 1, lineTotal: euros(1) };
    expect(declare([item], new Map([['A', { sku: 'A', productName: 'A', shipping: { hsCode: '940161', originCountry: 'PT' } }]])).missing).toEqual([{ sku: 'A', missing: ['weightGrams'] }]);
    expect(declare([item], new Map()).missing).toEqual([{ sku: 'A', missing: ['hsCode', 'originCountry', 'weightGrams'] }]);
  });
});

test('a parcel nobody has weighed is weighed first', async () => {
  const { id, parcelId } = await packed({ facts: null });
  expect((await buy(id, parcelId)).body).toMatchObject({ status: 409, code: 'parcel_weight_unknown' });
  expect((await buy(id, parcelId, { weightGrams: 1000, box: { length: 254, width: 254, height: 254 } })).status).toBe(201);
  expect(mock.requests[0]!.body['shipment'].parcel).toEqual({ weight: 35.3, length: 10, width: 10, height: 10 });
});

describe('when the carrier', () => {
  test('does not answer after it has sold, the next call finds what was sold and buys nothing', async () => {
    const { id, parcelId } = await packed();
    const before = sold();
    mock.behaviour.silentAfterBuy = true;
    expect((await buy(id, parcelId)).body).toMatchObject({ status: 503, code: 'carrier_not_reached' });
    expect(sold() - before).toBe(1);

    mock.behaviour.silentAfterBuy = false;
    const found = await buy(id, parcelId);

    expect(found.status).toBe(201);
    expect(found.body.data).toMatchObject({ state: 'bought', trackingNumber: expect.any(String) });
    expect(sold() - before).toBe(1);
  });

  test('was left in the middle by a process that died, the worker asks what became of it', async () => {
    const [bought, never] = [await packed(), await packed()];
    mock.behaviour.silentAfterBuy = true;
    await buy(bought.id, bought.parcelId);
    mock.reset();
    mock.behaviour.fail = 500;
    await buy(never.id, never.parcelId);
    mock.reset();
    const before = sold();
    for (const { name, run } of shop.container.schedules) if (name === 'settle-labels') await run(new AbortController().signal);

    expect((await shop.staff('get', `/orders/${bought.id}/labels`)).body.data.items).toMatchObject([{ state: 'bought' }]);
    expect((await shop.staff('get', `/orders/${never.id}/labels`)).body.data.items).toMatchObject([{ state: 'failed', failure: 'it was never bought' }]);
    expect(sold()).toBe(before);
    expect((await buy(never.id, never.parcelId)).status).toBe(201);
  });

  test('refuses, its words are told and the parcel is free for another try', async () => {
    const { id, parcelId } = await packed();
    mock.behaviour.fail = 422;
    expect((await buy(id, parcelId)).body).toMatchObject({ status: 409, code: 'label_refused', carrierMessage: 'the mock was told to fail' });
    mock.behaviour.fail = null;
    expect((await buy(id, parcelId, { service: 'Balloon' })).body).toMatchObject({ status: 409, code: 'service_not_offered', offered: ['USPS Priority', 'USPS Express', 'UPS Ground'] });
    expect((await buy(id, parcelId, { service: '*' })).body.data).toMatchObject({ service: 'Priority', cost: euros(758) });
  });
});

describe('voiding', () => {
  test('gives the postage back once, and makes room for another label', async () => {
    const { id, parcelId } = await packed();
    const { id: labelId } = (await buy(id, parcelId)).body.data;

    const replies = await Promise.all(Array.from({ length: 10 }, () => shop.staff('delete', `/orders/${id}/labels/${labelId as string}`)));

    expect(replies.filter(({ status }) => status === 200).length).toBeGreaterThanOrEqual(1);
    expect(replies.filter(({ status, body }) => status !== 200 && body.code !== 'label_in_progress')).toEqual([]);
    expect(mock.requests.filter(({ path }) => path.endsWith('/refund'))).toHaveLength(1);
    expect((await shop.staff('delete', `/orders/${id}/labels/${labelId as string}`)).body.data).toMatchObject({ state: 'voided', refund: 'pending' });
    expect((await buy(id, parcelId, { service: 'Ground' })).body.data).toMatchObject({ state: 'bought', service: 'Ground', cost: euros(910) });
    expect((await shop.staff('get', `/orders/${id}/labels`)).body.data.items.map(({ state }: { state: string }) => state)).toEqual(['voided', 'bought']);
    expect(await shop.count('outbox', { type: 'label.voided', aggregateId: id })).toBe(1);
  });

  test('that the carrier does not hear of leaves the label as it is', async () => {
    const { id, parcelId } = await packed();
    const { id: labelId } = (await buy(id, parcelId)).body.data;
    mock.behaviour.fail = 500;
    expect((await shop.staff('delete', `/orders/${id}/labels/${labelId as string}`)).body).toMatchObject({ status: 503, code: 'carrier_not_reached' });
    mock.behaviour.fail = null;
    expect((await shop.staff('get', `/orders/${id}/labels`)).body.data.items).toMatchObject([{ state: 'bought' }]);
  });
});

test('what does not exist, and who may not', async () => {
  const { id, parcelId } = await packed();
  expect((await buy(id, `${parcelId}x`)).body).toMatchObject({ status: 404, code: 'parcel_not_found' });
  expect((await buy('0'.repeat(24), parcelId)).status).toBe(404);
  expect((await buy(id, parcelId, { carrier: 'pigeon' })).body).toMatchObject({ status: 400, code: 'carrier_not_configured', allowed: ['easypost', 'shippo'] });
  expect((await shop.staff('delete', `/orders/${id}/labels/${'0'.repeat(24)}`)).body).toMatchObject({ status: 404, code: 'label_not_found' });
  expect((await shop.call('post', `/orders/${id}/labels`, { body: { parcelId, carrier: 'easypost' } })).status).toBe(401);
  expect(await shop.count('shipping_labels', { parcelId })).toBe(0);
});

test('a box holds what is stacked in it', () => {
  const size = (length: number, width: number, height: number) => ({ length, width, height });
  expect(boxOf([{ quantity: 2, dimensionsMm: size(300, 100, 50) }, { quantity: 1, dimensionsMm: size(200, 150, 20) }, { quantity: 9 }])).toEqual(size(300, 150, 120));
  expect(boxOf([{ quantity: 1 }])).toEqual(size(300, 200, 120));
});
