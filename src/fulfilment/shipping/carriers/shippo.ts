import { createHmac } from 'node:crypto';
import type { Shippo } from 'shippo';
import { parseMoney } from '../../../shared/money.js';
import { sameText } from '../../../shared/crypto/tokens.js';
import { CarrierRefused, type BoughtLabel, type Carrier, type CarrierEvent, type CarrierRate, type LabelFormat, type ParcelAddress, type ParcelToSend, type ReadWebhook, type ShipmentStatus } from './carrier.js';
import { majorUnits, type CarrierAccount } from './easypost.js';
import { asCarrierError } from './patience.js';
import { parsed } from './standard-webhook.js';

type Transaction = Awaited<ReturnType<Shippo['transactions']['get']>>;
const FILE_TYPES = { pdf: 'PDF_4x6', zpl: 'ZPLII', png: 'PNG' } as const;

const load = () => import('shippo');

/** Shippo through its own SDK, which only shops with an account load. */
export function createShippo({ apiKey, url, timeoutMs, buyTimeoutMs }: CarrierAccount): Carrier {
  const client = async (timeout: number): Promise<Shippo> => {
    const { Shippo: Client } = await load();
    return new Client({ apiKeyHeader: apiKey, serverURL: url, timeoutMs: timeout, retryConfig: { strategy: 'none' } });
  };
  const ask = <T>(timeout: number, work: (api: Shippo) => Promise<T>): Promise<T> => client(timeout).then(work).catch((error: unknown) => { throw asCarrierError(error); });

  return {
    name: 'shippo', ready: load,
    rates: (parcel) => ask(timeoutMs, async (api) => {
      const shipment = await api.shipments.create(shipmentOf(parcel));
      return shipment.rates.map((rate): CarrierRate => ({
        id: rate.objectId, shipmentId: shipment.objectId, carrier: rate.provider, service: rate.servicelevel.name ?? rate.servicelevel.token ?? '', price: parseMoney(rate.amount, rate.currency), ...(rate.estimatedDays && { days: rate.estimatedDays }),
      }));
    }),
    buy: (rate, format) => ask(buyTimeoutMs, async (api) => labelOf(await api.transactions.create({ rate: rate.id, labelFileType: FILE_TYPES[format], async: false }), rate, format)),
    findBought: (rate, format) => ask(buyTimeoutMs, async (api) => {
      const { results = [] } = await api.transactions.list({ rate: rate.id });
      const bought = results.find(({ status }) => status === 'SUCCESS');
      return bought ? labelOf(bought, rate, format) : null;
    }),
    refund: ({ providerId }) => ask(buyTimeoutMs, async (api) => {
      const { status } = await api.refunds.create({ transaction: providerId });
      return status === 'SUCCESS' ? 'refunded' : status === 'ERROR' ? 'refused' : 'pending';
    }),
  };
}

function shipmentOf({ from, to, weightGrams, box, customs, reference }: ParcelToSend): Parameters<Shippo['shipments']['create']>[0] {
  return {
    addressFrom: addressOf(from), addressTo: addressOf(to), async: false, ...(reference !== undefined && { metadata: reference }),
    parcels: [{ massUnit: 'g', weight: String(weightGrams), distanceUnit: 'mm', length: String(box.length), width: String(box.width), height: String(box.height) }],
    ...(customs && { customsDeclaration: {
      certify: true, certifySigner: from.name, contentsType: 'MERCHANDISE', nonDeliveryOption: 'RETURN',
      items: customs.map((item) => ({
        description: item.description, quantity: item.quantity, netWeight: String(item.weightGrams), massUnit: 'g', valueAmount: String(majorUnits(item.value, item.quantity)), valueCurrency: item.value.currency,
        tariffNumber: item.hsCode, originCountry: item.originCountry,
      })),
    } }),
  };
}

function addressOf({ name, company, line1, line2, city, region, postalCode, country, phone, email }: ParcelAddress) {
  return {
    name, street1: line1, city, zip: postalCode, country, ...(company !== undefined && { company }), ...(line2 !== undefined && { street2: line2 }), ...(region !== undefined && { state: region }),
    ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
  };
}

function labelOf({ objectId, status, trackingNumber, trackingUrlProvider, labelUrl, messages = [] }: Transaction, rate: CarrierRate, format: LabelFormat): BoughtLabel {
  if (status !== 'SUCCESS' || !objectId || !trackingNumber || !labelUrl) throw new CarrierRefused(messages.map(({ text }) => text).filter(Boolean).join('; ') || `the purchase is ${String(status)}`);
  return { providerId: objectId, trackingNumber, labelUrl, format, carrier: rate.carrier, service: rate.service, cost: rate.price, ...(trackingUrlProvider && { trackingUrl: trackingUrlProvider }) };
}

const STATUSES: Readonly<Record<string, ShipmentStatus>> = { PRE_TRANSIT: 'pre_transit', TRANSIT: 'in_transit', DELIVERED: 'delivered', RETURNED: 'returned', FAILURE: 'failed' };
type Seen = { object_id?: string; status?: string; status_details?: string; status_date?: string; substatus?: { code?: string } | null; location?: { city?: string; country?: string } | null };
type Told = { event?: string; data?: { tracking_number?: string; carrier?: string; eta?: string | null; tracking_status?: Seen | null; tracking_history?: Seen[] } };
const TOLERANCE_SECONDS = 300;

/** `Shippo-Auth-Signature: t=<seconds>,v1=<hex>` over `<seconds>.<body>`. */
export function shippoWebhook(secret: string): ReadWebhook {
  return async (headers, body, now) => {
    const signature = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/.exec(String(headers['shippo-auth-signature'] ?? ''));
    if (!signature || Math.abs(now.getTime() / 1000 - Number(signature[1])) > TOLERANCE_SECONDS) return null;
    if (!sameText(signature[2]!, createHmac('sha256', secret).update(`${signature[1]}.`).update(body).digest('hex'))) return null;
    const { event, data } = (parsed(body) ?? {}) as Told;
    if (event !== 'track_updated' || !data?.tracking_number) return [];
    const seen = [...data.tracking_history ?? [], ...data.tracking_status ? [data.tracking_status] : []].filter(({ status_date: at }) => at !== undefined && !Number.isNaN(Date.parse(at)));
    const latest = data.tracking_status ?? seen.at(-1);
    const told: CarrierEvent = {
      // It has no id of its own: it is the one that told of this scan.
      id: `${data.tracking_number}:${latest?.object_id ?? `${latest?.status_date ?? ''} ${latest?.status ?? ''}`}`, trackingNumber: data.tracking_number, carrier: data.carrier ?? 'Shippo',
      scans: seen.map(scanOf), ...(data.eta && { estimatedDelivery: new Date(data.eta) }),
    };
    return [told];
  };
}

function scanOf({ status = '', status_date: date = '', status_details: message, substatus, location: place }: Seen) {
  const at = new Date(date);
  const kind = substatus?.code === 'out_for_delivery' ? 'out_for_delivery' : STATUSES[status] ?? 'unknown';
  const location = [place?.city, place?.country].filter(Boolean).join(', ');
  return { key: `${at.toISOString()} ${status} ${substatus?.code ?? ''}`.trim(), status: kind, at, ...(message && { message: message.slice(0, 500) }), ...(location && { location }) };
}
