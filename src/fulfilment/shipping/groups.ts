import { allocate, sum, type Money } from '../../shared/money.js';
import { isSent, type ShippingLine } from './shipping.js';

/** What leaves one warehouse, as the stock plan of this moment has it. Null: it is not known yet, or there is only one. */
export type PlannedGroup = Readonly<{ warehouseId: string | null; lines: readonly ShippingLine[] }>;
type Sent = Readonly<{ warehouseId: string; lines: ReadonlyArray<{ sku: string; quantity: number }> }>;

/**
 * The lines as they are spread over warehouses; what they cost is spread with them, cent by cent. Null when the plan does not
 * speak of these lines (sets are sent as their parts): then they are rated as one parcel.
 */
export function groupsOf(lines: readonly ShippingLine[], plan: readonly Sent[]): PlannedGroup[] | null {
  const sent = lines.filter(isSent);
  const units = unitsByWarehouse(plan);
  const warehouses = [...units.keys()];
  const fits = sent.every(({ sku, quantity }) => warehouses.reduce((so, id) => so + (units.get(id)!.get(sku) ?? 0), 0) === quantity)
    && plan.every((parcel) => parcel.lines.every(({ sku }) => sent.some((line) => line.sku === sku)));
  if (!fits || warehouses.length === 0) return null;
  const shares = new Map(sent.map((line) => [line.sku, spread(line, warehouses.map((id) => units.get(id)!.get(line.sku) ?? 0))]));
  return warehouses.map((warehouseId, at) => ({
    warehouseId,
    lines: sent.flatMap((line): ShippingLine[] => {
      const quantity = units.get(warehouseId)!.get(line.sku) ?? 0;
      const total = shares.get(line.sku)?.[at];
      return quantity === 0 ? [] : [{ ...line, quantity, ...(total && { total }) }];
    }),
  }));
}

function unitsByWarehouse(plan: readonly Sent[]): Map<string, Map<string, number>> {
  const units = new Map<string, Map<string, number>>();
  for (const { warehouseId, lines } of plan) {
    const here = units.get(warehouseId) ?? new Map<string, number>();
    for (const { sku, quantity } of lines) here.set(sku, (here.get(sku) ?? 0) + quantity);
    units.set(warehouseId, here);
  }
  return units;
}

const spread = ({ total }: ShippingLine, quantities: readonly number[]): readonly Money[] | undefined => (total ? allocate(total, quantities) : undefined);

/** What the goods of a group cost; all of them when nobody knows the lines' own totals. */
export function goodsOf(lines: readonly ShippingLine[], subtotal: Money): Money {
  return lines.every(({ total }) => total !== undefined) ? sum(lines.map(({ total }) => total!), subtotal.currency) : subtotal;
}
