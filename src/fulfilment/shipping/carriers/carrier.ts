import type { Money } from '../../../shared/money.js';
import type { Box } from '../shipping.js';

export const SHIPMENT_STATUSES = ['unknown', 'pre_transit', 'in_transit', 'out_for_delivery', 'available_for_pickup', 'failed', 'returned', 'delivered'] as const;
export type ShipmentStatus = (typeof SHIPMENT_STATUSES)[number];
/** What a carrier saw of a parcel. `key` is the same whenever the same scan is told again. */
export type Scan = Readonly<{ key: string; status: ShipmentStatus; at: Date; message?: string; location?: string }>;
export type CarrierEvent = Readonly<{ id: string; trackingNumber: string; carrier: string; scans: readonly Scan[]; estimatedDelivery?: Date }>;

export type ParcelAddress = Readonly<{
  name: string; company?: string; line1: string; line2?: string; city: string; region?: string; postalCode: string; country: string; phone?: string; email?: string;
}>;
export type CustomsItem = Readonly<{ description: string; quantity: number; weightGrams: number; value: Money; hsCode: string; originCountry: string }>;
export type ParcelToSend = Readonly<{
  from: ParcelAddress; to: ParcelAddress; weightGrams: number; box: Box; customs?: readonly CustomsItem[];
  /** Ours, so that a parcel can be found again at the carrier. */
  reference?: string;
}>;
/** A price of the carrier for a parcel that it knows as `shipmentId`. */
export type CarrierRate = Readonly<{ id: string; shipmentId: string; carrier: string; service: string; price: Money; days?: number }>;
export const LABEL_FORMATS = ['pdf', 'zpl', 'png'] as const;
export type LabelFormat = (typeof LABEL_FORMATS)[number];
export type BoughtLabel = Readonly<{ providerId: string; trackingNumber: string; trackingUrl?: string; labelUrl: string; format: LabelFormat; carrier: string; service: string; cost: Money }>;

/** The port: a company, or a service for many of them, that prices, labels and follows parcels. */
export type Carrier = Readonly<{
  name: string;
  /** Loads its library, which takes longer than a shopper waits for a price. */
  ready(): Promise<unknown>;
  /** Makes the parcel known to the carrier and asks what it costs by each service. */
  rates(parcel: ParcelToSend, format?: LabelFormat): Promise<readonly CarrierRate[]>;
  /** Buys postage once, however often it is called for the same shipment: what was bought before is answered again. */
  buy(chosen: CarrierRate, format: LabelFormat): Promise<BoughtLabel>;
  /** What was bought for the shipment before, if anything. */
  findBought(chosen: CarrierRate, format: LabelFormat): Promise<BoughtLabel | null>;
  /** Gives postage back that was not used; `pending` while the carrier has not decided. */
  refund(label: Pick<BoughtLabel, 'providerId'> & { shipmentId: string }): Promise<'refunded' | 'pending' | 'refused'>;
}>;
export type WebhookHeaders = Readonly<Record<string, unknown>>;
/** Null: not signed by the carrier. No event: something that is not about a parcel. */
export type ReadWebhook = (headers: WebhookHeaders, body: Buffer, now: Date) => Promise<readonly CarrierEvent[] | null>;

/** The carrier understood and said no: asking again would not help. */
export class CarrierRefused extends Error {}
/** Nobody knows whether the carrier did it. */
export class CarrierSilent extends Error {}

/** The cheapest rate of a service; `*` takes any. Names are compared as people read them. */
export function cheapest(rates: readonly CarrierRate[], service: string): CarrierRate | null {
  const wanted = service.toLowerCase();
  const fitting = rates.filter((rate) => wanted === '*' || rate.service.toLowerCase() === wanted || `${rate.carrier} ${rate.service}`.toLowerCase() === wanted);
  return fitting.reduce<CarrierRate | null>((best, rate) => (best === null || rate.price.amount < best.price.amount ? rate : best), null);
}
