import type { WorkCalendar } from './calendar.js';
import type { Level, ReorderPolicy, Site } from './inventory.js';

export type AutoReorder = Readonly<{ enabled: boolean; threshold: number; preferredSupplier?: string }>;
export type WarehouseFields = Readonly<{
  code: string; name: string;
  location: Readonly<{ address?: string; city: string; region?: string; postalCode?: string; country: string; lat?: number; lng?: number }>;
  /** Countries (GB) or parts of them (GB-SCT); none means everywhere. */
  regionsServed: readonly string[];
  /** Working days on the road to a country or a part of it; `*` is everywhere else. */
  shippingTimeEstimates: Readonly<Record<string, number>>;
  /** Lower is asked first. */
  priority: number;
  /** What a parcel from here costs, in minor units of one currency for all warehouses. */
  costPerParcel?: number;
  /** A shop where customers fetch what they ordered. */
  pickup?: boolean;
  autoReorder?: AutoReorder;
  /** `digital` holds what is sent by the shop itself: licence keys. It serves everybody and sends no parcels. */
  kind?: 'digital';
}> & WorkCalendar;
export type Warehouse = WarehouseFields & Site & Readonly<{ id: string; active: boolean; version: number; createdAt: Date; updatedAt: Date }>;

/** Of a level without a policy of its own: at the warehouse's threshold, and up to twice as much as that. */
export function reorderPolicyOf({ reorder }: Pick<Level, 'reorder'>, warehouse: Warehouse | undefined): ReorderPolicy | undefined {
  if (reorder || !warehouse?.autoReorder?.enabled) return reorder;
  const { threshold } = warehouse.autoReorder;
  return { point: threshold, upTo: Math.max(1, threshold * 2) };
}

/** At or below so many available units a level of this warehouse is low, unless the level has a threshold of its own. */
export const thresholdOf = (warehouse: Warehouse | undefined): number | undefined => warehouse?.autoReorder?.threshold;
