import { add, allocate, fraction, money, portion, subtract, sum, times, zero, type Money, type RoundingMode } from '../../shared/money.js';
import type { Order, OrderItem } from '../../fulfilment/orders/index.js';
import { addFees, computeTotals, type Allocation, type LineTax } from '../pricing/index.js';

/** What an edit changes of an order; everything else stays as it is. */
export type Editable = Pick<Order, 'currency' | 'items' | 'totals' | 'shippingCharge' | 'shippingTax' | 'shippingMethod' | 'shippingAddress' | 'billingAddress' | 'promotions' | 'rounding' | 'fees' | 'announcedFees'>;
export type AddedItem = Omit<OrderItem, 'id' | 'units'>;
type Frozen = NonNullable<OrderItem['frozen']>;

/** How a line was sold: from it every other quantity is derived, so that going back to it is exact. */
const frozenOf = ({ frozen, quantity, discount, tax, lineTotal, allocations, taxes, components }: OrderItem): Frozen => frozen ?? { quantity, discount, tax, lineTotal, allocations, taxes, ...(components?.length && { components }) };

export function addLine(order: Editable, id: string, added: AddedItem): Editable {
  const units = { ordered: added.quantity, cancelled: 0, backordered: 0, allocated: added.quantity, shipped: 0, delivered: 0, returnRequested: 0, returned: 0, writtenOff: 0 };
  return retotalled({ ...order, items: [...order.items, { ...added, id, units }] });
}

/** Of a fee the part that a line bears, with the taxes that are on it. */
export type AddedFee = Readonly<{ code: string; name: string; amount: Money; taxes: readonly LineTax[] }>;
/** A line that was added bears what it would have borne at the checkout; what the other lines bear was agreed. */
export function addFeeShares(order: Editable, itemId: string, added: readonly AddedFee[]): Editable {
  if (added.length === 0) return order;
  const { quantity } = order.items.find(({ id }) => id === itemId)!;
  const none = zero(order.currency);
  const fees = [...order.fees ?? []];
  for (const { code, name, amount, taxes } of added) {
    const share = { itemId, quantity, amount: amount.amount };
    const at = fees.findIndex((fee) => fee.code === code);
    if (at < 0) fees.push({ code, name, amount, tax: none, taxes: taxes.map((tax) => ({ ...tax, amount: none })), shares: [share] });
    else fees[at] = { ...fees[at]!, amount: add(fees[at]!.amount, amount), shares: [...fees[at]!.shares, share] };
  }
  return retotalled({ ...order, fees });
}

export const removeLine = (order: Editable, itemId: string): Editable => retotalled({ ...order, items: order.items.filter(({ id }) => id !== itemId) });

/** The price and the rates of the line stay; its share of discounts grows and shrinks with it. */
export function changeQuantity(order: Editable, itemId: string, quantity: number): Editable {
  return retotalled({ ...order, items: order.items.map((item) => (item.id === itemId ? withQuantity(order, item, quantity) : item)) });
}

function withQuantity(order: Editable, item: OrderItem, quantity: number): OrderItem {
  const frozen = frozenOf(item);
  const units = { ...item.units, ordered: quantity, allocated: item.units.allocated + quantity - item.quantity };
  if (quantity === frozen.quantity) return { ...item, ...frozen, frozen, units };
  const allocations = frozen.allocations.map((share) => ({ ...share, amount: fraction(share.amount, quantity, frozen.quantity) }));
  return { ...priced(order, item, quantity, fitting(allocations, times(item.unitPrice, quantity))), frozen, units };
}

/** Several shares that were each rounded up could take more than there is. */
function fitting(shares: OrderItem['allocations'], price: Money): OrderItem['allocations'] {
  let left = price.amount;
  return shares.map((share) => {
    const amount = Math.min(share.amount.amount, left);
    left -= amount;
    return { ...share, amount: { ...share.amount, amount } };
  });
}

function priced(order: Editable, item: OrderItem, quantity: number, allocations: OrderItem['allocations']): OrderItem {
  const { id, sku, unitPrice, taxes } = item;
  const { lines: [line] } = computeTotals({
    currency: order.currency, shipping: null, pricesIncludeTax: order.totals.taxIncluded, rounding: order.rounding.mode as RoundingMode, per: order.rounding.per,
    lines: [{ id, sku, quantity, unitPrice, taxes: taxes.map(({ amount: _amount, ...rate }) => rate), allocations: allocations as readonly Allocation[] }],
  });
  const { discount, tax, lineTotal, taxes: shares } = line!;
  return { ...item, quantity, discount, tax, lineTotal, allocations, taxes: shares, ...(item.components?.length && { components: sharedOut(item, lineTotal) }) };
}

/** Each part of a set keeps its share of what the line costs, as it was sold. */
function sharedOut(item: OrderItem, lineTotal: Money): NonNullable<OrderItem['components']> {
  const sold = (item.frozen ?? item).components!;
  const alone = sold.map(({ share }) => share.amount);
  const shares = allocate(lineTotal, alone.every((amount) => amount === 0) ? sold.map(({ quantity }) => quantity) : alone);
  return sold.map((component, at) => ({ ...component, share: shares[at]! }));
}

/** A gift card is worth what it costs, and what was cancelled or returned is settled at what it was paid. */
const isReducible = ({ digital, credited }: OrderItem): boolean => digital?.kind !== 'gift_card' && credited === undefined;

/** A discount by hand on what is left of all lines; from then on they count as sold that way. */
export function applyDiscount(order: Editable, { amount, rateBps = 0, reason }: { amount?: Money | undefined; rateBps?: number | undefined; reason: string }, editId: string): Editable {
  const left = order.items.map((item) => (isReducible(item) ? subtract(times(item.unitPrice, item.quantity), item.discount) : zero(order.currency)));
  const all = sum(left, order.currency);
  const total = money(Math.min((amount ?? portion(all, rateBps)).amount, all.amount), order.currency);
  if (total.amount === 0) return order;
  const shares = allocate(total, left.map((one) => one.amount));
  const items = order.items.map((item, at) => {
    const share = { promotionId: `manual:${editId}`, name: reason, class: 'order', amount: shares[at]! };
    if (share.amount.amount === 0) return item;
    const { frozen: _frozen, ...reduced } = priced(order, item, item.quantity, [...item.allocations, share]);
    return reduced;
  });
  return retotalled({ ...order, items });
}

export function changeShipping(order: Editable, method: Order['shippingMethod'], charge: Order['shippingCharge']): Editable {
  return retotalled({ ...order, shippingMethod: method, shippingCharge: charge, shippingTax: charge.tax });
}

/** Adds up what the lines say; a line that was not touched is not computed again. */
function retotalled(order: Editable): Editable {
  const { currency, items, shippingCharge, shippingTax, totals: { taxIncluded } } = order;
  const subtotal = sum(items.map(({ unitPrice, quantity }) => times(unitPrice, quantity)), currency);
  const discountTotal = sum(items.map(({ discount }) => discount), currency);
  const taxTotal = sum([...items.map(({ tax }) => tax), shippingTax], currency);
  const shippingTotal = shippingCharge.total;
  const beforeTax = add(subtract(subtotal, discountTotal), shippingTotal);
  const grandTotal = taxIncluded ? beforeTax : add(beforeTax, taxTotal);
  const reductions = [...items.flatMap(({ allocations }) => allocations), ...shippingCharge.allocations];
  const promotions = order.promotions.map((promotion) => ({ ...promotion, amount: sum(reductions.filter(({ promotionId }) => promotionId === promotion.promotionId).map(({ amount }) => amount), currency) }));
  const edited = { ...order, promotions, totals: { subtotal, discountTotal, shippingTotal, taxTotal, grandTotal, taxIncluded } };
  return order.fees ? withFees(edited, order.fees) : edited;
}

const creditedBefore = (fees: NonNullable<Order['fees']>, code: string): { credited?: number } => {
  const credited = fees.find((fee) => fee.code === code)?.credited;
  return credited === undefined ? {} : { credited };
};

type Share = NonNullable<Order['fees']>[number]['shares'][number];
const soldAs = ({ quantity, amount, sold = { quantity, amount } }: Share): NonNullable<Share['sold']> => sold;

/** A fee grows and shrinks with the lines that it was charged for, always from what was charged: so going back is exact. */
function withFees(order: Editable, fees: NonNullable<Order['fees']>): Editable {
  const known = new Map(fees.flatMap(({ code, shares }) => shares.map((share) => [`${code} ${share.itemId}`, soldAs(share)] as const)));
  const changed = fees.flatMap((fee) => {
    const kept = fee.shares.flatMap((share) => {
      const item = order.items.find(({ id }) => id === share.itemId);
      const sold = soldAs(share);
      return item ? [{ lineId: item.id, weight: fraction(money(sold.amount, order.currency), item.quantity, sold.quantity).amount }] : [];
    });
    const { code, name, taxes } = fee;
    return kept.length === 0 ? [] : { code, name, taxes: taxes.map(({ amount: _amount, ...rate }) => rate), amount: money(kept.reduce((so, { weight }) => so + weight, 0), order.currency), weights: kept };
  });
  const lines = order.items.map(({ id, ...item }) => ({ id, ...item, allocations: item.allocations as readonly Allocation[] }));
  const { totals, fees: charged } = addFees({ totals: order.totals, lines }, changed, { rounding: order.rounding.mode as RoundingMode, per: order.rounding.per });
  const asSold = ({ code, shares }: (typeof charged)[number]) => shares.map((share): Share => {
    const sold = known.get(`${code} ${share.itemId}`)!;
    return sold.quantity === share.quantity ? share : { ...share, sold };
  });
  return { ...order, totals, fees: charged.map((fee) => ({ ...fee, shares: asSold(fee), ...creditedBefore(fees, fee.code) })) };
}

/** Units that an edit takes from the stock (above zero) and gives back (below), by line. */
export function unitChanges(before: readonly OrderItem[], after: readonly OrderItem[]): Array<{ item: OrderItem; delta: number }> {
  const changed = after.map((item) => ({ item, delta: item.quantity - (before.find(({ id }) => id === item.id)?.quantity ?? 0) }));
  const gone = before.filter(({ id }) => !after.some((item) => item.id === id)).map((item) => ({ item, delta: -item.quantity }));
  return [...changed, ...gone].filter(({ delta }) => delta !== 0);
}
