import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, Subscriber } from '../../shared/events/outbox.js';
import type { Route } from '../../shared/http/route.js';
import type { Invariant } from '../../shared/invariant.js';
import type { Schedule } from '../../shared/schedule.js';
import type { Inventory } from '../inventory/index.js';
import { PurchaseOrderRepository } from './purchase-orders.repository.js';
import { purchaseOrderRoutes } from './purchase-orders.routes.js';
import { PurchaseOrdersService, type ReorderDue } from './purchase-orders.service.js';
import { PurchasingAuditRepository } from './purchasing-audit.repository.js';
import { SupplierRepository } from './suppliers.repository.js';
import { supplierRoutes } from './suppliers.routes.js';
import { UnsourcedRepository } from './unsourced.repository.js';
import { SuppliersService } from './suppliers.service.js';

type Deps = {
  connection: Connection; now: Clock; outbox: Pick<Outbox, 'record' | 'once'>; inTransaction: InTransaction; audit: RecordAudit;
  inventory: Pick<Inventory, 'receive' | 'onReceipt' | 'requireStockable' | 'reorderDue'>;
};

const RETRY_MS = 60_000;
const REORDER = 'purchasing.reorder';

export function createPurchasing({ connection, now, outbox, inTransaction, audit, inventory }: Deps) {
  const supplierRows = new SupplierRepository(connection);
  const suppliers = new SuppliersService({ suppliers: supplierRows, inTransaction, outbox, audit, now });
  const orders = new PurchaseOrdersService({
    orders: new PurchaseOrderRepository(connection), suppliers: supplierRows, inTransaction, outbox, audit, now, requireStockable: inventory.requireStockable,
    unsourced: new UnsourcedRepository(connection), reorderDue: inventory.reorderDue,
  });
  inventory.onReceipt(orders.receive);

  const routes: Route[] = [...supplierRoutes(suppliers), ...purchaseOrderRoutes({ orders, inventory })];
  const subscribers: Subscriber[] = [{
    name: REORDER, on: ['stock.reorder_due'],
    handle: (event) => outbox.once(event, REORDER, () => orders.reorder(event.data as ReorderDue)),
  }];
  const schedules: Schedule[] = [{ name: 'retry-unsourced-reorders', everyMs: RETRY_MS, run: () => orders.retryUnsourced() }];
  const auditing = new PurchasingAuditRepository(connection);
  const invariants: Invariant[] = [
    { name: 'purchasing.received_equals_receipts', check: async () => (await auditing.findUnlikeReceipts()).map(({ _id, units }) =>
      ({ invariant: 'purchasing.received_equals_receipts', subject: `purchase_order:${_id.order}`, detail: `receipts of ${_id.sku} differ by ${units}` })) },
    { name: 'purchasing.orders_are_sound', check: async () => (await auditing.findUnsound()).map(({ _id, state }) =>
      ({ invariant: 'purchasing.orders_are_sound', subject: `purchase_order:${String(_id)}`, detail: `its lines contradict ${state}` })) },
  ];
  return { routes, subscribers, schedules, invariants };
}
