import type { StoredEvent, Subscriber } from '../../shared/events/outbox.js';
import { footprintOf, inputFor, type FootprintLine } from '../../shared/footprint/footprint.js';
import type { Place } from '../../shared/footprint/places.js';
import { FootprintNotFound } from './sustainability.errors.js';
import { returnTransportOf, type OrderFootprint } from './sustainability.js';
import type { FootprintRepository, PeriodSum } from './sustainability.repository.js';

/** An order as far as its footprint follows from it. */
export type TravellingOrder = Readonly<{
  id: string; number: string; placedAt: Date | null; shippingAddress: Readonly<{ country: string }>; shippingMethod: Readonly<{ code: string; pickupLocationId?: string }>;
  items: ReadonlyArray<Readonly<{ id: string; sku: string; digital?: object; units: Readonly<{ ordered: number; cancelled: number }> }>>;
}>;
/** What is ordered is another now. */
const CHANGED = ['order.edited', 'order.cancelled', 'order.partially_cancelled'];
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
  readonly subscriber: Subscriber = { name: 'sustainability', on: ['order.placed', ...CHANGED, 'return.refunded'], handle: (event) => this.hear(event) };

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
    if (known && CHANGED.includes(type)) return this.computeAgain(known);
    if (known && returnId !== undefined) await this.deps.footprints.addReturn(orderId, returnTransportOf(known.input, returnId, lines));
  }

  private async compute(orderId: string): Promise<void> {
    const order = await this.deps.findOrder(orderId);
    if (!order) return;
    const input = inputFor({ lines: await this.linesOf(order, order.items), to: { country: order.shippingAddress.country }, method: order.shippingMethod.code });
    await this.deps.footprints.insert({ orderId, number: order.number, at: order.placedAt ?? new Date(0), input, footprint: footprintOf(input), returns: [], returnGrams: 0 });
  }

  /** By what was known of its lines when it was placed, and by the factors of that day; only lines that are new are looked up. */
  private async computeAgain({ orderId, input: before }: OrderFootprint): Promise<void> {
    const order = await this.deps.findOrder(orderId);
    if (!order) return;
    const known = new Map(before.lines.map((line) => [line.id, line]));
    const added = await this.linesOf(order, order.items.filter(({ id }) => !known.has(id)));
    const lines = order.items.flatMap((item) => {
      const [line, quantity] = [known.get(item.id) ?? added.find(({ id }) => id === item.id)!, unitsOf(item)];
      return quantity > 0 ? [{ ...line, quantity }] : [];
    });
    const input = { ...before, lines, to: { country: order.shippingAddress.country }, method: order.shippingMethod.code };
    await this.deps.footprints.replace(orderId, { input, footprint: footprintOf(input) });
  }

  /** What is fetched travels with whoever fetches it, as what is digital needs no parcel. */
  private async linesOf(order: TravellingOrder, items: TravellingOrder['items']): Promise<FootprintLine[]> {
    if (items.length === 0) return [];
    const [facts, senders] = [await this.deps.variantsOf(items.map(({ sku }) => sku)), await this.deps.sendersOf(order.id)];
    return items.map((item) => {
      const { weightGrams = null, footprint } = facts.get(item.sku) ?? {};
      return {
        id: item.id, sku: item.sku, quantity: unitsOf(item), productionGrams: footprint?.productionGrams ?? null, packagingGrams: footprint?.packagingGrams ?? null, weightGrams, shippingEstimateGrams: footprint?.shippingEstimateGrams ?? null,
        from: item.digital || order.shippingMethod.pickupLocationId !== undefined ? null : senders.get(item.sku) ?? { country: this.deps.home },
      };
    });
  }
}

const unitsOf = ({ units }: TravellingOrder['items'][number]): number => units.ordered - units.cancelled;
