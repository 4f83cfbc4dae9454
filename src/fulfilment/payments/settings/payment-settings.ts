/** When the money of a card is taken: with the order, before its first parcel leaves, or when staff say so. */
export const CAPTURE_AT = ['placement', 'shipment', 'manual'] as const;
export type CaptureAt = typeof CAPTURE_AT[number];
export type PaymentSettings = Readonly<{ capture: CaptureAt; version: number; changedAt: Date | null }>;

export const DEFAULT_SETTINGS: PaymentSettings = { capture: 'placement', version: 1, changedAt: null };
