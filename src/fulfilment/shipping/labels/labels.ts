import type { BoughtLabel, CarrierRate, LabelFormat } from '../carriers/carrier.js';
import type { ShippedVariant } from '../shipping.deps.js';
import type { Box } from '../shipping.js';

export const LABEL_STATES = ['buying', 'bought', 'voiding', 'voided', 'failed'] as const;
export type LabelState = (typeof LABEL_STATES)[number];
/** A purchase of postage for one parcel. A parcel has at most one that is not voided and has not failed. */
export type Label = Readonly<{
  id: string; orderId: string; fulfilmentId: string; parcelId: string; provider: string; service: string; format: LabelFormat; state: LabelState;
  /** What was chosen at the carrier; with it the carrier can be asked whether it was bought. */
  rate: CarrierRate | null; bought: BoughtLabel | null;
  /** The carrier may take weeks to give the money back. */
  refund: 'pending' | 'refunded' | null;
  failure: string | null; claimedAt: Date; createdAt: Date;
}>;

/** Where nobody measured anything: a shoe box. */
const USUAL_BOX: Box = { length: 300, width: 200, height: 120 };

/** A box that holds everything when it is stacked. */
export function boxOf(items: ReadonlyArray<{ dimensionsMm?: Box | undefined; quantity: number }>): Box {
  const sized = items.filter((item): item is { dimensionsMm: Box; quantity: number } => item.dimensionsMm !== undefined && item.dimensionsMm.length > 0);
  if (sized.length === 0) return USUAL_BOX;
  return {
    length: Math.max(...sized.map(({ dimensionsMm }) => dimensionsMm.length)), width: Math.max(...sized.map(({ dimensionsMm }) => dimensionsMm.width)),
    height: sized.reduce((so, { dimensionsMm, quantity }) => so + dimensionsMm.height * quantity, 0),
  };
}

export function weightOf(items: ReadonlyArray<{ sku: string; quantity: number }>, variants: ReadonlyMap<string, ShippedVariant>): number {
  return items.reduce((so, { sku, quantity }) => so + (variants.get(sku)?.weightGrams ?? 0) * quantity, 0);
}
