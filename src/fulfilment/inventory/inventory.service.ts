import { randomUUID } from 'node:crypto';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { SYSTEM, type Actor } from '../../shared/actor.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { ReceiptIdReused, SkuNotFound, WarehouseNotFound } from './inventory.errors.js';
import { sumBySku, type Cause, type Level, type LevelKey, type StockChange } from './inventory.js';
import type { InventoryRepository, Receipt, StockItem } from './inventory.repository.js';
import { backorderableOf, sellableStock, type Backorderable } from './queue.js';
import { emptyLevel, type StockLedger } from './stock-ledger.js';
import type { Warehouse } from './warehouses.js';

/** Of one SKU over all active warehouses. The version only rises: a higher one is newer. */
export type Availability = Readonly<{
  available: number; version: number; byWarehouse: ReadonlyArray<{ warehouseId: string; available: number }>;
  /** What can be ordered before it is there. */
  backorderable: Backorderable | null;
}>;
type Adjust = LevelKey & { delta: number; reason: string; reference?: string | undefined; actor: Actor };
type Transfer = { sku: string; fromWarehouseId: string; toWarehouseId: string; quantity: number; actor: Actor };
type Receive = { receiptId: string; warehouseId: string; purchaseOrderId?: string | undefined; lines: ReadonlyArray<{ sku: string; quantity: number }>; actor: Actor };
/** Whoever ordered the goods: called inside the transaction that books them; refuses what was not ordered. */
export type OnReceipt = (receipt: { receiptId: string; purchaseOrderId: string; warehouseId: string; lines: ReadonlyArray<{ sku: string; quantity: number }>; actor: Actor }) => Promise<void>;
/** `key` makes a booking safe to repeat: a return item's id, for example. */
export type Booking = Readonly<{
  cause: Cause; lines: ReadonlyArray<LevelKey & { quantity: number }>; key?: string; reason?: string; actor?: Actor;
}>;
type SetLevel = LevelKey & { onHand: number; threshold?: number | null | undefined; ifMatch: number | undefined; requestId: string; actor: Actor };

type Deps = {
  stock: InventoryRepository; ledger: StockLedger; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit;
  warehouses: () => Promise<ReadonlyMap<string, Warehouse>>; received: OnReceipt;
};

/** What staff does with stock, and what others may know of it. */
export class InventoryService {
  constructor(private readonly deps: Deps) {}

  /** Makes new SKUs known, with 0 in every warehouse. Safe to repeat. Inside the transaction that creates them. */
  async createLevels(items: readonly StockItem[]): Promise<void> {
    const { stock, warehouses } = this.deps;
    const skus = [...new Set(items.map(({ sku }) => sku))];
    const known = new Set((await stock.findItems(skus)).map(({ sku }) => sku));
    const added = [...new Map(items.filter(({ sku }) => !known.has(sku)).map((item) => [item.sku, item])).values()];
    if (added.length === 0) return;
    await stock.addItems(added);
    const levels = [...(await warehouses()).values()].flatMap((warehouse) => added.map((item) => emptyLevel(item, warehouse)));
    if (levels.length > 0) await stock.addLevels(levels);
  }

  /** Every SKU asked for has an answer; one that is not known has nothing. One round trip. */
  async availabilityOf(skus: readonly string[]): Promise<Map<string, Availability>> {
    const levels = await this.deps.stock.findLevels(skus);
    return new Map(skus.map((sku) => [sku, availabilityIn(levels.filter((level) => level.sku === sku), this.deps.now())]));
  }

  async getLevel({ sku, warehouseId }: LevelKey): Promise<Level> {
    await this.requireWarehouses(warehouseId);
    const [found] = await this.deps.stock.findLevels([sku], [warehouseId]);
    if (found) return found;
    const [item] = await this.deps.stock.findItems([sku]);
    if (!item) throw new SkuNotFound([sku]);
    // Not made yet: shown as it would be made by the first change.
    return emptyLevel(item, (await this.deps.warehouses()).get(warehouseId)!);
  }

  async getSummary(sku: string) {
    const levels = await this.deps.stock.findLevels([sku]);
    const [item] = await this.deps.stock.findItems([sku]);
    if (!item) throw new SkuNotFound([sku]);
    return { item, levels, availability: availabilityIn(levels, this.deps.now()) };
  }

  findLevels(filter: Parameters<InventoryRepository['findLevelPage']>[0], query: PageQuery) {
    return this.deps.stock.findLevelPage(filter, query);
  }

  findMovements(filter: Parameters<InventoryRepository['findMovementPage']>[0], query: PageQuery) {
    return this.deps.stock.findMovementPage(filter, query);
  }

  /** A count: the shelf holds exactly so many. */
  async setLevel({ sku, warehouseId, onHand, threshold, ifMatch, requestId, actor }: SetLevel): Promise<Level> {
    await this.requireWarehouses(warehouseId);
    return this.change(async () => {
      const [before] = await this.deps.ledger.levelsOf([{ sku, warehouseId }]);
      requireVersion(ifMatch, before!.version);
      const change: StockChange = { sku, warehouseId, type: 'adjustment', onHandDelta: onHand - before!.onHand, reservedDelta: 0 };
      const after = await this.deps.ledger.apply([change], { cause: { type: 'count', id: requestId }, actor, threshold }, [before!]);
      await this.audit('inventory.level_set', actor, [before!], after);
      return after;
    }).then(([level]) => level!);
  }

  async adjust({ sku, warehouseId, delta, reason, reference, actor }: Adjust): Promise<Level> {
    await this.requireWarehouses(warehouseId);
    return this.change(async () => {
      const before = await this.deps.ledger.levelsOf([{ sku, warehouseId }]);
      const cause = { type: 'adjustment', id: reference ?? randomUUID() };
      const after = await this.deps.ledger.apply([{ sku, warehouseId, type: 'adjustment', onHandDelta: delta, reservedDelta: 0 }], { cause, actor, reason }, before);
      await this.audit('inventory.adjusted', actor, before, after);
      return after;
    }).then(([level]) => level!);
  }

  async transfer({ sku, fromWarehouseId, toWarehouseId, quantity, actor }: Transfer): Promise<{ transferId: string; from: Level; to: Level }> {
    await this.requireWarehouses(fromWarehouseId, toWarehouseId);
    const transferId = randomUUID();
    const levels = await this.change(async () => {
      const keys = [{ sku, warehouseId: fromWarehouseId }, { sku, warehouseId: toWarehouseId }];
      const before = await this.deps.ledger.levelsOf(keys);
      const after = await this.deps.ledger.apply([
        { ...keys[0]!, type: 'transfer_out', onHandDelta: -quantity, reservedDelta: 0 },
        { ...keys[1]!, type: 'transfer_in', onHandDelta: quantity, reservedDelta: 0 },
      ], { cause: { type: 'transfer', id: transferId }, actor }, before);
      await this.audit('inventory.transferred', actor, before, after);
      return after;
    });
    return { transferId, from: levels[0]!, to: levels[1]! };
  }

  /** Books goods that arrived. The same receipt again books nothing and answers the same. */
  async receive({ receiptId, warehouseId, purchaseOrderId, lines, actor }: Receive): Promise<Receipt> {
    await this.requireWarehouses(warehouseId);
    const wanted = [...sumBySku(lines)].map(([sku, quantity]) => ({ sku, quantity }));
    const receipt: Receipt = { receiptId, warehouseId, ...(purchaseOrderId !== undefined && { purchaseOrderId }), lines: wanted, actor, createdAt: this.deps.now() };
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const booked = await this.deps.stock.findReceipt(receiptId);
      if (booked) return sameReceipt(booked, receipt);
      await this.deps.stock.addReceipt(receipt);
      if (purchaseOrderId !== undefined) await this.deps.received({ receiptId, purchaseOrderId, warehouseId, lines: wanted, actor });
      await this.recordChange(() => this.deps.ledger.apply(
        wanted.map(({ sku, quantity }) => ({ sku, warehouseId, type: 'receipt' as const, onHandDelta: quantity, reservedDelta: 0 })),
        { cause: { type: 'receipt', id: receiptId }, actor },
      ));
      await this.deps.audit({ actor, action: 'inventory.received', subject: `receipt:${receiptId}`, after: { warehouseId, lines: wanted } });
      return receipt;
    }));
  }

  /** Goods that came back and can be sold again. Inside the transaction of the return; with a key the second call changes nothing and answers false. */
  restock({ lines, ...booking }: Booking): Promise<boolean> {
    return this.bookOnce('return', lines, booking, ({ sku, warehouseId, quantity }) => [{ sku, warehouseId, type: 'return', onHandDelta: quantity, reservedDelta: 0 }]);
  }

  /** Goods nobody can sell. What came back broken enters the book and leaves it; `fromStock` is what broke on the shelf. */
  writeOff({ lines, fromStock = false, ...booking }: Booking & { fromStock?: boolean }): Promise<boolean> {
    return this.bookOnce('write_off', lines, booking, ({ sku, warehouseId, quantity }) => [
      ...(fromStock ? [] : [{ sku, warehouseId, type: 'return' as const, onHandDelta: quantity, reservedDelta: 0 }]),
      { sku, warehouseId, type: 'write_off', onHandDelta: -quantity, reservedDelta: 0 },
    ]);
  }

  private async bookOnce(what: string, lines: Booking['lines'], { key, cause, reason, actor }: Omit<Booking, 'lines'>, toChanges: (line: Booking['lines'][number]) => StockChange[]): Promise<boolean> {
    if (lines.length === 0) return false;
    const receiptId = `${what}:${key}`;
    if (key !== undefined) {
      if (await this.deps.stock.findReceipt(receiptId)) return false;
      await this.deps.stock.addReceipt({ receiptId, warehouseId: lines[0]!.warehouseId, lines: lines.map(({ sku, quantity }) => ({ sku, quantity })), actor: actor ?? SYSTEM, createdAt: this.deps.now() });
    }
    await this.recordChange(() => this.deps.ledger.apply(lines.flatMap(toChanges), { cause, reason, ...(actor && { actor }) }));
    return true;
  }

  private change(work: () => Promise<Level[]>): Promise<Level[]> {
    return this.deps.inTransaction(() => this.recordChange(work));
  }

  /** No order tells of this change, so that an event of its own does. */
  async recordChange(work: () => Promise<Level[]>): Promise<Level[]> {
    const after = await work();
    const skus = [...new Set(after.map(({ sku }) => sku))];
    if (skus.length > 0) {
      await this.deps.outbox.record({ type: 'stock.changed', aggregateId: skus[0]!, data: { skus, productIds: [...new Set(after.map(({ productId }) => productId))] } });
    }
    return after;
  }

  private audit(action: string, actor: Actor, before: readonly Level[], after: readonly Level[]): Promise<void> {
    return this.deps.audit({ actor, action, subject: `stock:${after[0]!.sku}`, before: before.map(auditView), after: after.map(auditView) });
  }

  /** Refuses a warehouse or SKU that nobody knows. */
  async requireStockable(warehouseId: string, skus: readonly string[]): Promise<void> {
    await this.requireWarehouses(warehouseId);
    const known = new Set((await this.deps.stock.findItems(skus)).map(({ sku }) => sku));
    const unknown = skus.filter((sku) => !known.has(sku));
    if (unknown.length > 0) throw new SkuNotFound(unknown);
  }

  async requireWarehouses(...ids: string[]): Promise<void> {
    const known = await this.deps.warehouses();
    for (const id of ids) if (!known.has(id)) throw new WarehouseNotFound(id);
  }
}

const auditView = ({ warehouseId, onHand, reserved }: Level) => ({ warehouseId, onHand, reserved });

/** What is owed to somebody is not for sale. */
function availabilityIn(levels: readonly Level[], at: Date): Availability {
  const active = levels.filter((level) => level.active);
  const byWarehouse = sellableStock(active).map(({ warehouseId, available }) => ({ warehouseId, available }));
  return {
    available: byWarehouse.reduce((all, { available }) => all + available, 0), version: levels.reduce((all, { version }) => all + version, 0),
    byWarehouse, backorderable: backorderableOf(active, at),
  };
}

function sameReceipt(booked: Receipt, asked: Receipt): Receipt {
  const shape = ({ warehouseId, purchaseOrderId, lines }: Receipt) => JSON.stringify([warehouseId, purchaseOrderId, ...lines.map(({ sku, quantity }) => `${sku}:${quantity}`).sort()]);
  if (shape(booked) !== shape(asked)) throw new ReceiptIdReused(asked.receiptId);
  return booked;
}
