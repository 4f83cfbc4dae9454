import { decimalOf, parseMoney, times } from '../../../shared/money.js';
import { CarrierRefused, type BoughtLabel, type Carrier, type CarrierEvent, type CarrierRate, type LabelFormat, type ParcelAddress, type ParcelToSend, type ReadWebhook, type ShipmentStatus } from './carrier.js';
import { asCarrierError, awaitCarrier } from './patience.js';

export type CarrierAccount = Readonly<{ apiKey: string; url: string; timeoutMs: number; buyTimeoutMs: number }>;
/** What we use of the SDK. Its own declarations describe a CommonJS module, which is not what an import loads. */
type Shipment = Readonly<{
  id: string; tracking_code?: string | null; refund_status?: string | null; tracker?: { public_url?: string } | null;
  postage_label?: { label_url?: string | null; label_pdf_url?: string | null; label_zpl_url?: string | null } | null;
  rates?: ReadonlyArray<{ id: string; carrier: string; service: string; rate: string; currency: string; delivery_days?: number | null }>;
}>;
type Api = {
  Shipment: { create(shipment: object): Promise<Shipment>; buy(id: string, rate: object): Promise<Shipment>; retrieve(id: string): Promise<Shipment>; refund(id: string): Promise<Shipment> };
  Utils: { validateWebhook(body: Buffer, headers: object, secret: string): object };
};
type ApiClass = new (key: string, options?: { baseUrl?: string; timeout?: number }) => Api;
const load = async (): Promise<ApiClass> => (await import('@easypost/api')).default as unknown as ApiClass;

const GRAMS_PER_OUNCE = 28.349_523_125;
const MM_PER_INCH = 25.4;
/** One decimal, rounded up: a parcel must not weigh more than was paid for. */
const upToTenth = (value: number): number => Math.max(0.1, Math.ceil(value * 10 - 1e-9) / 10);
export const ounces = (grams: number): number => upToTenth(grams / GRAMS_PER_OUNCE);
export const inches = (mm: number): number => upToTenth(mm / MM_PER_INCH);

/** EasyPost through its own SDK, which only shops with an account load. */
export function createEasyPost({ apiKey, url, timeoutMs, buyTimeoutMs }: CarrierAccount): Carrier {
  const client = async (timeout: number) => new (await load())(apiKey, { baseUrl: url, timeout });
  // The SDK's own timeout does not end a request whose answer never begins (measured on 8.9.0).
  const ask = <T>(timeout: number, work: (api: Api) => Promise<T>): Promise<T> => awaitCarrier(timeout, client(timeout).then(work)).catch((error: unknown) => { throw asCarrierError(error); });

  return {
    name: 'easypost', ready: load,
    rates: (parcel, format = 'pdf') => ask(timeoutMs, async (api) => ratesOf(await api.Shipment.create(shipmentOf(parcel, format)))),
    buy: (rate, format) => ask(buyTimeoutMs, async (api) => labelOf(await api.Shipment.buy(rate.shipmentId, { id: rate.id }), rate, format)),
    findBought: (rate, format) => ask(buyTimeoutMs, async (api) => {
      const shipment = await api.Shipment.retrieve(rate.shipmentId);
      return shipment.postage_label ? labelOf(shipment, rate, format) : null;
    }),
    refund: ({ shipmentId }) => ask(buyTimeoutMs, async (api) => {
      const { refund_status: status } = await api.Shipment.refund(shipmentId);
      return status === 'refunded' ? 'refunded' : status === 'submitted' ? 'pending' : 'refused';
    }),
  };
}

function shipmentOf({ from, to, weightGrams, box, customs, reference }: ParcelToSend, format: LabelFormat) {
  return {
    from_address: addressOf(from), to_address: addressOf(to), options: { label_format: format.toUpperCase() }, ...(reference !== undefined && { reference }),
    parcel: { weight: ounces(weightGrams), length: inches(box.length), width: inches(box.width), height: inches(box.height) },
    ...(customs && { customs_info: { contents_type: 'merchandise', non_delivery_option: 'return', restriction_type: 'none', eel_pfc: 'NOEEI 30.37(a)', customs_certify: true, customs_signer: from.name, customs_items: customs.map((item) => ({
      description: item.description, quantity: item.quantity, weight: ounces(item.weightGrams), value: majorUnits(item.value, item.quantity), currency: item.value.currency, hs_tariff_number: item.hsCode.replace(/\./g, ''), origin_country: item.originCountry,
    })) } }),
  };
}

function addressOf({ name, company, line1, line2, city, region, postalCode, country, phone, email }: ParcelAddress) {
  return { name, company, street1: line1, street2: line2, city, state: region, zip: postalCode, country, phone, email };
}

/** The value of all pieces as a number of major units, as the carrier's form wants it. */
export function majorUnits(value: { amount: number; currency: string }, quantity: number): number {
  return Number(decimalOf(times(value, quantity)));
}

function ratesOf(shipment: Shipment): CarrierRate[] {
  return (shipment.rates ?? []).map((rate) => ({
    id: rate.id, shipmentId: shipment.id, carrier: rate.carrier, service: rate.service, price: parseMoney(rate.rate, rate.currency), ...(rate.delivery_days && { days: rate.delivery_days }),
  }));
}

function labelOf(shipment: Shipment, rate: CarrierRate, format: LabelFormat): BoughtLabel {
  const { tracking_code: trackingNumber, postage_label: label, tracker } = shipment;
  const labelUrl = format === 'zpl' ? label?.label_zpl_url ?? label?.label_url : format === 'pdf' ? label?.label_pdf_url ?? label?.label_url : label?.label_url;
  if (!trackingNumber || !labelUrl) throw new CarrierRefused('the label has no number or document');
  const publicUrl = tracker?.public_url;
  return { providerId: shipment.id, trackingNumber, labelUrl, format, carrier: rate.carrier, service: rate.service, cost: rate.price, ...(publicUrl !== undefined && { trackingUrl: publicUrl }) };
}

const STATUSES: Readonly<Record<string, ShipmentStatus>> = {
  pre_transit: 'pre_transit', in_transit: 'in_transit', out_for_delivery: 'out_for_delivery', delivered: 'delivered', available_for_pickup: 'available_for_pickup',
  return_to_sender: 'returned', failure: 'failed', error: 'failed', cancelled: 'failed',
};
type Detail = { status: string; message?: string; datetime: string; tracking_location?: { city?: string | null; country?: string | null } };
type Told = { id?: string; result?: { object?: string; tracking_code?: string; carrier?: string; status?: string; updated_at?: string; est_delivery_date?: string | null; tracking_details?: Detail[] } };

/** Checked by the SDK. Each webhook tells the whole history of its parcel. */
export function easyPostWebhook(secret: string): ReadWebhook {
  return async (headers, body) => {
    const Client = await load();
    let told: Told;
    try {
      told = new Client('not used to check signatures').Utils.validateWebhook(body, headers, secret) as Told;
    } catch {
      return null;
    }
    const { id, result } = told;
    if (id === undefined || result?.object !== 'Tracker' || !result.tracking_code) return [];
    const scans = (result.tracking_details ?? []).filter(({ datetime }) => !Number.isNaN(Date.parse(datetime))).map(({ status, message, datetime, tracking_location: place }) => {
      const location = [place?.city, place?.country].filter(Boolean).join(', ');
      return { key: `${new Date(datetime).toISOString()} ${status}`, status: STATUSES[status] ?? 'unknown', at: new Date(datetime), ...(message && { message: message.slice(0, 500) }), ...(location && { location }) };
    });
    const due = result.est_delivery_date;
    const event: CarrierEvent = { id, trackingNumber: result.tracking_code, carrier: result.carrier ?? 'EasyPost', scans, ...(due && { estimatedDelivery: new Date(due) }) };
    return [event];
  };
}
