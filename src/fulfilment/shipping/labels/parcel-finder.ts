import type { Address } from '../../../shared/address.js';
import type { Order } from '../../orders/index.js';
import { senderOf } from '../carriers/carrier-prices.js';
import type { ParcelAddress, ParcelToSend } from '../carriers/carrier.js';
import type { ShippingOrders, VariantsOf } from '../shipping.deps.js';
import type { Box } from '../shipping.js';
import type { ShippingSite } from '../shipping.service.js';
import { crossesCustoms, declare } from './customs.js';
import { CustomsDataMissing, ParcelUnknown, ParcelWeightUnknown } from './labels.errors.js';
import { boxOf, weightOf } from './labels.js';

type Deps = { orders: () => ShippingOrders; variantsOf: VariantsOf; sites: () => Promise<readonly ShippingSite[]>; senderName: string };
type Wanted = Readonly<{ orderId: string; parcelId: string; weightGrams?: number | undefined; box?: Box | undefined }>;
type Found = Readonly<{ fulfilmentId: string; toSend: ParcelToSend }>;

/** A parcel of an order as a carrier wants to know it: from where, to whom, how heavy, and what customs ask. */
export class ParcelFinder {
  constructor(private readonly deps: Deps) {}

  async find({ orderId, parcelId, ...measured }: Wanted): Promise<Found> {
    const order = await this.deps.orders().goods.get(orderId, { staff: true });
    const fulfilment = (await this.deps.orders().goods.fulfilmentsOf(orderId)).find(({ state, parcels }) => state !== 'cancelled' && parcels.some(({ id }) => id === parcelId));
    if (!fulfilment) throw new ParcelUnknown(parcelId);
    const { lines } = fulfilment.parcels.find(({ id }) => id === parcelId)!;
    const items = lines.map(({ itemId, quantity }) => ({ ...itemOf(order, itemId), quantity }));
    const variants = await this.deps.variantsOf(items.map(({ sku }) => sku));
    const from = await this.senderOf(fulfilment.lines.find(({ itemId }) => lines.some((line) => line.itemId === itemId))?.warehouseId ?? null, order);

    const { declared, missing } = crossesCustoms(from.country, order.shippingAddress.country) ? declare(items, variants) : { declared: undefined, missing: [] };
    if (missing.length > 0) throw new CustomsDataMissing(missing);
    const weightGrams = measured.weightGrams ?? weightOf(items, variants);
    if (weightGrams === 0) throw new ParcelWeightUnknown();
    const box = measured.box ?? boxOf(items.map(({ sku, quantity }) => ({ quantity, dimensionsMm: variants.get(sku)?.dimensionsMm })));
    return { fulfilmentId: fulfilment.id, toSend: { from, to: recipientOf(order.shippingAddress, order.email), weightGrams, box, ...(declared && { customs: declared }) } };
  }

  private async senderOf(warehouseId: string | null, order: Order): Promise<ParcelAddress> {
    const sites = await this.deps.sites();
    const site = sites.find(({ id }) => id === warehouseId) ?? sites[0];
    return site ? senderOf(site, this.deps.senderName) : { ...recipientOf(order.shippingAddress), name: this.deps.senderName };
  }
}

function recipientOf({ firstName, lastName, company, line1, line2, city, region, postalCode, country, phone }: Address, email?: string): ParcelAddress {
  return {
    name: `${firstName} ${lastName}`, line1, city, postalCode, country, ...(company !== undefined && { company }), ...(line2 !== undefined && { line2 }), ...(region !== undefined && { region }),
    ...(phone !== undefined && { phone }), ...(email !== undefined && { email }),
  };
}

function itemOf(order: Order, itemId: string) {
  const { sku, productName, quantity: ordered, lineTotal } = order.items.find(({ id }) => id === itemId)!;
  return { sku, productName, ordered, lineTotal };
}
