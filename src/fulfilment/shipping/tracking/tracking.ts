import type { Scan, ShipmentStatus } from '../carriers/carrier.js';

/** What customers are told of, once for each parcel. */
export const MILESTONES = ['in_transit', 'out_for_delivery', 'delivered', 'failed'] as const;
export type Milestone = (typeof MILESTONES)[number];
/** `number`: as it was typed on the parcel, which is how the order knows it. */
export type ParcelLink = Readonly<{ orderId: string; fulfilmentId: string; parcelId: string; number: string }>;
/** A parcel as its carrier tells of it. It may be known before the order that it belongs to. */
export type Tracking = Readonly<{
  trackingNumber: string; carrier: string | null; status: ShipmentStatus; scans: readonly Scan[]; estimatedDelivery: Date | null;
  link: ParcelLink | null; told: readonly Milestone[]; version: number;
}>;

/** More than any parcel has; beyond it only what was never seen is kept, so that a carrier's chatter does not fill the database. */
const MAX_SCANS = 300;

/** `1Z 999 aa1` and `1Z999AA1` are one number. */
export const trackingKey = (number: string): string => number.toUpperCase().replace(/[^A-Z0-9]/g, '');

export const newTracking = (trackingNumber: string): Tracking =>
  ({ trackingNumber: trackingKey(trackingNumber), carrier: null, status: 'unknown', scans: [], estimatedDelivery: null, link: null, told: [], version: 0 });

/** Scans as a set: told twice or in another order they make the same. */
export function withScans(tracking: Tracking, scans: readonly Scan[]): Tracking {
  const known = new Map(tracking.scans.map((scan) => [scan.key, scan]));
  for (const scan of scans) {
    const isNews = known.size < MAX_SCANS || ![...known.values()].some(({ status }) => status === scan.status);
    if (isNews && !known.has(scan.key)) known.set(scan.key, scan);
  }
  const all = [...known.values()].sort((a, b) => a.at.getTime() - b.at.getTime() || (a.key < b.key ? -1 : 1));
  return { ...tracking, scans: all, status: statusOf(all) };
}

/** Delivered is the end, whatever a late scan says; so is a parcel that went back. Else the last scan tells. */
export function statusOf(scans: readonly Scan[]): ShipmentStatus {
  for (const end of ['delivered', 'returned'] as const) if (scans.some(({ status }) => status === end)) return end;
  return scans.findLast(({ status }) => status !== 'unknown')?.status ?? 'unknown';
}

/** Milestones that were reached and not told yet; nobody is told of a parcel without an order. */
export function untold({ link, scans, told }: Tracking): Milestone[] {
  if (!link) return [];
  return MILESTONES.filter((milestone) => !told.includes(milestone) && scans.some(({ status }) => status === milestone));
}
