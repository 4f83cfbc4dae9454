import { Types } from 'mongoose';
import { allowedCommands, COMMANDS, FULFILMENT_STATUSES, fulfilmentStatusOf, ORDER_STATUSES, PAYMENT_STATUSES, type Command, type FulfilmentStatus, type OrderStatus, type PaymentStatus, type UnitCounters } from '../../../src/fulfilment/orders/orders.js';
import { openShop, type Shop } from '../../support/shop.js';

const WORDS = [...new Set<string>([...ORDER_STATUSES, ...COMMANDS])];
const NONE: UnitCounters = { ordered: 4, cancelled: 0, backordered: 0, allocated: 0, shipped: 0, delivered: 0, returnRequested: 0, returned: 0, writtenOff: 0 };

/** Units that say so; a partial delivery can leave units that were not sent, or none. */
const UNITS: ReadonlyArray<{ fulfilmentStatus: FulfilmentStatus; units: UnitCounters; moves: Command[] }> = [
  { fulfilmentStatus: 'unfulfilled', units: { ...NONE, allocated: 4 }, moves: ['shipped', 'completed', 'cancelled'] },
  { fulfilmentStatus: 'backordered', units: { ...NONE, allocated: 3, backordered: 1 }, moves: ['cancelled'] },
  { fulfilmentStatus: 'partially_shipped', units: { ...NONE, allocated: 2, shipped: 2 }, moves: ['shipped', 'completed'] },
  { fulfilmentStatus: 'shipped', units: { ...NONE, shipped: 4 }, moves: ['delivered', 'completed'] },
  { fulfilmentStatus: 'partially_delivered', units: { ...NONE, allocated: 2, shipped: 2, delivered: 1 }, moves: ['shipped', 'completed'] },
  { fulfilmentStatus: 'partially_delivered', units: { ...NONE, shipped: 4, delivered: 1 }, moves: ['delivered', 'completed'] },
  { fulfilmentStatus: 'delivered', units: { ...NONE, shipped: 4, delivered: 4 }, moves: ['completed'] },
  { fulfilmentStatus: 'not_required', units: { ...NONE, cancelled: 4 }, moves: ['completed', 'cancelled'] },
];

/** The whole table, written down a second time and more simply: what is not in it is forbidden. */
function legal(status: OrderStatus, paymentStatus: PaymentStatus, moves: Command[]): Command[] {
  if (status === 'pending') return paymentStatus === 'paid' || paymentStatus === 'authorized' ? ['placed', 'cancelled'] : ['cancelled'];
  return status === 'placed' ? moves : [];
}
const STATES = ORDER_STATUSES.flatMap((status) => PAYMENT_STATUSES.flatMap((paymentStatus) => UNITS.map((units) => ({ status, paymentStatus, ...units }))));

test('the units cover every fulfilment status there is', () => {
  expect([...new Set(UNITS.map(({ fulfilmentStatus }) => fulfilmentStatus))].sort()).toEqual([...FULFILMENT_STATUSES].sort());
  for (const { units, fulfilmentStatus } of UNITS) expect(fulfilmentStatusOf([{ units }])).toBe(fulfilmentStatus);
});

test(`of ${STATES.length} states each allows exactly what the table says`, () => {
  for (const { status, paymentStatus, fulfilmentStatus, units, moves } of STATES) {
    const allowed = allowedCommands({ status, paymentStatus, fulfilmentStatus, returnStatus: 'none', holds: [], items: [{ units }] });
    expect({ status, paymentStatus, fulfilmentStatus, allowed }).toEqual({ status, paymentStatus, fulfilmentStatus, allowed: legal(status, paymentStatus, moves) });
  }
});

test('an order on hold is not sent by any word', () => {
  for (const { paymentStatus, fulfilmentStatus, units } of STATES.filter(({ status }) => status === 'placed')) {
    const allowed = allowedCommands({ status: 'placed', paymentStatus, fulfilmentStatus, returnStatus: 'none', holds: ['fraud'], items: [{ units }] });
    expect(allowed).not.toContain('shipped');
    if (units.allocated > 0) expect(allowed).not.toContain('completed');
  }
});

describe('through HTTP', () => {
  let shop: Shop;
  beforeAll(async () => { shop = await openShop(); });
  afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
  afterAll(() => shop.close());

  test('every illegal pair is 409 with the list of what is allowed, and changes nothing', async () => {
    const { sku } = await shop.given.variant({ stock: 10 });
    const { guest } = await shop.given.cart([sku, 4]);
    const { id } = (await shop.order(guest)).body.data as { id: string };
    const orders = shop.connection.collection('orders');
    const untouched = await orders.findOne({ _id: new Types.ObjectId(id) as never });
    let asked = 0;

    for (const { status, paymentStatus, fulfilmentStatus, units, moves } of STATES) {
      const allowed = legal(status, paymentStatus, moves);
      await orders.updateOne({ _id: new Types.ObjectId(id) as never }, { $set: { status, paymentStatus, fulfilmentStatus, 'items.0.units': units } });
      const illegal = WORDS.filter((word) => !allowed.includes(word as Command));
      const replies = await Promise.all(illegal.map((word) => shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status: word } })));
      for (const [at, { body }] of replies.entries()) expect(body).toMatchObject({ status: 409, code: 'illegal_transition', requested: illegal[at], allowed });
      asked += replies.length;
    }

    expect(asked).toBe(STATES.reduce((so, { status, paymentStatus, moves }) => so + WORDS.length - legal(status, paymentStatus, moves).length, 0));
    await orders.updateOne({ _id: new Types.ObjectId(id) as never }, { $set: { status: untouched!['status'], paymentStatus: untouched!['paymentStatus'], fulfilmentStatus: untouched!['fulfilmentStatus'], 'items.0.units': untouched!['items'][0].units } });
    expect(await orders.findOne({ _id: new Types.ObjectId(id) as never })).toEqual(untouched);
    expect(await shop.violations()).toEqual([]);
  }, 300_000);

  test.each(UNITS.filter(({ moves }) => moves.includes('shipped')))('what is $fulfilmentStatus can still be sent as a whole, by one of twenty', async ({ units: { shipped, delivered } }) => {
    const { sku } = await shop.given.variant({ stock: 10 });
    const { guest } = await shop.given.cart([sku, 4]);
    const { id, items } = (await shop.order(guest)).body.data;
    const send = (quantity: number) => shop.call('post', `/orders/${id}/fulfilments`, { headers: shop.keys.secret, body: { lines: [{ itemId: items[0].id, quantity }], state: 'shipped' } });
    for (let i = 0; i < shipped; i++) {
      const { body } = await send(1);
      if (i < delivered) await shop.call('post', `/orders/${id}/fulfilments/${body.data.id}/delivery`, { headers: shop.keys.secret, body: {} });
    }

    const replies = await Promise.all(Array.from({ length: 20 }, () => shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status: 'shipped' } })));

    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)]);
    expect(await shop.level(sku)).toEqual({ onHand: 6, reserved: 0 });
    const after = await shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status: 'delivered' } });
    expect(after.body.data).toMatchObject({ fulfilmentStatus: 'delivered' });
    expect(await shop.violations()).toEqual([]);
  });
});
