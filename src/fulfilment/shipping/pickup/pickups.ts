export const PICKUP_STATES = ['waiting', 'collecting', 'collected'] as const;
export type PickupState = (typeof PICKUP_STATES)[number];
