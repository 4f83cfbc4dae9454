import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import type { Route } from '../../shared/http/route.js';
import type { Schedule } from '../../shared/schedule.js';
import { BackordersService, type OnFilled } from './backorders.service.js';
import { BulkLevelsService } from './bulk-levels.service.js';
import { CountsService } from './counts.service.js';
import { CrossingsService } from './crossings.service.js';
import { HoldRepository } from './holds.repository.js';
import { HoldsService } from './holds.service.js';
import { PurchaseOrderUnknown } from './inventory.errors.js';
import { inventoryInvariants } from './inventory.invariants.js';
import { InventoryRepository } from './inventory.repository.js';
import { inventoryRoutes } from './inventory.routes.js';
import { InventoryService, type OnReceipt } from './inventory.service.js';
import { LevelPoliciesService } from './level-policies.service.js';
import { promiseRoutes } from './promise.routes.js';
import { PromiseService, type Goods } from './promise.service.js';
import { StockAuditRepository } from './stock-audit.repository.js';
import { StockLedger } from './stock-ledger.js';
import { CountRepository, TransferRepository } from './stock-taking.repository.js';
import { TransfersService } from './transfers.service.js';
import type { Warehouse } from './warehouses.js';
import { WarehouseRepository } from './warehouses.repository.js';
import { warehouseRoutes } from './warehouses.routes.js';
import { WarehousesService } from './warehouses.service.js';

export { InsufficientStock } from './inventory.errors.js';
export type { OnReceipt } from './inventory.service.js';

export type Inventory = ReturnType<typeof createInventory>;
type Deps = { connection: Connection; now: Clock; outbox: Pick<Outbox, 'record'>; inTransaction: InTransaction; audit?: RecordAudit;
  /** How far above its threshold, in percent of it, a level that was low has to be to be low no more. */
  lowMarginPercent?: number };
type OnChange = (skus: string[]) => Promise<void>;

const WAREHOUSES_MS = 900;
const LEFT_OVERS_MS = 2_000;

export function createInventory({ connection, now, outbox, inTransaction, audit = async () => {}, lowMarginPercent = 0 }: Deps) {
  const stock = new InventoryRepository(connection);
  const holdRows = new HoldRepository(connection);
  const warehouseRows = new WarehouseRepository(connection);

  const remembered = new Recent<ReadonlyMap<string, Warehouse>>({ ttlMs: WAREHOUSES_MS, max: 1 });
  const warehouses = () => remembered.get('all', async () => new Map((await warehouseRows.findAll()).map((warehouse) => [warehouse.id, warehouse])));

  const handlers: OnChange[] = [];
  const changed = async (skus: string[]) => { for (const handler of handlers) await handler(skus); };

  const crossings = new CrossingsService({ stock, inTransaction, outbox, warehouses });
  const ledger = new StockLedger({
    lowMarginPercent,
    stock, warehouses, now, changed, announce: (levels) => crossings.announce(levels), arrived: async (skus) => { await backorders.fill(skus); },
  });
  const filledHandlers: OnFilled[] = [];
  const filled: OnFilled = async (units) => { for (const handler of filledHandlers) await handler(units); };
  const backorders = new BackordersService({ stock, holds: holdRows, ledger, now, inTransaction, warehouses, filled });
  let received: OnReceipt = async ({ purchaseOrderId }) => { throw new PurchaseOrderUnknown(purchaseOrderId); };
  const levels = new InventoryService({ stock, ledger, now, inTransaction, outbox, audit, warehouses, received: (receipt) => received(receipt) });
  const bulk = new BulkLevelsService({ stock, ledger, inTransaction, outbox, warehouses });
  const transfers = new TransfersService({ transfers: new TransferRepository(connection), stock, ledger, levels, inTransaction, outbox, audit, now });
  const counts = new CountsService({ counts: new CountRepository(connection), stock, ledger, levels, inTransaction, audit, now });
  const policies = new LevelPoliciesService({ stock, ledger, levels, inTransaction, outbox, audit, changed, announce: (crossed) => crossings.announce(crossed), now });
  const holds = new HoldsService({ stock, holds: holdRows, ledger, now, warehouses });
  let goods: Goods = { componentsOf: async () => new Map(), isShown: async () => false };
  const promises = new PromiseService({ stock, warehouses, now, componentsOf: (skus) => goods.componentsOf(skus), isShown: (sku, channel) => goods.isShown(sku, channel) });

  const sites = new WarehousesService({ warehouseRows, stock, now, inTransaction, outbox, audit, changed, forget: () => { remembered.forget('all'); } });

  const routes: Route[] = [...warehouseRoutes(sites), ...promiseRoutes(promises), ...inventoryRoutes({ inventory: levels, policies, transfers, counts })];
  // The caller of a warehouse route has this done at once; the events do it again in case that process died meanwhile.
  const subscribers: Subscriber[] = [
    { name: 'inventory.completeLevels', on: ['warehouse.created'], handle: ({ aggregateId }) => sites.completeLevels(aggregateId) },
    { name: 'inventory.followActive', on: ['warehouse.updated'], handle: ({ aggregateId }) => sites.followActive(aggregateId) },
  ];
  const schedules: Schedule[] = [
    { name: 'announceLowStock', everyMs: LEFT_OVERS_MS, run: () => crossings.announceLeftOvers() },
    { name: 'fillBackorders', everyMs: LEFT_OVERS_MS, run: () => backorders.fillLeftOvers() },
  ];

  return {
    routes, schedules, subscribers,
    invariants: inventoryInvariants(new StockAuditRepository(connection)),
    /** Called after the commit of any change, with its SKUs. */
    onChange(handler: OnChange): void { handlers.push(handler); },
    /** Whoever ordered goods counts what arrives of them. */
    onReceipt(handler: OnReceipt): void { received = handler; },
    receive: levels.receive.bind(levels),
    /** What of a SKU is to be ordered for a warehouse now. */
    reorderDue: crossings.reorderDue.bind(crossings),
    requireStockable: levels.requireStockable.bind(levels),
    /** Called inside the transaction that gives an order the units it was waiting for. */
    onBackorderFilled(handler: OnFilled): void { filledHandlers.push(handler); },
    /** The catalogue knows of what sets are made, and of what nobody is told when it would arrive. */
    knowGoodsBy(known: Goods): void { goods = known; },
    ensureWarehouse: sites.ensureWarehouse.bind(sites),
    /** Those that send, the preferred first. */
    activeWarehouses: async () => [...(await warehouses()).values()].filter(({ active }) => active),
    createLevels: levels.createLevels.bind(levels),
    availabilityOf: levels.availabilityOf.bind(levels),
    setLevels: bulk.setLevels.bind(bulk),
    restock: levels.restock.bind(levels),
    writeOff: levels.writeOff.bind(levels),
    promiseFor: promises.promiseFor.bind(promises),
    refuseUnserved: promises.refuseUnserved.bind(promises),
    arrivesOn: promises.arrivesOn.bind(promises),
    reserve: holds.reserve.bind(holds),
    makePermanent: holds.makePermanent.bind(holds),
    extend: holds.extend.bind(holds),
    release: holds.release.bind(holds),
    ship: holds.ship.bind(holds),
    holdsOf: holds.holdsOf.bind(holds),
    findExpiredOrders: holds.findExpiredOrders.bind(holds),
    /** For the auditor, who compares orders with what they reserve. */
    findOpenHolds: holdRows.findOpen.bind(holdRows),
    findOrdersWithOpenHolds: holdRows.findOrdersWithOpen.bind(holdRows),
  };
}
