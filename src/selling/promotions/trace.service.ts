import { money, sum, type Money } from '../../shared/money.js';
import type { Allocation } from '../pricing/index.js';
import { decide } from './engine.js';
import type { Evidence } from './promotions.js';
import type { RedemptionRepository, Trace } from './redemptions.repository.js';

/** What an order says of its own price. */
export type TracedOrder = Readonly<{
  id: string; currency: string;
  items: ReadonlyArray<Readonly<{ id: string; sku: string; quantity: number; unitPrice: Money; priceSource: unknown; discount: Money; lineTotal: Money; allocations: ReadonlyArray<Omit<Allocation, 'class'> & { class: string }>; taxes: readonly unknown[] }>>;
  shippingCharge: Readonly<{ price: Money; discount: Money; total: Money; allocations: ReadonlyArray<Omit<Allocation, 'class'> & { class: string }> }>;
}>;
type Deps = { redemptions: Pick<RedemptionRepository, 'findTrace'>; getOrder(orderId: string): Promise<TracedOrder> };
type Frozen = { lines: ReadonlyArray<{ id: string; allocations: readonly Allocation[] }>; shipping: readonly Allocation[] };

/** Why an order costs what it costs, from what was written down when it was placed. */
export class TraceService {
  constructor(private readonly deps: Deps) {}

  async of(orderId: string) {
    const order = await this.deps.getOrder(orderId);
    const trace = await this.deps.redemptions.findTrace(orderId);
    const { currency } = order;
    const { price, discount, total, allocations } = order.shippingCharge;
    const replayed = trace ? replay(trace, currency) : { same: true, rules: [], discount: money(0, currency) };
    return {
      orderId: order.id, currency, decidedAt: trace?.at.toISOString() ?? null,
      lines: order.items.map(({ id, sku, quantity, unitPrice, priceSource, discount: off, lineTotal, allocations: parts, taxes }) => (
        { id, sku, quantity, unitPrice, priceSource, discount: off, lineTotal, allocations: parts, taxes })),
      shipping: { price, discount, total, allocations }, rules: replayed.rules, replay: { same: replayed.same, discount: replayed.discount },
    };
  }
}

/** Decides again from the stored evidence, and compares each cent with what the order was given. */
function replay({ evidence, shippingPrice, allocations }: Trace, currency: string) {
  const { lines, settle } = decide(evidence as Evidence);
  const { shipping, tried } = settle(money(shippingPrice, currency));
  const frozen = allocations as Frozen;
  const same = frozen.lines.every(({ id, allocations: then }) => isSame(then, lines.get(id) ?? [])) && isSame(frozen.shipping, shipping);
  const all = [...lines.values()].flat().concat(shipping);
  return { same, rules: tried, discount: sum(all.map(({ amount }) => amount), currency) };
}

const key = ({ promotionId, code, amount }: Allocation): string => `${promotionId} ${code ?? ''} ${amount.amount} ${amount.currency}`;
const isSame = (a: readonly Allocation[], b: readonly Allocation[]): boolean => a.length === b.length && a.every((one, at) => key(one) === key(b[at]!));
