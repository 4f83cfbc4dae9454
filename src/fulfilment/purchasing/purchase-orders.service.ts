import { SYSTEM, type Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import { later, type Clock } from '../../shared/clock.js';
import { randomText } from '../../shared/crypto/tokens.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import type { Money } from '../../shared/money.js';
import type { OnReceipt } from '../inventory/index.js';
import { CostMissing, IllegalPurchaseMove, OverReceipt, PurchaseOrderNotFound, SupplierInactive, SupplierNotFound, WrongWarehouse } from './purchasing.errors.js';
import { canBecome, excessOf, expectedAfter, isReceivable, rankSuppliers, withReceived, type PurchaseLine, type PurchaseOrder, type Supplier } from './purchasing.js';
import { reorderKey, type PurchaseOrderFilter, type PurchaseOrderRepository } from './purchase-orders.repository.js';
import type { SupplierRepository } from './suppliers.repository.js';
import type { Unsourced, UnsourcedRepository } from './unsourced.repository.js';

export type NewPurchaseOrder = Readonly<{
  supplierId: string; warehouseId: string; state: 'draft' | 'ordered'; lines: ReadonlyArray<{ sku: string; quantity: number; unitCost?: Money | undefined }>; expectedOn?: string | undefined;
}>;
/** As inventory tells it: `quantity` more of a SKU are wanted in a warehouse. */
export type ReorderDue = Readonly<{ sku: string; warehouseId: string; quantity: number; preferredSupplier: string | null }>;
type Named = Readonly<{ id: string; actor: Actor; ifMatch: number | undefined }>;
type Deps = {
  orders: PurchaseOrderRepository; suppliers: SupplierRepository; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; now: Clock;
  /** Refuses a warehouse or SKU that does not exist. */
  requireStockable(warehouseId: string, skus: readonly string[]): Promise<void>;
  unsourced: UnsourcedRepository;
  /** What is wanted of it by now; null where it lies above its point again, or nothing is ordered by itself any more. */
  reorderDue(wanted: Unsourced): Promise<Omit<ReorderDue, 'sku' | 'warehouseId'> | null>;
};

const DAY_MS = 86_400_000;
const RETRIED = 200;
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

export class PurchaseOrdersService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<PurchaseOrder> {
    const found = await this.deps.orders.find(id);
    if (!found) throw new PurchaseOrderNotFound(id);
    return found;
  }

  list(filter: PurchaseOrderFilter, query: PageQuery) {
    return this.deps.orders.findPage(filter, query);
  }

  async create({ supplierId, warehouseId, state, lines, expectedOn }: NewPurchaseOrder, actor: Actor): Promise<PurchaseOrder> {
    const { suppliers, inTransaction, now } = this.deps;
    await this.deps.requireStockable(warehouseId, lines.map(({ sku }) => sku));
    return inTransaction(async () => {
      const supplier = await this.activeSupplier(supplierId);
      const sources = new Map((await suppliers.findSources(supplierId, lines.map(({ sku }) => sku))).map((source) => [source.sku, source]));
      const priced = lines.map(({ sku, quantity, unitCost }, at): PurchaseLine => {
        const cost = unitCost ?? sources.get(sku)?.cost;
        if (!cost) throw new CostMissing(at, sku);
        return { sku, quantity, received: 0, unitCost: cost };
      });
      const days = Math.max(...lines.map(({ sku }) => sources.get(sku)?.leadTimeDays ?? supplier.leadTimeDays));
      const due = expectedOn === undefined ? later(now(), days * DAY_MS) : new Date(expectedOn);
      return this.insert({ supplierId, warehouseId, lines: priced, origin: 'manual', expectedOn: due, state }, actor);
    });
  }

  submit(named: Named): Promise<PurchaseOrder> {
    return this.move(named, 'ordered', async (order) => {
      await this.activeSupplier(order.supplierId);
      return { orderedAt: this.deps.now() };
    });
  }

  /** What has not arrived is not expected any more; what has stays. */
  cancel(named: Named): Promise<PurchaseOrder> {
    return this.move(named, 'cancelled', async () => ({ closedAt: this.deps.now() }));
  }

  /** The hook of inventory, inside the transaction that books the goods. */
  receive: OnReceipt = async ({ purchaseOrderId, warehouseId, lines, receiptId, actor }) => {
    const { orders, outbox, audit, now } = this.deps;
    const order = await this.get(purchaseOrderId);
    if (!isReceivable(order)) throw new IllegalPurchaseMove(order, 'received');
    if (order.warehouseId !== warehouseId) throw new WrongWarehouse(order, warehouseId);
    const excess = excessOf(order.lines, lines);
    if (excess.length > 0) throw new OverReceipt(excess);
    const after = withReceived(order.lines, lines);
    const saved = await orders.save(order, { ...after, ...(after.state === 'received' && { closedAt: now() }) }, now());
    await outbox.record({ type: `purchase_order.${after.state}`, aggregateId: order.id, data: { ...told(saved), receiptId, received: lines } });
    await audit({ actor, action: 'purchase_order.received', subject: `purchase_order:${order.id}`, after: { receiptId, lines } });
  };

  /** Raises one order at the first supplier that delivers; none while one for the same SKU and warehouse is open. Inside the transaction of the event. */
  async reorder(due: ReorderDue): Promise<void> {
    const { unsourced, outbox, now } = this.deps;
    const { sku, warehouseId, quantity } = due;
    if (await this.order(due)) return unsourced.remove(due);
    if (await unsourced.add(due, now())) await outbox.record({ type: 'reorder.unsourced', aggregateId: sku, data: { sku, warehouseId, quantity } });
  }

  /** Asks again for what nobody could deliver. Answers how many orders were raised. */
  async retryUnsourced(): Promise<number> {
    let raised = 0;
    for (const wanted of await this.deps.unsourced.oldest(RETRIED)) if (await retryLostRace(() => this.deps.inTransaction(() => this.retry(wanted)))) raised += 1;
    return raised;
  }

  private async retry(wanted: Unsourced): Promise<boolean> {
    const { unsourced, orders, now } = this.deps;
    const due = await this.deps.reorderDue(wanted);
    const isOpen = await orders.findOpenReorder(reorderKey(wanted)) !== null;
    const raised = due !== null && !isOpen && await this.order({ ...wanted, ...due });
    if (raised || isOpen || due === null) await unsourced.remove(wanted);
    else await unsourced.checked(wanted, now());
    return raised;
  }

  /** False where nobody delivers. */
  private async order({ sku, warehouseId, quantity, preferredSupplier }: ReorderDue): Promise<boolean> {
    const { orders, suppliers, now } = this.deps;
    if (await orders.findOpenReorder(reorderKey({ sku, warehouseId }))) return true;
    const [best] = rankSuppliers(await suppliers.findOffers(sku), preferredSupplier);
    if (!best) return false;
    const { source, supplier } = best;
    const lines = [{ sku, quantity: Math.max(quantity, source.minQuantity), received: 0, unitCost: source.cost }];
    await this.insert({ supplierId: supplier.id, warehouseId, lines, origin: 'reorder', expectedOn: expectedAfter(now(), best), state: 'ordered' }, SYSTEM);
    return true;
  }

  private async insert(made: Pick<PurchaseOrder, 'supplierId' | 'warehouseId' | 'lines' | 'origin' | 'expectedOn' | 'state'>, actor: Actor): Promise<PurchaseOrder> {
    const { orders, outbox, audit, now } = this.deps;
    const at = now();
    const order: PurchaseOrder = {
      ...made, id: orders.newId(), number: `PO-${randomText(8, ALPHABET)}`, orderedAt: made.state === 'ordered' ? at : null, closedAt: null, createdAt: at, updatedAt: at, version: 1,
    };
    const [line] = order.lines;
    await orders.insert(order, order.origin === 'reorder' ? reorderKey({ sku: line!.sku, warehouseId: order.warehouseId }) : undefined);
    await outbox.record({ type: order.state === 'ordered' ? 'purchase_order.ordered' : 'purchase_order.created', aggregateId: order.id, data: told(order) });
    await audit({ actor, action: `purchase_order.${order.state === 'ordered' ? 'ordered' : 'created'}`, subject: `purchase_order:${order.id}`, after: told(order) });
    return order;
  }

  private move({ id, actor, ifMatch }: Named, state: 'ordered' | 'cancelled', also: (order: PurchaseOrder) => Promise<Partial<PurchaseOrder>>): Promise<PurchaseOrder> {
    const { orders, inTransaction, outbox, audit, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const before = await this.get(id);
      requireVersion(ifMatch, before.version);
      if (!canBecome(before, state)) throw new IllegalPurchaseMove(before, state);
      const after = await orders.save(before, { state, ...await also(before) }, now());
      await outbox.record({ type: `purchase_order.${state}`, aggregateId: id, data: told(after) });
      await audit({ actor, action: `purchase_order.${state}`, subject: `purchase_order:${id}`, before: { state: before.state }, after: { state } });
      return after;
    }));
  }

  private async activeSupplier(id: string): Promise<Supplier> {
    const supplier = await this.deps.suppliers.find(id);
    if (!supplier) throw new SupplierNotFound(id);
    if (!supplier.active) throw new SupplierInactive(id);
    return supplier;
  }
}

const told = ({ id, number, supplierId, warehouseId, state, origin, lines, expectedOn }: PurchaseOrder) =>
  ({ purchaseOrderId: id, number, supplierId, warehouseId, state, origin, lines, expectedOn: expectedOn.toISOString() });
