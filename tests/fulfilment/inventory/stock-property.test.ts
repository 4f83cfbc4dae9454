import { seeded } from '../../support/random.js';
import { openStockRoom, type StockRoom } from './stock-room.js';

const OPERATIONS = 2000;
const AT_ONCE = 4;

/** What the stock must be, kept by nothing but addition. */
type Model = Map<string, { onHand: number; reserved: number }>;
type Order = { orderId: string; placed: boolean; units: Array<{ lineId: string; key: string; quantity: number }> };

let room: StockRoom;
beforeAll(async () => { room = await openStockRoom(); });
afterAll(() => room.close());
afterEach(() => expect(room.defects.splice(0)).toEqual([]));

const codeOf = async (work: Promise<unknown>): Promise<string> => {
  try { await work; return 'ok'; } catch (error) { return String((error as { code?: unknown }).code ?? error); }
};

test(`${OPERATIONS} random operations leave what adding them up says`, async () => {
  const random = seeded(4711);
  const pick = <T>(of: readonly T[]): T => of[random.between(0, of.length - 1)]!;
  const codes = ['ONE', 'TWO', 'SIX'];
  const warehouses = await Promise.all(codes.map((code, at) => room.given.warehouse(code, { priority: at, regionsServed: at === 2 ? ['US'] : ['GB'] })));
  const skus = ['P', 'Q', 'R', 'S'];
  for (const sku of skus) await room.given.stock(sku, { ONE: 20, TWO: 10, SIX: 5 });
  const model: Model = new Map(skus.flatMap((sku) => warehouses.map(({ id }, at) => [`${sku} ${id}`, { onHand: [20, 10, 5][at]!, reserved: 0 }] as const)));
  const orders: Order[] = [];
  const seen: Record<string, number> = {};
  const level = (key: string) => model.get(key)!;
  const place = () => ({ sku: pick(skus), warehouseId: pick(warehouses).id });

  const operations: Record<string, () => Promise<string>> = {
    reserve: async () => {
      const lines = Array.from({ length: random.between(1, 3) }, () => [pick(skus), random.between(1, 4)] as [string, number]);
      const expiresAt = random.between(0, 1) === 0 ? null : new Date();
      const wanted = new Map<string, number>();
      for (const [sku, quantity] of lines) wanted.set(sku, (wanted.get(sku) ?? 0) + quantity);
      const country = pick(['GB', 'US', 'JP']);
      // Nobody sends to Japan.
      const sending = warehouses.filter((_warehouse, at) => country === (at === 2 ? 'US' : 'GB'));
      const possible = [...wanted].every(([sku, quantity]) =>
        sending.reduce((all, { id }) => all + level(`${sku} ${id}`).onHand - level(`${sku} ${id}`).reserved, 0) >= quantity);
      const outcome = await codeOf(room.reserve(lines, { expiresAt, country }).then(({ orderId, allocations }) => {
        const units = allocations.map(({ lineId, sku, warehouseId, quantity }) => ({ lineId, key: `${sku} ${warehouseId}`, quantity }));
        for (const { key, quantity } of units) level(key).reserved += quantity;
        orders.push({ orderId, placed: expiresAt === null, units });
      }));
      expect(outcome).toBe(possible ? 'ok' : 'insufficient_stock');
      return outcome;
    },
    place: async () => {
      const order = orders.find(({ placed }) => !placed);
      if (!order) return 'none';
      await room.inTransaction(() => room.inventory.makePermanent(order.orderId));
      order.placed = true;
      return 'ok';
    },
    release: async () => {
      const order = orders.splice(random.between(0, Math.max(0, orders.length - 1)), 1)[0];
      if (!order) return 'none';
      await room.release(order.orderId, { cause: pick(['cancelled', 'expired']) });
      for (const { key, quantity } of order.units) level(key).reserved -= quantity;
      return 'ok';
    },
    ship: async () => {
      const order = orders.find(({ placed, units }) => placed && units.length > 0);
      if (!order) return 'none';
      const unit = order.units[0]!;
      const quantity = random.between(1, unit.quantity);
      await room.ship(order.orderId, [{ lineId: unit.lineId, quantity, warehouseId: unit.key.split(' ')[1]! }]);
      level(unit.key).onHand -= quantity;
      level(unit.key).reserved -= quantity;
      unit.quantity -= quantity;
      if (unit.quantity === 0) order.units.shift();
      return 'ok';
    },
    adjust: async () => {
      const at = place();
      const delta = pick([-7, -3, -1, 1, 2, 5]);
      const now = level(`${at.sku} ${at.warehouseId}`);
      const { status } = await room.staff('post', '/inventory/adjustments', { ...at, delta, reason: 'counted' });
      expect(status).toBe(now.onHand + delta >= now.reserved ? 201 : 409);
      if (status === 201) now.onHand += delta;
      return String(status);
    },
    transfer: async () => {
      const { sku } = place();
      const [from, to] = [warehouses[0]!.id, pick(warehouses.slice(1)).id];
      const quantity = random.between(1, 6);
      const now = level(`${sku} ${from}`);
      const { status } = await room.staff('post', '/inventory/transfers', { sku, fromWarehouseId: from, toWarehouseId: to, quantity });
      expect(status).toBe(now.onHand - quantity >= now.reserved ? 201 : 409);
      if (status === 201) { now.onHand -= quantity; level(`${sku} ${to}`).onHand += quantity; }
      return String(status);
    },
    receive: async () => {
      const at = place();
      const quantity = random.between(1, 3);
      const { status } = await room.staff('post', '/inventory/receipts', { receiptId: `R-${random.between(0, 1_000_000_000)}`, warehouseId: at.warehouseId, lines: [{ sku: at.sku, quantity }] });
      expect(status).toBe(201);
      level(`${at.sku} ${at.warehouseId}`).onHand += quantity;
      return '201';
    },
  };
  const names = ['reserve', 'reserve', 'reserve', 'place', 'place', 'release', 'ship', 'ship', 'ship', 'adjust', 'transfer', 'receive'];

  for (let n = 0; n < OPERATIONS; n++) {
    const name = pick(names);
    const outcome = await operations[name]!();
    seen[`${name} ${outcome}`] = (seen[`${name} ${outcome}`] ?? 0) + 1;
  }

  const rows = await room.connection.collection('stock_levels').find({ sku: { $in: skus } }).toArray();
  expect(new Map(rows.map(({ sku, warehouseId, onHand, reserved }) => [`${sku} ${warehouseId}`, { onHand, reserved }]))).toEqual(model);
  expect(await room.violations()).toEqual([]);
  // Without refusals the property would say nothing about them.
  for (const needed of ['reserve ok', 'reserve insufficient_stock', 'release ok', 'ship ok', 'adjust 409', 'transfer 409', 'receive 201']) expect(seen[needed]).toBeGreaterThan(5);
});

test(`${AT_ONCE} at once, on the same goods: nothing is lost, nothing is double`, async () => {
  const random = seeded(815);
  await room.given.warehouse('ONE');
  await room.given.stock('BUSY', { ONE: 40, TWO: 20 });
  const open: string[] = [];

  const worker = async () => {
    for (let n = 0; n < 40; n++) {
      const dice = random.between(0, 4);
      if (dice <= 2) await room.reserve([['BUSY', random.between(1, 3)]]).then(({ orderId }) => { open.push(orderId); }, () => {});
      const orderId = dice > 2 ? open.shift() : undefined;
      if (orderId && dice === 3) await room.release(orderId);
      if (orderId && dice === 4) await room.ship(orderId, [{ lineId: 'line-1', quantity: 1 }]);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));

  const shipped = await room.count('stock_movements', { sku: 'BUSY', type: 'shipment' });
  const levels = await room.levels('BUSY');
  expect(levels.reduce((all, { onHand }) => all + onHand, 0)).toBe(60 - shipped);
  expect(shipped).toBeGreaterThan(0);
  expect(await room.violations()).toEqual([]);
});
