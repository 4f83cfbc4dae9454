import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { availableIn, netOf, reorderQuantity, type LevelKey } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import { reorderPolicyOf, thresholdOf, type Warehouse } from './warehouses.js';

const BATCH = 100;

/** A level that fell to its threshold (`announce`) or to the point where more is ordered (`reorder`). */
export type Crossed = LevelKey & Readonly<{ announce?: boolean; reorder?: boolean }>;

/** Tells of levels that fell to one of their marks: once per crossing, whoever comes first. */
export class CrossingsService {
  constructor(private readonly deps: {
    stock: InventoryRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; warehouses: () => Promise<ReadonlyMap<string, Warehouse>>;
  }) {}

  /** The order does not wait for its alarm: the mark was set with the order, the event follows in a transaction of its own. */
  async announce(levels: readonly Crossed[]): Promise<void> {
    for (const { announce, reorder, ...key } of levels) {
      if (announce) await this.tellLow(key);
      if (reorder) await this.tellReorder(key);
    }
  }

  /** What a process that died left untold. */
  async announceLeftOvers(): Promise<number> {
    const { stock } = this.deps;
    const low = await stock.findMarked('lowUnannounced', BATCH);
    const due = await stock.findMarked('reorderUnannounced', BATCH);
    await this.announce([...low.map((key) => ({ ...key, announce: true })), ...due.map((key) => ({ ...key, reorder: true }))]);
    return low.length + due.length;
  }

  /** What is wanted of a level by now, and from whom first; null where nothing is to be ordered. */
  async reorderDue({ sku, warehouseId }: LevelKey): Promise<{ quantity: number; preferredSupplier: string | null } | null> {
    const { stock, warehouses } = this.deps;
    const warehouse = (await warehouses()).get(warehouseId);
    const [level] = await stock.findLevels([sku], [warehouseId]);
    const policy = level?.active ? reorderPolicyOf(level, warehouse) : undefined;
    if (!policy || netOf(level!) > policy.point) return null;
    return { quantity: reorderQuantity(policy, netOf(level!)), preferredSupplier: warehouse?.autoReorder?.preferredSupplier ?? null };
  }

  private async tellLow(key: LevelKey): Promise<void> {
    const { stock, inTransaction, outbox, warehouses } = this.deps;
    const warehouse = (await warehouses()).get(key.warehouseId);
    await inTransaction(async () => {
      if (!await stock.claimMark(key, 'lowUnannounced')) return;
      const [level] = await stock.findLevels([key.sku], [key.warehouseId]);
      if (!level) return;
      const { sku, productId, warehouseId } = level;
      const threshold = level.threshold ?? thresholdOf(warehouse) ?? null;
      await outbox.record({ type: 'stock.low', aggregateId: sku, data: { sku, productId, warehouseId, available: availableIn(level), threshold } });
    });
  }

  private async tellReorder(key: LevelKey): Promise<void> {
    const { stock, inTransaction, outbox, warehouses } = this.deps;
    const warehouse = (await warehouses()).get(key.warehouseId);
    await inTransaction(async () => {
      if (!await stock.claimMark(key, 'reorderUnannounced')) return;
      const [level] = await stock.findLevels([key.sku], [key.warehouseId]);
      const policy = level && reorderPolicyOf(level, warehouse);
      if (!policy) return;
      const { sku, productId, warehouseId } = level;
      const preferredSupplier = warehouse?.autoReorder?.preferredSupplier ?? null;
      await outbox.record({ type: 'stock.reorder_due', aggregateId: sku, data: { sku, productId, warehouseId, available: netOf(level), point: policy.point, quantity: reorderQuantity(policy, netOf(level)), preferredSupplier } });
    });
  }
}
