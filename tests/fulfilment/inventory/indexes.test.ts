import { openStockRoom, type StockRoom } from './stock-room.js';

let room: StockRoom;
beforeAll(async () => {
  room = await openStockRoom();
  await room.given.warehouse('ONE');
  for (let n = 0; n < 30; n++) await room.given.stock(`SKU-${n}`, { ONE: 3 });
  for (let n = 0; n < 30; n++) await room.reserve([[`SKU-${n}`, 1]], { orderId: `order-${n}`, expiresAt: n % 2 === 0 ? null : new Date() });
});
afterAll(() => room.close());

type Stage = { stage: string; indexName?: string; inputStage?: Stage };
const WAREHOUSE = 'f'.repeat(24);

/** What staff and orders ask, as they ask it. A plan without an index, or one that sorts in memory, gets slow with the shop. */
test.each([
  ['stock_levels', {}, { sku: 1, _id: 1 }, 'sku_1__id_1'],
  ['stock_levels', { warehouseId: WAREHOUSE }, { sku: 1, _id: 1 }, 'warehouseId_1_sku_1__id_1'],
  ['stock_levels', { lowSince: { $exists: true } }, { sku: 1, _id: 1 }, 'low'],
  ['stock_levels', { lowUnannounced: true }, {}, 'lowUnannounced_1'],
  ['stock_levels', { sku: { $in: ['SKU-1', 'SKU-2'] } }, {}, 'sku_1_warehouseId_1'],
  ['stock_movements', {}, { _id: -1 }, '_id_'],
  ['stock_movements', { sku: 'SKU-1' }, { _id: -1 }, 'sku_1__id_1'],
  ['stock_movements', { warehouseId: WAREHOUSE }, { _id: -1 }, 'warehouseId_1__id_1'],
  ['stock_movements', { type: 'receipt' }, { _id: -1 }, 'type_1__id_1'],
  ['stock_movements', { 'cause.id': 'order-1' }, { _id: -1 }, 'cause.id_1__id_1'],
  ['stock_holds', { orderId: 'order-1', active: true }, { _id: 1 }, 'orderId_1__id_1'],
  ['stock_holds', { orderId: 'order-1', state: 'held' }, {}, 'orderId_1__id_1'],
  ['stock_holds', { active: true, state: 'held', expiresAt: { $lte: new Date() } }, { expiresAt: 1 }, 'state_1_expiresAt_1'],
  ['warehouses', {}, { priority: 1, _id: 1 }, 'priority_1__id_1'],
] as Array<[string, object, Record<string, 1 | -1>, string]>)('%s by %j in the order of %j walks %s', async (collection, filter, sort, index) => {
  const explained = await room.connection.collection(collection).find(filter).sort(sort).explain('queryPlanner') as unknown as { queryPlanner: { winningPlan: Stage & { queryPlan?: Stage } } };

  const stages: Stage[] = [];
  const { winningPlan } = explained.queryPlanner;
  for (let at: Stage | undefined = winningPlan.queryPlan ?? winningPlan; at; at = at.inputStage) stages.push(at);

  expect(stages.at(-1)).toMatchObject({ stage: 'IXSCAN', indexName: index });
  expect(stages.map(({ stage }) => stage)).not.toContain('SORT');
});
