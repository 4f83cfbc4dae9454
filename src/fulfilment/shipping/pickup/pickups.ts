export const PICKUP_STATES = ['waiting', 'collecting', 'collected'] as const;
export type PickupState = (typeof PICKUP_STATES)[number];
/** One per order. The code itself is nowhere: it can be made again from the order, and is found by its hash. */
export type Pickup = Readonly<{
  orderId: string; locationId: string; codeHash: string; state: PickupState; claimedAt: Date | null; claimedBy: { type: string; id: string | null } | null; collectedAt: Date | null; createdAt: Date;
}>;
