import { randomUUID } from 'node:crypto';
import { createKeyedQueue } from '../../../src/shared/keyed-queue.js';
import { openStockRoom, type StockRoom } from '../inventory/stock-room.js';

let room: StockRoom;
let one: string;
let two: string;
beforeAll(async () => {
  room = await openStockRoom();
  one = (await room.given.warehouse('ONE')).id;
  two = (await room.given.warehouse('TWO', { priority: 2 })).id;
});
afterAll(() => room.close());
afterEach(async () => {
  expect(room.defects.splice(0)).toEqual([]);
  await room.runEvents();
  expect((await Promise.all(room.container.invariants.filter(({ name }) => /^(stock|purchasing)\./.test(name)).map(({ check }) => check()))).flat()).toEqual([]);
});

const newSku = (): string => `SKU-${randomUUID().slice(0, 8)}`;
const euros = (amount: number) => ({ amount, currency: 'EUR' });
async function supplier(more: object = {}): Promise<{ id: string }> {
  const made = await room.staff('post', '/suppliers', { code: `S-${randomUUID().slice(0, 8).toUpperCase()}`, name: 'Supplier', currency: 'EUR', ...more });
  expect(made.status).toBe(201);
  return made.body.data;
}
const source = (supplierId: string, sku: string, body: object = {}) => room.staff('put', `/suppliers/${supplierId}/skus/${sku}`, { priority: 1, cost: euros(500), ...body });
const ordersOf = async (sku: string) => (await room.staff('get', `/purchase-orders?sku=${sku}`)).body.data.items as Array<{ id: string; state: string; supplierId: string; origin: string; lines: Array<{ quantity: number; received: number }> }>;
const level = async (sku: string, warehouseId = one) => (await room.staff('get', `/inventory/${sku}/${warehouseId}`)).body.data;
const post = (id: string, action: string, body?: object) => room.staff('post', `/purchase-orders/${id}/${action}`, body);
async function given({ quantity = 10, stock = {} as Record<string, number>, state = 'ordered' } = {}) {
  const sku = newSku();
  await room.given.stock(sku, stock);
  const { id: supplierId } = await supplier();
  await source(supplierId, sku);
  const made = await room.staff('post', '/purchase-orders', { supplierId, warehouseId: one, state, lines: [{ sku, quantity }] });
  expect(made.status).toBe(201);
  return { sku, supplierId, id: made.body.data.id as string, order: made.body.data };
}

describe('a purchase order', () => {
  test('is drafted, sent, received in parts, and closed with the last of it', async () => {
    const { sku, id, order } = await given({ state: 'draft' });
    expect(order).toMatchObject({ state: 'draft', origin: 'manual', orderedAt: null, lines: [{ sku, quantity: 10, received: 0, unitCost: euros(500) }] });
    expect((await post(id, 'receipts', { receiptId: `E-${sku}`, lines: [{ sku, quantity: 1 }] })).body).toMatchObject({ status: 409, code: 'illegal_transition', state: 'draft' });

    expect((await post(id, 'submission')).body.data).toMatchObject({ state: 'ordered', orderedAt: expect.any(String) });
    expect((await post(id, 'receipts', { receiptId: `A-${sku}`, lines: [{ sku, quantity: 4 }] })).body.data).toMatchObject({ state: 'partially_received', lines: [{ received: 4 }] });
    const last = await room.staff('post', '/inventory/receipts', { receiptId: `B-${sku}`, warehouseId: one, purchaseOrderId: id, lines: [{ sku, quantity: 6 }] });

    expect([last.status, last.body.data.purchaseOrderId]).toEqual([201, id]);
    expect((await room.staff('get', `/purchase-orders/${id}`)).body.data).toMatchObject({ state: 'received', closedAt: expect.any(String), lines: [{ received: 10 }] });
    expect(await level(sku)).toMatchObject({ onHand: 10, reserved: 0 });
    expect((await post(id, 'cancellation')).body).toMatchObject({ code: 'illegal_transition', allowed: [] });
    const told = (await room.events()).filter(({ aggregateId }) => aggregateId === id).map(({ type }) => type);
    expect(told).toEqual(['purchase_order.created', 'purchase_order.ordered', 'purchase_order.partially_received', 'purchase_order.received']);
  });

  test('refuses more than was ordered, other goods and another warehouse, and nothing changes', async () => {
    const { sku, id } = await given();
    const other = newSku();
    await room.given.stock(other);
    await post(id, 'receipts', { receiptId: `A-${sku}`, lines: [{ sku, quantity: 8 }] });

    const tooMany = await post(id, 'receipts', { receiptId: `B-${sku}`, lines: [{ sku, quantity: 3 }] });
    const foreign = await post(id, 'receipts', { receiptId: `C-${sku}`, lines: [{ sku, quantity: 1 }, { sku: other, quantity: 1 }] });
    const elsewhere = await room.staff('post', '/inventory/receipts', { receiptId: `D-${sku}`, warehouseId: two, purchaseOrderId: id, lines: [{ sku, quantity: 1 }] });

    expect(tooMany.body).toMatchObject({ status: 409, code: 'over_receipt', lines: [{ sku, ordered: 10, received: 8, arriving: 3 }] });
    expect(foreign.body).toMatchObject({ code: 'over_receipt', lines: [{ sku: other, ordered: 0, received: 0, arriving: 1 }] });
    expect(elsewhere.body).toMatchObject({ status: 409, code: 'wrong_warehouse' });
    expect((await level(sku)).onHand).toBe(8);
    expect((await level(other)).onHand).toBe(0);
    expect(await room.count('stock_receipts', { purchaseOrderId: id })).toBe(1);
  });

  test('books a receipt once however often it is sent, and refuses its id for other goods', async () => {
    const { sku, id } = await given();
    const receipt = { receiptId: `R-${sku}`, lines: [{ sku, quantity: 4 }] };

    const replies = await Promise.all(Array.from({ length: 20 }, () => post(id, 'receipts', receipt)));

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await ordersOf(sku))[0]!.lines[0]!.received).toBe(4);
    expect((await level(sku)).onHand).toBe(4);
    expect((await post(id, 'receipts', { ...receipt, lines: [{ sku, quantity: 5 }] })).body.code).toBe('receipt_id_reused');
  });

  test('takes in exactly what was ordered of 20 parallel receipts of 3', async () => {
    const { sku, id } = await given({ quantity: 10 });

    const replies = await Promise.all(Array.from({ length: 20 }, (_, at) => post(id, 'receipts', { receiptId: `R${at}-${sku}`, lines: [{ sku, quantity: 3 }] })));

    expect(replies.map(({ status }) => status).sort()).toEqual([...Array(3).fill(200), ...Array(17).fill(409)]);
    expect((await level(sku)).onHand).toBe(9);
  });

  test('of an inactive or unknown supplier, for an unknown SKU or without a price is refused', async () => {
    const sku = newSku();
    await room.given.stock(sku);
    const { id } = await supplier();
    const create = (body: object) => room.staff('post', '/purchase-orders', { supplierId: id, warehouseId: one, lines: [{ sku, quantity: 1, unitCost: euros(1) }], ...body });
    const before = await room.count('purchase_orders');

    expect((await create({ lines: [{ sku, quantity: 1 }] })).body).toMatchObject({ status: 400, code: 'cost_missing', errors: [{ pointer: '#/body/lines/0/unitCost' }] });
    expect((await create({ lines: [{ sku: 'GHOST', quantity: 1, unitCost: euros(1) }] })).body).toMatchObject({ status: 404, code: 'sku_not_found' });
    expect((await create({ supplierId: 'a'.repeat(24) })).body.code).toBe('supplier_not_found');
    await room.staff('patch', `/suppliers/${id}`, { active: false });
    expect((await create({})).body).toMatchObject({ status: 409, code: 'supplier_inactive' });
    expect(await room.count('purchase_orders')).toBe(before);
  });

  test('is cancelled once, by whoever comes first', async () => {
    const { id } = await given();

    const replies = await Promise.all(Array.from({ length: 5 }, () => post(id, 'cancellation')));

    expect(replies.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
    expect((await post(id, 'submission')).body.code).toBe('illegal_transition');
  });
});

describe('reordering by itself', () => {
  const queue = createKeyedQueue();
  const sell = (sku: string) => queue.run([sku], () => room.reserve([[sku, 1]]));
  const policy = (sku: string, body: object) => room.staff('patch', `/inventory/${sku}/${one}`, body);

  async function sold({ stock = 60, reorder = { point: 20, quantity: 40 } as object, suppliers = 1 } = {}) {
    const sku = newSku();
    await room.given.stock(sku, { ONE: stock });
    const made = [];
    for (let at = 0; at < suppliers; at++) {
      const { id } = await supplier({ leadTimeDays: 3 });
      await source(id, sku, { priority: at + 1, cost: euros(500 - at), minQuantity: 10 });
      made.push(id);
    }
    expect((await policy(sku, { reorder })).status).toBe(200);
    return { sku, suppliers: made };
  }

  test('50 parallel sales across the point raise one purchase order, at the preferred supplier', async () => {
    const { sku, suppliers } = await sold({ suppliers: 2 });

    await Promise.all(Array.from({ length: 50 }, () => sell(sku)));
    await room.runEvents();

    const orders = await ordersOf(sku);
    expect(orders).toMatchObject([{ state: 'ordered', origin: 'reorder', supplierId: suppliers[0], lines: [{ quantity: 40, received: 0 }] }]);
    expect((await room.events()).filter(({ type, aggregateId }) => type === 'stock.reorder_due' && aggregateId === sku)).toHaveLength(1);
  });

  test('goes to the next supplier when the first is inactive, and says so when nobody delivers', async () => {
    const { sku, suppliers } = await sold({ stock: 3, reorder: { point: 1, quantity: 2 }, suppliers: 2 });
    await room.staff('patch', `/suppliers/${suppliers[0]}`, { active: false });
    const alone = await sold({ stock: 2, reorder: { point: 1, quantity: 2 }, suppliers: 0 });

    await sell(sku);
    await sell(sku);
    await sell(alone.sku);
    await room.runEvents();

    expect(await ordersOf(sku)).toMatchObject([{ supplierId: suppliers[1], lines: [{ quantity: 10 }] }]);
    expect(await ordersOf(alone.sku)).toEqual([]);
    expect((await room.events()).filter(({ type, aggregateId }) => type === 'reorder.unsourced' && aggregateId === alone.sku)).toHaveLength(1);
  });

  test('that nobody delivers is tried again: one order once a supplier becomes able, whoever looks how often, and none where it is not wanted any more', async () => {
    const retry = () => room.container.schedules.find(({ name }) => name === 'retry-unsourced-reorders')!.run(new AbortController().signal);
    const [wanted, refilled] = [await sold({ stock: 2, reorder: { point: 1, quantity: 7 }, suppliers: 1 }), await sold({ stock: 2, reorder: { point: 1, quantity: 7 }, suppliers: 0 })];
    await room.staff('patch', `/suppliers/${wanted.suppliers[0]}`, { active: false });
    for (const { sku } of [wanted, refilled]) await sell(sku);
    await room.runEvents();
    await retry();
    expect([await ordersOf(wanted.sku), await ordersOf(refilled.sku)]).toEqual([[], []]);

    await room.staff('post', '/inventory/adjustments', { sku: refilled.sku, warehouseId: one, delta: 50, reason: 'found' });
    await source((await supplier()).id, refilled.sku);
    await room.staff('patch', `/suppliers/${wanted.suppliers[0]}`, { active: true });
    await Promise.all(Array.from({ length: 20 }, retry));
    await retry();

    expect([await ordersOf(wanted.sku), await ordersOf(refilled.sku)]).toMatchObject([[{ state: 'ordered', origin: 'reorder', supplierId: wanted.suppliers[0], lines: [{ quantity: 10 }] }], []]);
    const told = await room.events();
    expect(told.filter(({ type, aggregateId }) => type === 'reorder.unsourced' && aggregateId === wanted.sku)).toHaveLength(1);
    expect(await room.connection.collection('unsourced_reorders').countDocuments({ sku: { $in: [wanted.sku, refilled.sku] } })).toBe(0);
  });

  test('orders up to a level, counting what is owed; again only when the first order is done and the point is crossed again', async () => {
    const { sku } = await sold({ stock: 5, reorder: { point: 2, upTo: 30 } });
    await policy(sku, { backorder: { ceiling: 100, restockInDays: 1 } });

    await room.reserve([[sku, 9]]);
    await room.runEvents();
    const [first] = await ordersOf(sku);
    expect(first).toMatchObject({ lines: [{ quantity: 34 }] });

    // Up and down again while it is still open: one order is enough.
    await room.staff('post', '/inventory/adjustments', { sku, warehouseId: one, delta: 7, reason: 'found' });
    await room.reserve([[sku, 2]]);
    await room.runEvents();
    expect(await ordersOf(sku)).toHaveLength(1);

    await post(first!.id, 'receipts', { receiptId: `R-${sku}`, lines: [{ sku, quantity: 34 }] });
    await room.reserve([[sku, 34]]);
    await room.runEvents();
    expect((await ordersOf(sku)).map(({ state }) => state)).toEqual(['ordered', 'received']);
  });

  test('raises an order at once where little is left already when the policy is set', async () => {
    const { sku } = await sold({ stock: 1, reorder: { point: 5, quantity: 10 } });

    await room.runEvents();
    await policy(sku, { reorder: { point: 6, quantity: 10 } });
    await room.runEvents();

    expect(await ordersOf(sku)).toHaveLength(1);
  });

  test('follows the warehouse where the level has no policy', async () => {
    const { id } = await supplier();
    const warehouse = await room.given.warehouse('AUTO', { priority: 9, autoReorder: { enabled: true, threshold: 4, preferredSupplier: id } });
    const sku = newSku();
    await room.given.stock(sku, { AUTO: 6 });
    await source((await supplier()).id, sku, { priority: 1 });
    await source(id, sku, { priority: 5 });

    await sell(sku);
    await sell(sku);
    await room.runEvents();

    expect(await ordersOf(sku)).toMatchObject([{ supplierId: id, warehouseId: warehouse.id, lines: [{ quantity: 4 }] }]);
  });
});

describe('suppliers', () => {
  test('are listed by SKU, the preferred first, and leave the list', async () => {
    const sku = newSku();
    await room.given.stock(sku);
    const [a, b] = [await supplier(), await supplier()];
    await source(a.id, sku, { priority: 2, minQuantity: 5 });
    await source(b.id, sku, { priority: 1, cost: euros(700), leadTimeDays: 2, supplierSku: 'THEIRS' });
    const who = async () => (await room.staff('get', `/supplier-skus?sku=${sku}`)).body.data.items;

    expect(await who()).toEqual([
      { supplierId: b.id, sku, priority: 1, cost: euros(700), leadTimeDays: 2, minQuantity: 1, supplierSku: 'THEIRS' }, { supplierId: a.id, sku, priority: 2, cost: euros(500), minQuantity: 5 },
    ]);
    expect((await room.staff('delete', `/suppliers/${b.id}/skus/${sku}`)).status).toBe(200);
    expect((await room.staff('delete', `/suppliers/${b.id}/skus/${sku}`)).body.code).toBe('source_not_found');
    expect((await who()).map(({ supplierId }: { supplierId: string }) => supplierId)).toEqual([a.id]);
  });

  test('have a code of their own, and change only as they were read', async () => {
    const made = await room.staff('post', '/suppliers', { code: 'ACME', name: 'Acme', currency: 'EUR' });

    expect((await room.staff('post', '/suppliers', { code: 'ACME', name: 'Other', currency: 'EUR' })).body).toMatchObject({ status: 409, code: 'supplier_code_taken' });
    expect((await room.staff('patch', `/suppliers/${made.body.data.id}`, { name: 'New' }, { 'if-match': '"9.x"' })).status).toBe(412);
    expect((await room.staff('patch', `/suppliers/${made.body.data.id}`, { name: 'New' })).body.data).toMatchObject({ name: 'New', version: 2 });
    expect((await room.call('get', '/suppliers')).status).toBe(401);
  });
});

test('the auditor names orders that received something else than their receipts say', async () => {
  const { sku, id } = await given();
  await post(id, 'receipts', { receiptId: `R-${sku}`, lines: [{ sku, quantity: 4 }] });
  const orders = room.connection.collection('purchase_orders');
  const before = await orders.findOne({ 'lines.sku': sku });
  await orders.updateOne({ _id: before!._id }, { $set: { 'lines.0.received': 11 } });

  const found = (await Promise.all(room.container.invariants.filter(({ name }) => name.startsWith('purchasing.')).map(({ check }) => check()))).flat();
  await orders.replaceOne({ _id: before!._id }, before!);

  expect(found).toEqual([
    { invariant: 'purchasing.received_equals_receipts', subject: `purchase_order:${id}`, detail: `receipts of ${sku} differ by -7` },
    { invariant: 'purchasing.orders_are_sound', subject: `purchase_order:${id}`, detail: 'its lines contradict partially_received' },
  ]);
});
