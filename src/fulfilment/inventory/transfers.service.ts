import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import { retryLostRace } from '../../shared/db/retry.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { PageQuery } from '../../shared/http/pagination.js';
import { IllegalTransferMove, MoreThanInTransit, TransferNotFound } from './inventory.errors.js';
import type { MovementType } from './inventory.js';
import type { InventoryRepository } from './inventory.repository.js';
import type { InventoryService } from './inventory.service.js';
import type { StockLedger } from './stock-ledger.js';
import { excessOf, nextStates, withArrived, type Transfer, type TransferState } from './transfers.js';
import type { TransferRepository } from './stock-taking.repository.js';

export type NewTransfer = Readonly<{ fromWarehouseId: string; toWarehouseId: string; lines: ReadonlyArray<{ sku: string; quantity: number }>; ship: boolean; actor: Actor }>;
type Named = Readonly<{ id: string; actor: Actor }>;
type Deps = {
  transfers: TransferRepository; stock: InventoryRepository; ledger: Pick<StockLedger, 'apply'>; levels: Pick<InventoryService, 'requireStockable' | 'requireWarehouses' | 'recordChange'>;
  inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit; now: Clock;
};

/** Goods on their way from one warehouse to another: they leave the first and are nowhere until the second books them. */
export class TransfersService {
  constructor(private readonly deps: Deps) {}

  async get(id: string): Promise<Transfer> {
    const found = await this.deps.transfers.find(id);
    if (!found) throw new TransferNotFound(id);
    return found;
  }

  list(filter: { state?: string | undefined; toWarehouseId?: string | undefined }, query: PageQuery) {
    return this.deps.transfers.findPage(filter, query);
  }

  async create({ fromWarehouseId, toWarehouseId, lines, ship, actor }: NewTransfer): Promise<Transfer> {
    const { transfers, levels, inTransaction, now } = this.deps;
    await levels.requireStockable(fromWarehouseId, lines.map(({ sku }) => sku));
    await levels.requireWarehouses(toWarehouseId);
    return inTransaction(async () => {
      const transfer: Transfer = {
        id: transfers.newId(), fromWarehouseId, toWarehouseId, state: 'draft', lines: lines.map((line) => ({ ...line, received: 0 })), createdAt: now(), shippedAt: null, closedAt: null, version: 1,
      };
      await transfers.insert(transfer);
      return ship ? this.send(transfer, actor) : transfer;
    });
  }

  ship({ id, actor }: Named): Promise<Transfer> {
    return this.change(id, 'in_transit', (transfer) => this.send(transfer, actor));
  }

  cancel({ id, actor }: Named): Promise<Transfer> {
    return this.change(id, 'cancelled', (transfer) => this.save(transfer, { state: 'cancelled', closedAt: this.deps.now() }, actor));
  }

  /** What has not arrived by now never will: it stays out of the stock, and the ledger says where it was lost. */
  close({ id, reason, actor }: Named & { reason: string }): Promise<Transfer> {
    return this.change(id, 'closed', (transfer) => this.save(transfer, { state: 'closed', closedAt: this.deps.now(), reason }, actor));
  }

  /** Books what arrived. The same receipt again books nothing. */
  receive({ id, receiptId, lines, actor }: Named & { receiptId: string; lines: ReadonlyArray<{ sku: string; quantity: number }> }): Promise<Transfer> {
    const { stock, inTransaction, now } = this.deps;
    return retryLostRace(() => inTransaction(async () => {
      const transfer = await this.get(id);
      const booking = `transfer:${id}:${receiptId}`;
      if (await stock.findReceipt(booking)) return transfer;
      if (!nextStates(transfer).includes('received')) throw new IllegalTransferMove(transfer, 'received');
      const excess = excessOf(transfer, lines);
      if (excess.length > 0) throw new MoreThanInTransit(excess);
      await stock.addReceipt({ receiptId: booking, warehouseId: transfer.toWarehouseId, lines: [...lines], actor, createdAt: now() });
      await this.move(transfer, { warehouseId: transfer.toWarehouseId, type: 'transfer_in', sign: 1, lines, actor });
      const after = withArrived(transfer, lines);
      return this.save(transfer, { ...after, ...(after.state === 'received' && { closedAt: now() }) }, actor);
    }));
  }

  private async send(transfer: Transfer, actor: Actor): Promise<Transfer> {
    await this.move(transfer, { warehouseId: transfer.fromWarehouseId, type: 'transfer_out', sign: -1, lines: transfer.lines, actor });
    return this.save(transfer, { state: 'in_transit', shippedAt: this.deps.now() }, actor);
  }

  private async move({ id }: Transfer, { warehouseId, type, sign, lines, actor }: { warehouseId: string; type: MovementType; sign: 1 | -1; lines: ReadonlyArray<{ sku: string; quantity: number }>; actor: Actor }): Promise<void> {
    const changes = lines.map(({ sku, quantity }) => ({ sku, warehouseId, type, onHandDelta: sign * quantity, reservedDelta: 0 }));
    await this.deps.levels.recordChange(() => this.deps.ledger.apply(changes, { cause: { type: 'transfer', id }, actor }));
  }

  private async save(before: Transfer, change: Partial<Transfer>, actor: Actor): Promise<Transfer> {
    const { transfers, outbox, audit } = this.deps;
    const after = await transfers.save(before, change);
    const { id, fromWarehouseId, toWarehouseId, state, lines } = after;
    await outbox.record({ type: `transfer.${state}`, aggregateId: id, data: { transferId: id, fromWarehouseId, toWarehouseId, lines } });
    await audit({ actor, action: `transfer.${state}`, subject: `transfer:${id}`, before: { state: before.state }, after: { state, lines } });
    return after;
  }

  private change(id: string, to: TransferState, work: (transfer: Transfer) => Promise<Transfer>): Promise<Transfer> {
    return retryLostRace(() => this.deps.inTransaction(async () => {
      const transfer = await this.get(id);
      if (!nextStates(transfer).includes(to)) throw new IllegalTransferMove(transfer, to);
      return work(transfer);
    }));
  }
}
