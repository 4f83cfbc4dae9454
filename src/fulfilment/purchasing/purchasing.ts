import type { Money } from '../../shared/money.js';

export type SupplierFields = Readonly<{ code: string; name: string; email?: string; phone?: string; currency: string; leadTimeDays: number; active: boolean }>;
export type Supplier = SupplierFields & Readonly<{ id: string; version: number; createdAt: Date; updatedAt: Date }>;

/** What a supplier asks for a SKU; of several suppliers the one with the lowest priority is asked first. */
export type SourceFields = Readonly<{
  priority: number; cost: Money;
  /** The supplier's usual time when absent. */
  leadTimeDays?: number;
  minQuantity: number; supplierSku?: string;
}>;
export type Source = SourceFields & Readonly<{ supplierId: string; sku: string }>;

export const PURCHASE_ORDER_STATES = ['draft', 'ordered', 'partially_received', 'received', 'cancelled'] as const;
export type PurchaseOrderState = (typeof PURCHASE_ORDER_STATES)[number];
export type PurchaseLine = Readonly<{ sku: string; quantity: number; received: number; unitCost: Money }>;
export type PurchaseOrder = Readonly<{
  id: string; number: string; supplierId: string; warehouseId: string; state: PurchaseOrderState; lines: readonly PurchaseLine[];
  origin: 'manual' | 'reorder'; expectedOn: Date; orderedAt: Date | null; closedAt: Date | null; createdAt: Date; updatedAt: Date; version: number;
}>;

const NEXT: Readonly<Record<PurchaseOrderState, readonly PurchaseOrderState[]>> = {
  draft: ['ordered', 'cancelled'], ordered: ['partially_received', 'received', 'cancelled'], partially_received: ['partially_received', 'received', 'cancelled'], received: [], cancelled: [],
};
export const nextStates = ({ state }: Pick<PurchaseOrder, 'state'>): readonly PurchaseOrderState[] => NEXT[state];
export const canBecome = (order: Pick<PurchaseOrder, 'state'>, state: PurchaseOrderState): boolean => NEXT[order.state].includes(state);
export const isReceivable = (order: Pick<PurchaseOrder, 'state'>): boolean => canBecome(order, 'received');

type Arriving = ReadonlyArray<{ sku: string; quantity: number }>;
export type Excess = Readonly<{ sku: string; ordered: number; received: number; arriving: number }>;

/** What arrives beyond what was ordered, SKUs that were not ordered at all included. */
export function excessOf(lines: readonly PurchaseLine[], arriving: Arriving): Excess[] {
  return arriving.map(({ sku, quantity }) => {
    const line = lines.find((one) => one.sku === sku);
    return { sku, ordered: line?.quantity ?? 0, received: line?.received ?? 0, arriving: quantity };
  }).filter((one) => one.received + one.arriving > one.ordered);
}

export function withReceived(lines: readonly PurchaseLine[], arriving: Arriving): { lines: PurchaseLine[]; state: 'partially_received' | 'received' } {
  const after = lines.map((line) => ({ ...line, received: line.received + arriving.reduce((so, { sku, quantity }) => (sku === line.sku ? so + quantity : so), 0) }));
  return { lines: after, state: after.every(({ quantity, received }) => received >= quantity) ? 'received' : 'partially_received' };
}

export type Offered = Readonly<{ source: Source; supplier: Supplier }>;
/** Suppliers that deliver now: the preferred one of the warehouse, then by priority, cost and time. */
export function rankSuppliers(offers: readonly Offered[], preferredSupplier: string | null): Offered[] {
  const days = ({ source, supplier }: Offered) => source.leadTimeDays ?? supplier.leadTimeDays;
  return offers.filter(({ supplier }) => supplier.active).sort((a, b) =>
    Number(b.supplier.id === preferredSupplier) - Number(a.supplier.id === preferredSupplier)
    || a.source.priority - b.source.priority || a.source.cost.amount - b.source.cost.amount || days(a) - days(b) || (a.supplier.id < b.supplier.id ? -1 : 1));
}

const DAY_MS = 86_400_000;
export const expectedAfter = (from: Date, { source, supplier }: Offered): Date => new Date(from.getTime() + (source.leadTimeDays ?? supplier.leadTimeDays) * DAY_MS);
