import type { StoredEvent, Subscriber } from '../../shared/events/outbox.js';
import { footprintOf, inputFor, type FootprintLine } from '../../shared/footprint/footprint.js';
import type { Place } from '../../shared/footprint/places.js';
import { FootprintNotFound } from './sustainability.errors.js';
import { returnTransportOf, type OrderFootprint } from './sustainability.js';
import type { FootprintRepository, PeriodSum } from './sustainability.repository.js';

/** An order as far as its footprint follows from it. */
export type TravellingOrder = Readonly<{
  id: string; number: string; placedAt: Date | null; shippingAddress: Readonly<{ country: string }>; shippingMethod: Readonly<{ code: string }>;
  items: ReadonlyArray<Readonly<{ id: string; sku: string; quantity: number; digital?: object }>>;
}>;
type Facts = Readonly<{ weightGrams?: number; footprint?: Readonly<{ productionGrams: number; packagingGrams: number; shippingEstimateGrams?: number }> }>;
type Deps = {
  footprints: FootprintRepository;
  findOrder(orderId: string): Promise<TravellingOrder | null>;
  variantsOf(skus: readonly string[]): Promise<ReadonlyMap<string, Facts>>;
  /** By SKU, the warehouse that sends the first of them; empty where that is not known. */
  sendersOf(orderId: string): Promise<ReadonlyMap<string, Place>>;
  home: string;
};

/** Hears of orders and computes beside the sale, which waits for nothing here. */
export class SustainabilityService {
  readonly subscriber: Subscriber = { name: 'sustainability', on: ['order.placed', 'return.refunded'], handle: (event) => this.hear(event) };

  constructor(private readonly deps: Deps) {}

  async get(orderId: string): Promise<OrderFootprint> {
    const found = await this.deps.footprints.find(orderId);
    if (!found) throw new FootprintNotFound();
    return found;
  }

  report(from: Date, to: Date, by: 'day' | 'month'): Promise<PeriodSum[]> {
    return this.deps.footprints.sums(from, to, by === 'day' ? '%Y-%m-%d' : '%Y-%m');
  }

  private async hear({ type, data }: StoredEvent): Promise<void> {
    const { orderId, returnId, lines = [] } = data as { orderId: string; returnId?: string; lines?: Array<{ itemId: string; quantity: number }> };
    if (type === 'order.placed') return this.compute(orderId);
    const known = await this.deps.footprints.find(orderId);
    if (known && returnId !== undefined) await this.deps.footprints.addReturn(orderId, returnTransportOf(known.input, returnId, lines));
  }

  private async compute(orderId: string): Promise<void> {
    const order = await this.deps.findOrder(orderId);
    if (!order) return;
    const [facts, senders] = [await this.deps.variantsOf(order.items.map(({ sku }) => sku)), await this.deps.sendersOf(orderId)];
    const lines = order.items.map(({ id, sku, quantity, digital }): FootprintLine => {
      const { weightGrams = null, footprint } = facts.get(sku) ?? {};
      return {
        id, sku, quantity, productionGrams: footprint?.productionGrams ?? null, packagingGrams: footprint?.packagingGrams ?? null, weightGrams, shippingEstimateGrams: footprint?.shippingEstimateGrams ?? null,
        from: digital ? null : senders.get(sku) ?? { country: this.deps.home },
      };
    });
    const input = inputFor({ lines, to: { country: order.shippingAddress.country }, method: order.shippingMethod.code });
    await this.deps.footprints.insert({ orderId, number: order.number, at: order.placedAt ?? new Date(0), input, footprint: footprintOf(input), returns: [], returnGrams: 0 });
  }
}
