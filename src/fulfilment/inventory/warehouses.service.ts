import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import { afterCommit, type InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { WarehouseHasStock, WarehouseNotFound } from './inventory.errors.js';
import type { InventoryRepository, StockItem } from './inventory.repository.js';
import { emptyLevel } from './stock-ledger.js';
import type { Warehouse, WarehouseFields } from './warehouses.js';
import type { WarehouseRepository } from './warehouses.repository.js';

/** A batch is one short transaction: orders of the same SKUs wait for it. */
const BATCH = 500;
/** So many batches the caller waits for; a larger catalogue is finished by the event that was recorded with the change. */
const BATCHES_AT_ONCE = 20;

type Change = Partial<WarehouseFields & { active: boolean }>;
type Deps = {
  warehouseRows: WarehouseRepository; stock: InventoryRepository; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit;
  /** The list is remembered for a moment. */
  forget: () => void;
  changed: (skus: string[]) => Promise<void>;
};

export class WarehousesService {
  constructor(private readonly deps: Deps) {}

  async getWarehouse(id: string): Promise<Warehouse> {
    const found = await this.deps.warehouseRows.find(id);
    if (!found) throw new WarehouseNotFound(id);
    return found;
  }

  findWarehouses(filter: { active?: boolean | undefined }, query: PageQuery) {
    return this.deps.warehouseRows.findPage(filter, query);
  }

  async createWarehouse(fields: WarehouseFields & { active: boolean }, actor: Actor): Promise<Warehouse> {
    const { warehouseRows, inTransaction, outbox, audit, now, forget } = this.deps;
    return inTransaction(async () => {
      const warehouse = await warehouseRows.create(fields, now());
      await outbox.record({ type: 'warehouse.created', aggregateId: warehouse.id, data: { warehouseId: warehouse.id, code: warehouse.code } });
      await audit({ actor, action: 'warehouse.created', subject: `warehouse:${warehouse.id}`, after: fields });
      await afterCommit(forget);
      await afterCommit(() => this.completeLevels(warehouse.id, BATCHES_AT_ONCE));
      return warehouse;
    });
  }

  /** For the seed: by code, as it is when it exists. */
  async ensureWarehouse(fields: WarehouseFields): Promise<Warehouse> {
    const known = (await this.deps.warehouseRows.findAll()).find(({ code }) => code === fields.code);
    return known ?? this.createWarehouse({ ...fields, active: true }, SYSTEM);
  }

  async updateWarehouse(id: string, ifMatch: number | undefined, change: Change, actor: Actor): Promise<Warehouse> {
    const { warehouseRows, inTransaction, outbox, audit, now, forget } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const before = await this.getWarehouse(id);
      const warehouse = await warehouseRows.update(id, ifMatch, change, now());
      await outbox.record({ type: 'warehouse.updated', aggregateId: id, data: { warehouseId: id, active: warehouse.active } });
      const was = Object.fromEntries(Object.keys(change).map((name) => [name, before[name as keyof Warehouse]]));
      await audit({ actor, action: 'warehouse.updated', subject: `warehouse:${id}`, before: was, after: change });
      await afterCommit(forget);
      await afterCommit(() => this.followActive(id, BATCHES_AT_ONCE));
      return warehouse;
    }));
  }

  /** Its stock is not for sale any more. Units that orders hold there stay theirs, and a release gives them back to it. */
  async deactivate(id: string, ifMatch: number | undefined, { force, actor }: { force: boolean; actor: Actor }): Promise<Warehouse> {
    const warehouse = await this.getWarehouse(id);
    const sum = await this.deps.stock.sumOf(id);
    if (!force && sum.onHand > 0) throw new WarehouseHasStock(warehouse.code, sum);
    return this.updateWarehouse(id, ifMatch, { active: false }, actor);
  }

  /** Gives a warehouse a level at 0 of every SKU known. Safe to repeat; what a crash left out is made when it is first asked for. */
  async completeLevels(warehouseId: string, batches = Infinity): Promise<void> {
    const { stock, inTransaction } = this.deps;
    const { active } = await this.getWarehouse(warehouseId);
    for (let last = '', done = 0; done < batches; done++) {
      const items = await stock.findItemsAfter(last, BATCH);
      if (items.length === 0) return;
      await retryLostRace(() => inTransaction(async () => {
        const skus = items.map(({ sku }) => sku);
        const there = new Set((await stock.findLevels(skus, [warehouseId])).map(({ sku }) => sku));
        const missing = items.filter(({ sku }) => !there.has(sku));
        if (missing.length > 0) await stock.addLevels(missing.map((item) => emptyLevel(item, { id: warehouseId, active })));
      }));
      last = items.at(-1)!.sku;
    }
  }

  /** Tells the levels that their warehouse was opened or closed. Reads how it is now, so that late and repeated calls do no harm. */
  async followActive(warehouseId: string, batches = Infinity): Promise<void> {
    const { stock, inTransaction, outbox, changed } = this.deps;
    const { active } = await this.getWarehouse(warehouseId);
    for (let last = '', done = 0; done < batches; done++) {
      const items = await stock.findByActive(warehouseId, !active, last, BATCH);
      if (items.length === 0) return;
      const skus = items.map(({ sku }) => sku);
      await inTransaction(async () => {
        await stock.setActive(warehouseId, skus, active);
        await outbox.record({ type: 'stock.changed', aggregateId: warehouseId, data: { skus, productIds: productIdsOf(items) } });
      });
      await changed(skus);
      last = skus.at(-1)!;
    }
  }
}

const productIdsOf = (items: readonly StockItem[]): string[] => [...new Set(items.map(({ productId }) => productId))];
