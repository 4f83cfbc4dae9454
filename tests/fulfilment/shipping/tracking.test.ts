import { randomUUID } from 'node:crypto';
import { statusOf, untold, newTracking, withScans } from '../../../src/fulfilment/shipping/tracking/tracking.js';
import type { Scan } from '../../../src/fulfilment/shipping/carriers/carrier.js';
import { seeded } from '../../support/random.js';
import { openDelivery, type Delivery } from './delivery-world.js';

let shop: Delivery;
beforeAll(async () => { shop = await openDelivery(); });
afterEach(async () => {
  expect(await shop.violations()).toEqual([]);
  expect(shop.defects.splice(0)).toEqual([]);
});
afterAll(() => shop.close());

/** With a hyphen, as people copy it from a label; carriers leave it out. */
const number = () => `TR-${randomUUID().slice(0, 8).toUpperCase()}`;
const shipmentsOf = async (id: string, headers: object) => (await shop.call('get', `/orders/${id}/shipments`, { headers: headers as Record<string, string> })).body.data.items;
const milestonesOf = async (orderId: string) => (await shop.events()).filter(({ aggregateId, type }) => aggregateId === orderId && String(type).startsWith('shipment.')).map(({ type }) => String(type).slice(9)).sort();
const sent = async (...numbers: string[]) => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { order, owner } = await shop.placed(sku);
  const fulfilment = await shop.send(order['id'], ...numbers);
  return { id: order['id'] as string, owner, fulfilment };
};
const STORY = [
  ['pre_transit', '2026-03-01T08:00:00.000Z'], ['in_transit', '2026-03-01T20:00:00.000Z'], ['failed', '2026-03-02T12:00:00.000Z'], ['in_transit', '2026-03-02T20:00:00.000Z'],
  ['out_for_delivery', '2026-03-03T07:00:00.000Z'], ['delivered', '2026-03-03T12:00:00.000Z'],
] as const;

test('a parcel is followed to its end, and its order with it', async () => {
  const tracked = number();
  const { id, owner } = await sent(tracked);
  expect(await shipmentsOf(id, owner)).toMatchObject([{ carrier: 'Post', trackingNumber: tracked, status: 'unknown', events: [] }]);

  expect((await shop.tell({ trackingNumber: tracked, status: 'in_transit', at: '2026-03-01T20:00:00Z', location: 'Leeds, GB' })).body.data).toEqual({ received: 1 });
  expect(await shipmentsOf(id, owner)).toMatchObject([{ status: 'in_transit', events: [{ status: 'in_transit', at: '2026-03-01T20:00:00.000Z', location: 'Leeds, GB' }] }]);
  await shop.tell({ trackingNumber: tracked, status: 'delivered', at: '2026-03-02T20:00:00Z' });
  await shop.runEvents();

  expect(await shipmentsOf(id, owner)).toMatchObject([{ status: 'delivered', state: 'delivered', deliveredAt: expect.any(String) }]);
  expect((await shop.call('get', `/orders/${id}`, { headers: owner })).body.data).toMatchObject({ fulfilmentStatus: 'delivered' });
  expect(await milestonesOf(id)).toEqual(['delivered', 'in_transit']);
});

test('whatever the order, and every event three times: the same state, each milestone once', async () => {
  const random = seeded(7);
  for (let round = 0; round < 4; round++) {
    const tracked = number();
    const { id, owner } = await sent(tracked);
    const events = STORY.map(([status, at]) => ({ id: randomUUID(), trackingNumber: tracked, status, at }));
    const deck = [...events, ...events, ...events].map((event) => ({ event, at: random.between(0, 1_000_000) })).sort((a, b) => a.at - b.at).map(({ event }) => event);

    const heard = await Promise.all(deck.map(async (event) => (await shop.tell(event)).body.data.received as number));
    await shop.runEvents();

    expect(heard.reduce((so, one) => so + one, 0)).toBe(6);
    expect(await milestonesOf(id)).toEqual(['delivered', 'failed', 'in_transit', 'out_for_delivery']);
    const [parcel] = await shipmentsOf(id, owner);
    expect(parcel).toMatchObject({ status: 'delivered', state: 'delivered' });
    expect(parcel.events.map(({ status, at }: { status: string; at: string }) => [status, at])).toEqual(STORY.map((scan) => [...scan]));
    expect((await shop.call('get', `/orders/${id}`, { headers: owner })).body.data.fulfilmentStatus).toBe('delivered');
  }
});

test('thirty carriers at once tell the same: it is heard once', async () => {
  const tracked = number();
  const { id } = await sent(tracked);
  const event = { id: randomUUID(), trackingNumber: tracked, status: 'in_transit', at: '2026-03-01T20:00:00Z' };

  const replies = await Promise.all(Array.from({ length: 30 }, () => shop.tell(event)));

  expect(replies.map(({ status }) => status)).toEqual(Array.from({ length: 30 }, () => 200));
  expect(replies.filter(({ body }) => body.data.received === 1)).toHaveLength(1);
  expect(await milestonesOf(id)).toEqual(['in_transit']);
  expect(await shop.count('carrier_events', { trackingNumber: tracked.replace('-', '') })).toBe(1);
});

test('what a carrier tells before anybody typed the number is told on when it is known', async () => {
  const tracked = number();
  await shop.tell({ trackingNumber: tracked.toLowerCase().replace('-', ' '), status: 'in_transit', at: '2026-03-01T20:00:00Z' });
  await shop.tell({ trackingNumber: tracked, status: 'delivered', at: '2026-03-02T20:00:00Z' });
  expect(await shop.count('outbox', { type: /^shipment\./, 'data.trackingNumber': tracked })).toBe(0);

  const { sku } = await shop.given.variant();
  const { order, owner } = await shop.placed(sku);
  const created = (await shop.staff('post', `/orders/${order['id'] as string}/fulfilments`, { carrier: 'Post', trackingNumber: tracked })).body.data;
  await shop.runEvents();
  expect(await milestonesOf(order['id'])).toEqual(['delivered', 'in_transit']);
  // It was not sent yet, as far as we know: goods cannot arrive before they leave.
  expect((await shop.call('get', `/orders/${order['id'] as string}`, { headers: owner })).body.data.fulfilmentStatus).toBe('unfulfilled');

  const { id: fulfilmentId } = created.fulfilment ?? created;
  await shop.staff('post', `/orders/${order['id'] as string}/fulfilments/${fulfilmentId as string}/shipment`, {});
  await shop.runEvents();
  expect((await shop.call('get', `/orders/${order['id'] as string}`, { headers: owner })).body.data.fulfilmentStatus).toBe('delivered');
  expect(await milestonesOf(order['id'])).toEqual(['delivered', 'in_transit']);
});

test('a late word is told as late, and does not bring a delivered parcel back', async () => {
  const tracked = number();
  const { id, owner } = await sent(tracked);
  await shop.tell({ trackingNumber: tracked, status: 'delivered', at: '2026-03-02T20:00:00Z' });
  await shop.tell({ trackingNumber: tracked, status: 'in_transit', at: '2026-03-03T20:00:00Z' });

  expect((await shipmentsOf(id, owner))[0].status).toBe('delivered');
  const told = (await shop.events()).filter(({ aggregateId, type }) => aggregateId === id && String(type).startsWith('shipment.'));
  expect(told.map(({ type, data }) => [type, (data as { late: boolean }).late])).toEqual([['shipment.delivered', false], ['shipment.in_transit', true]]);
});

describe('a webhook', () => {
  const stored = () => shop.count('carrier_events');

  test('that is not signed, or by a carrier nobody knows, changes nothing', async () => {
    const before = [await stored(), await shop.count('parcel_trackings')];
    const body = JSON.stringify({ trackingNumber: number(), status: 'delivered', at: new Date().toISOString() });

    expect((await shop.api.post('/webhooks/carriers/standard').set('content-type', 'application/json').send(body)).body).toMatchObject({ status: 401, code: 'webhook_not_signed' });
    expect((await shop.api.post('/webhooks/carriers/standard').set({ 'content-type': 'application/json', 'webhook-id': 'x', 'webhook-timestamp': '1', 'webhook-signature': 'v1,AAAA' }).send(body)).status).toBe(401);
    expect((await shop.api.post('/webhooks/carriers/easypost').set('content-type', 'application/json').send(body)).body).toMatchObject({ status: 404, code: 'carrier_not_found' });
    expect((await shop.api.post('/webhooks/carriers/pigeon').set('content-type', 'application/json').send(body)).status).toBe(404);
    expect([await stored(), await shop.count('parcel_trackings')]).toEqual(before);
  });

  test('that says nothing of a parcel is received and forgotten', async () => {
    const before = await stored();
    expect((await shop.tell({ trackingNumber: '', status: 'delivered' })).body.data).toEqual({ received: 0 });
    expect((await shop.tell({ trackingNumber: '???', status: 'delivered' })).body.data).toEqual({ received: 0 });
    expect((await shop.tell({ trackingNumber: 'X1', status: 'eaten' })).body.data).toEqual({ received: 0 });
    expect(await stored()).toBe(before);
  });
});

test('the parcels of somebody else are nobody to ask for', async () => {
  const { id, owner } = await sent(number());
  const other = await sent(number());

  expect((await shop.call('get', `/orders/${id}/shipments`, { headers: other.owner })).status).toBe(404);
  expect((await shop.call('get', `/orders/${id}/shipments`)).status).toBe(404);
  expect((await shop.call('get', `/orders/${id}/shipments`, { headers: owner })).status).toBe(200);
  expect((await shop.staff('get', `/orders/${id}/shipments`)).status).toBe(200);
});

describe('scans', () => {
  const scan = (status: Scan['status'], day: number): Scan => ({ key: `${day} ${status}`, status, at: new Date(Date.UTC(2026, 2, day)) });

  test('say where a parcel is: the last one, but for the ends', () => {
    expect(statusOf([])).toBe('unknown');
    expect(statusOf([scan('in_transit', 1), scan('failed', 2), scan('unknown', 3)])).toBe('failed');
    expect(statusOf([scan('delivered', 1), scan('in_transit', 2)])).toBe('delivered');
    expect(statusOf([scan('returned', 1), scan('in_transit', 2)])).toBe('returned');
    expect(statusOf([scan('returned', 1), scan('delivered', 2)])).toBe('delivered');
  });

  test('are a set, however they come, and bounded', () => {
    const all = [scan('in_transit', 1), scan('out_for_delivery', 2), scan('delivered', 3)];
    const one = withScans(newTracking('A-1'), all);
    expect(withScans(withScans(withScans(newTracking('a 1'), [all[2]!]), [all[0]!, all[0]!]), all)).toEqual(one);
    const chatter = withScans(one, [...Array.from({ length: 900 }, (_unused, at) => scan('in_transit', at + 10)), scan('failed', 1)]);
    expect([chatter.scans.length, chatter.status, chatter.scans.filter(({ status }) => status === 'failed').length]).toEqual([301, 'delivered', 1]);
    expect(untold(one)).toEqual([]);
    expect(untold({ ...one, link: { orderId: 'o', fulfilmentId: 'f', parcelId: 'p', number: 'A-1' }, told: ['in_transit'] })).toEqual(['out_for_delivery', 'delivered']);
  });
});
