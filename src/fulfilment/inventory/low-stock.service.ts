import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { availableIn, type LevelKey } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import { thresholdOf, type Warehouse } from './warehouses.js';

const BATCH = 100;

/** Tells of levels that fell to their threshold: once per crossing, whoever comes first. */
export class LowStockService {
  constructor(private readonly deps: {
    stock: InventoryRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; warehouses: () => Promise<ReadonlyMap<string, Warehouse>>;
  }) {}

  /** The order does not wait for its alarm: the mark was set with the order, the event follows in a transaction of its own. */
  async announce(keys: readonly LevelKey[]): Promise<void> {
    const { stock, inTransaction, outbox } = this.deps;
    const warehouses = await this.deps.warehouses();
    for (const key of keys) {
      await inTransaction(async () => {
        if (!await stock.claimLow(key)) return;
        const [level] = await stock.findLevels([key.sku], [key.warehouseId]);
        if (!level) return;
        const { sku, productId, warehouseId } = level;
        const threshold = level.threshold ?? thresholdOf(warehouses.get(warehouseId)) ?? null;
        await outbox.record({ type: 'stock.low', aggregateId: sku, data: { sku, productId, warehouseId, available: availableIn(level), threshold } });
      });
    }
  }

  /** What a process that died left untold. */
  async announceLeftOvers(): Promise<number> {
    const left = await this.deps.stock.findUnannounced(BATCH);
    await this.announce(left);
    return left.length;
  }
}
