import { regionCode } from '../../shared/address.js';
import { Recent } from '../../shared/cache/recent.js';
import type { Money } from '../../shared/money.js';
import type { MethodRepository } from './methods.repository.js';
import { goodsOf, type PlannedGroup } from './groups.js';
import { markedUp, measure, priceOf, type CarrierRate, type Method, type Parcel } from './rates.js';
import type { PriceSource, ShippingContext, ShippingMethod } from './shipping.js';
import { zoneFor, type Zone } from './zones.js';

/** How long a change by another process may stay unseen. */
const REMEMBERED_MS = 900;

/** What a carrier asks for a parcel; null where it cannot be asked, or not in time. */
export type AskCarrier = (rate: CarrierRate, parcel: { context: ShippingContext; group: PlannedGroup }) => Promise<Money | null>;
type Offer = Readonly<{ method: Method; price: Money; source: PriceSource } | { method: Method; refused: string }>;

/** The zones and methods that staff has defined, held in memory: a sale waits for no database because of them. */
export class ConfiguredRates {
  private readonly remembered = new Recent<{ zones: Zone[]; methods: Method[] }>({ ttlMs: REMEMBERED_MS, max: 1 });

  constructor(private readonly deps: { rows: Pick<MethodRepository, 'findAll'>; askCarrier: AskCarrier }) {}

  forget(): void {
    this.remembered.forget('all');
  }

  /** False while nobody has defined a method: then the flat price holds. */
  async isInUse(): Promise<boolean> {
    return (await this.all()).methods.some(({ active }) => active);
  }

  async methodsFor(context: ShippingContext, group: PlannedGroup, only?: string): Promise<ShippingMethod[]> {
    const offers = await this.offersFor(context, group, only);
    return offers.flatMap((offer): ShippingMethod[] => {
      if ('refused' in offer) return [];
      const { code, name, estimate, taxCategory } = offer.method;
      return [{ code, name, price: offer.price, ...(estimate && { estimate }), source: offer.source, ...(taxCategory !== undefined && { taxCategory }) }];
    });
  }

  async preview(context: ShippingContext) {
    const zone = await this.zoneOf(context);
    const offers = await this.offersFor(context, { warehouseId: null, lines: context.lines ?? [] });
    return {
      zone: zone && { id: zone.id, code: zone.code, name: zone.name },
      measures: measure(context.lines ?? []),
      methods: offers.map(({ method: { code, name }, ...offer }) => ({ code, name, ...offer })),
    };
  }

  private async offersFor(context: ShippingContext, group: PlannedGroup, only?: string): Promise<Offer[]> {
    const zone = await this.zoneOf(context);
    if (!zone) return [];
    const methods = (await this.all()).methods.filter((method) => method.active && method.zoneId === zone.id && (only === undefined || method.code === only));
    const { currency, subtotal } = context;
    const parcel: Parcel = { currency, subtotal: goodsOf(group.lines, subtotal), orderSubtotal: subtotal, lines: group.lines };
    return Promise.all(methods.map((method) => this.offer(method, parcel, { context, group })));
  }

  private async offer(method: Method, parcel: Parcel, sent: { context: ShippingContext; group: PlannedGroup }): Promise<Offer> {
    const { rate } = method;
    if (rate.kind !== 'carrier') return { method, source: 'table', ...priceOf(method, parcel) };
    // Limits and free delivery need no answer of the carrier.
    const own = priceOf(method, parcel);
    if ('refused' in own && own.refused !== 'no_price') return { method, ...own };
    const asked = await this.deps.askCarrier(rate, sent);
    if (!asked) return { method, source: 'table_fallback', ...own };
    return { method, source: 'carrier', ...priceOf(method, parcel, markedUp(asked, rate.markupBps)) };
  }

  private async zoneOf({ country, region, postalCode }: ShippingContext): Promise<Zone | null> {
    return zoneFor((await this.all()).zones, { country, region: regionCode(country, region), postalCode });
  }

  private all() {
    return this.remembered.get('all', () => this.deps.rows.findAll());
  }
}
