import type { Site } from './inventory.js';

export type AutoReorder = Readonly<{ enabled: boolean; threshold: number; preferredSupplier?: string }>;
export type WarehouseFields = Readonly<{
  code: string; name: string;
  location: Readonly<{ address?: string; city: string; country: string; lat?: number; lng?: number }>;
  /** Country codes; none means everywhere. */
  regionsServed: readonly string[];
  /** Days to a country. */
  shippingTimeEstimates: Readonly<Record<string, number>>;
  /** Lower is asked first. */
  priority: number;
  autoReorder?: AutoReorder;
}>;
export type Warehouse = WarehouseFields & Site & Readonly<{ id: string; active: boolean; version: number; createdAt: Date; updatedAt: Date }>;

/** At or below so many available units a level of this warehouse is low, unless the level has a threshold of its own. */
export const thresholdOf = (warehouse: Warehouse | undefined): number | undefined => warehouse?.autoReorder?.threshold;
