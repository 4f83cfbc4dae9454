import { regionCode } from '../../shared/address.js';
import { isCountry } from '../../shared/countries.js';
import { RuleViolation } from '../../shared/errors.js';
import { zero } from '../../shared/money.js';
import type { ConfiguredRates } from './configured.js';
import { groupsOf, type PlannedGroup } from './groups.js';
import { CountryUnknown, PickupLocationUnknown, ShippingMethodUnknown } from './shipping.errors.js';
import {
  combine, isSent, needsNoParcel, noDelivery, unitsToSend,
  type Estimate, type PickupLocation, type ShippingContext, type ShippingMethod, type ShippingRates,
} from './shipping.js';

/** Where neither the method nor the stock says how long it takes. */
const USUAL = { minDays: 2, maxDays: 5 };

/** A warehouse as far as delivery needs to know it. */
export type ShippingSite = Readonly<{ id: string; code: string; name: string; location: Readonly<{ city: string; country: string; address?: string; region?: string; postalCode?: string }>; pickup?: boolean; kind?: string }>;
type Destination = { country: string; region?: string | undefined };
type Units = ReadonlyArray<{ sku: string; quantity: number }>;
export type SentParcel = Readonly<{ warehouseId: string; lines: Units; shipsOn: string }>;
export type Promised = Readonly<
  | { possible: true; minDays: number; maxDays: number; deliversOn: string; parcels: ReadonlyArray<SentParcel & { deliversOn: string }> }
  | { possible: false }
>;

/** What the stock knows of delivery. */
export type Deliveries = Readonly<{
  sites(): Promise<readonly ShippingSite[]>;
  /** Throws where no warehouse sends anything. No round trip. */
  refuseUnserved(to: Destination): Promise<void>;
  /** Which warehouse sends what, and when; one round trip. */
  promiseFor(request: { lines: Units } & Destination): Promise<Promised>;
  availabilityOf(skus: readonly string[]): Promise<ReadonlyMap<string, { byWarehouse: ReadonlyArray<{ warehouseId: string; available: number }> }>>;
  /** When a parcel of that warehouse arrives that leaves on that day. */
  arrivesOn(warehouseId: string, shipsOn: string, workingDays: number): Promise<{ day: string; inDays: number }>;
}>;
type Deps = { flat: ShippingRates; configured: ConfiguredRates; deliveries: Deliveries };
type Wanted = { code?: string | undefined; promised?: Promised | null };

/** What the customer can choose from, and the one that was chosen. */
export class ShippingService {
  constructor(private readonly deps: Deps) {}

  /** With groups by warehouse, days and shops to pick it up at. */
  async methodsFor(context: ShippingContext): Promise<ShippingMethod[]> {
    if (!isCountry(context.country)) throw new CountryUnknown(context.country);
    if (needsNoParcel(context)) return [noDelivery(context.currency)];
    await this.deps.deliveries.refuseUnserved(to(context));
    const promised = await this.promise(context);
    const sent = await this.sent(context, { promised });
    const dated = await Promise.all(sent.map(async (method) => ({ ...method, estimate: await this.estimate(method, promised) })));
    return [...dated, ...await this.pickup(context)];
  }

  /** The chosen method with its price of now, null when it is not offered. Without methods of the shop's own or with one warehouse no round trip. */
  async find(code: string, context: ShippingContext): Promise<ShippingMethod | null> {
    if (!isCountry(context.country)) throw new CountryUnknown(context.country);
    if (needsNoParcel(context)) return noDelivery(context.currency);
    if (code === 'pickup') return this.pickupAt(context);
    if (!await this.isServed(context)) return null;
    return (await this.sent(context, { code }))[0] ?? null;
  }

  /** As `find`; a refusal says why, and names the codes that are allowed. */
  async resolve(code: string, context: ShippingContext): Promise<ShippingMethod> {
    if (!isCountry(context.country)) throw new CountryUnknown(context.country);
    if (!needsNoParcel(context) && code !== 'pickup') await this.deps.deliveries.refuseUnserved(to(context));
    const chosen = await this.find(code, context);
    if (!chosen) {
      const offered = await this.methodsFor(context);
      if (code === 'pickup') throw new PickupLocationUnknown(context.pickupLocationId, offered.flatMap(({ locations = [] }) => locations.map(({ id }) => id)));
      throw new ShippingMethodUnknown(code, offered.map((method) => method.code));
    }
    if (chosen.code === 'pickup') await this.refuseWithoutStock(context);
    return chosen;
  }

  private async isServed(context: ShippingContext): Promise<boolean> {
    try {
      await this.deps.deliveries.refuseUnserved(to(context));
      return true;
    } catch (error) {
      if (error instanceof RuleViolation) return false;
      throw error;
    }
  }

  /** Methods by which everything can be sent: of several warehouses those that all of them offer, or the ones chosen for each. */
  private async sent(context: ShippingContext, { code, promised }: Wanted): Promise<ShippingMethod[]> {
    const { flat, configured } = this.deps;
    if (!await configured.isInUse()) return (await flat.methodsFor(context)).filter((method) => code === undefined || method.code === code);
    const groups = await this.groups(context, promised);
    const codeOf = (group: PlannedGroup) => (code === undefined ? undefined : context.choices?.[group.warehouseId ?? ''] ?? code);
    const offered = await Promise.all(groups.map((group) => configured.methodsFor(context, group, codeOf(group))));
    if (groups.length === 1) return offered[0]!;
    const codes = code === undefined ? offered[0]!.map((method) => method.code) : [code];
    return codes.flatMap((wanted) => {
      const chosen = groups.map((group, at) => offered[at]!.find((method) => method.code === (codeOf(group) ?? wanted)));
      return chosen.every((method) => method !== undefined) ? [combine(groups.map((group, at) => groupOf(group, chosen[at]!)), context.currency)] : [];
    });
  }

  private async groups(context: ShippingContext, known?: Promised | null): Promise<PlannedGroup[]> {
    const whole = [{ warehouseId: null, lines: (context.lines ?? []).filter(isSent) }];
    if (!context.lines || context.lines.length === 0) return whole;
    const senders = (await this.deps.deliveries.sites()).filter(({ kind }) => kind !== 'digital');
    if (senders.length < 2) return [{ ...whole[0]!, warehouseId: senders[0]?.id ?? null }];
    const promised = known === undefined ? await this.promise(context) : known;
    return (promised?.possible ? groupsOf(context.lines, promised.parcels) : null) ?? whole;
  }

  private async promise(context: ShippingContext): Promise<Promised | null> {
    const lines = unitsToSend(context.lines ?? []);
    return lines.length === 0 ? null : this.deps.deliveries.promiseFor({ lines, ...to(context) });
  }

  /** The warehouse's own days where the method has none; a method's days are working days from the day the parcel leaves. */
  private async estimate({ estimate }: ShippingMethod, promised: Promised | null): Promise<Estimate> {
    if (!promised?.possible) return estimate ?? USUAL;
    const { parcels, minDays, maxDays, deliversOn } = promised;
    if (!estimate) return { minDays, maxDays, earliest: parcels.map((parcel) => parcel.deliversOn).sort()[0]!, latest: deliversOn };
    const arrive = async (days: number) => {
      const reached = await Promise.all(parcels.map(({ warehouseId, shipsOn }) => this.deps.deliveries.arrivesOn(warehouseId, shipsOn, days)));
      return reached.sort((a, b) => (a.day < b.day ? -1 : 1));
    };
    const [earliest, latest] = [(await arrive(estimate.minDays))[0]!, (await arrive(estimate.maxDays)).at(-1)!];
    return { minDays: earliest.inDays, maxDays: latest.inDays, earliest: earliest.day, latest: latest.day };
  }

  /** Offered where at least one shop has everything. */
  private async pickup(context: ShippingContext): Promise<ShippingMethod[]> {
    const locations = await this.stocked(context);
    return locations.length === 0 ? [] : [{ ...pickupMethod(context.currency), locations }];
  }

  private async pickupAt(context: ShippingContext): Promise<ShippingMethod | null> {
    const site = (await this.shops()).find(({ id }) => id === context.pickupLocationId);
    return site ? { ...pickupMethod(context.currency), locations: [locationOf(site)], pickupLocationId: site.id } : null;
  }

  private async refuseWithoutStock(context: ShippingContext): Promise<void> {
    const stocked = (await this.stocked(context)).map(({ id }) => id);
    if (!stocked.includes(context.pickupLocationId ?? '')) throw new PickupLocationUnknown(context.pickupLocationId, stocked);
  }

  private async stocked({ lines = [] }: ShippingContext): Promise<PickupLocation[]> {
    const shops = await this.shops();
    const wanted = unitsToSend(lines);
    if (shops.length === 0 || wanted.length === 0) return [];
    const available = await this.deps.deliveries.availabilityOf(wanted.map(({ sku }) => sku));
    const has = (site: ShippingSite) => wanted.every(({ sku, quantity }) => (available.get(sku)?.byWarehouse.find(({ warehouseId }) => warehouseId === site.id)?.available ?? 0) >= quantity);
    return shops.filter(has).map(locationOf);
  }

  private async shops(): Promise<ShippingSite[]> {
    return (await this.deps.deliveries.sites()).filter(({ pickup }) => pickup === true);
  }
}

const to = ({ country, region }: ShippingContext): Destination => ({ country, region: regionCode(country, region) });
const groupOf = ({ warehouseId, lines }: PlannedGroup, method: ShippingMethod) => ({ warehouseId, code: method.code, name: method.name, price: method.price, skus: lines.map(({ sku }) => sku), method });
const pickupMethod = (currency: string): ShippingMethod => ({ code: 'pickup', name: 'Pick-up in store', price: zero(currency), estimate: { minDays: 0, maxDays: 1 } });
const locationOf = ({ id, code, name, location: { city, country, address } }: ShippingSite): PickupLocation => ({ id, code, name, city, country, ...(address !== undefined && { address }) });
