import type { Tax, Taxation } from '../../fulfilment/tax/index.js';
import { footprintOf, inputFor } from '../../shared/footprint/footprint.js';
import { add, fraction, money, portion, subtract, sumOfRates, type Money } from '../../shared/money.js';
import type { FeeInput, LineTotals, ShippingTotals, Totals } from '../pricing/index.js';
import type { Offers } from './cart.service.js';

/** Told to the buyer, asked for by somebody else. */
export type AnnouncedFee = Readonly<{ code: string; name: string; amount: Money }>;
export type ChargedFees = Readonly<{ fees: readonly FeeInput[]; announced: readonly AnnouncedFee[]; flags: readonly string[] }>;

/** What the goods cost, as far as fees look at it. */
type PricedGoods = Readonly<{
  totals: Pick<Totals, 'taxIncluded' | 'grandTotal'>; lines: ReadonlyArray<Pick<LineTotals, 'id' | 'sku' | 'quantity' | 'lineTotal' | 'tax'>>; shipping: Pick<ShippingTotals, 'total' | 'tax'>;
}>;
export type FeeRequest = Readonly<{ goods: PricedGoods; offers: Offers; taxation: Taxation; to: Readonly<{ country: string }>; method: string | undefined; wantsOffset: boolean }>;
type Deps = Readonly<{ tax: Pick<Tax, 'dutiesOf'>; defaultCountry: string; carbonOffsetPrices: Readonly<Record<string, number>> }>;

const GRAMS_PER_KILOGRAM = 1000;
const NONE: ChargedFees = { fees: [], announced: [], flags: [] };

/** What is charged beside goods and shipping, decided by what those cost. */
export async function feesOn(request: FeeRequest, deps: Deps): Promise<ChargedFees> {
  const duties = await dutiesOn(request, deps);
  const offset = request.wantsOffset ? offsetOf(request, deps) : null;
  return offset ? { ...duties, fees: [...duties.fees, offset] } : duties;
}

/**
 * What the goods and their way emit, estimated as from the shop's country, times the price of a kilogram; rounded once. Nothing is read: the
 * offers bring what is known of the products.
 */
function offsetOf({ goods: { lines, totals }, offers, taxation, to, method = '' }: FeeRequest, { carbonOffsetPrices, defaultCountry }: Deps): FeeInput | null {
  const { currency } = totals.grandTotal;
  const perKilogram = carbonOffsetPrices[currency];
  if (perKilogram === undefined) return null;
  const { lines: parts, total } = footprintOf(inputFor({
    to: { country: to.country }, method, lines: lines.map(({ id, sku, quantity }) => {
      const { footprint, weightGrams = null, shipping } = offers.get(sku) ?? {};
      return {
        id, sku, quantity, productionGrams: footprint?.productionGrams ?? null, packagingGrams: footprint?.packagingGrams ?? null, weightGrams, shippingEstimateGrams: footprint?.shippingEstimateGrams ?? null,
        from: shipping?.requiresShipping === false ? null : { country: defaultCountry },
      };
    }),
  }));
  const amount = fraction(money(perKilogram, currency), total, GRAMS_PER_KILOGRAM);
  if (amount.amount === 0) return null;
  return { code: 'carbon_offset', name: 'Carbon offset', amount, taxes: taxation.leviesOn(), weights: parts.map(({ id, total: weight }) => ({ lineId: id, weight })) };
}

/** Customs look at what the goods are worth without our tax. */
async function dutiesOn({ goods, offers, taxation, to }: FeeRequest, { tax }: Deps): Promise<ChargedFees> {
  const { totals: { taxIncluded }, lines, shipping } = goods;
  const net = (amount: Money, within: Money): Money => (taxIncluded ? subtract(amount, within) : amount);
  const assessed = await tax.dutiesOf({
    country: to.country, mode: taxation.rounding.mode, shipping: net(shipping.total, shipping.tax),
    lines: lines.flatMap(({ id, sku, lineTotal, tax: within }) => {
      const { hsCode, requiresShipping } = offers.get(sku)?.shipping ?? {};
      return requiresShipping === false ? [] : [{ id, hsCode, value: net(lineTotal, within) }];
    }),
  });
  if (!assessed) return NONE;
  const { name, amount, lines: parts, isCollected, levies, flags } = assessed;
  if (!isCollected) return { fees: [], announced: [{ code: 'duty', name, amount }], flags };
  const taxes = levies ?? taxation.leviesOn('duty');
  const entered = taxIncluded ? add(amount, portion(amount, sumOfRates(taxes.map(({ rateBps }) => rateBps)), taxation.rounding.mode)) : amount;
  return { fees: [{ code: 'duty', name, amount: entered, taxes, weights: parts.map(({ id, amount: { amount: weight } }) => ({ lineId: id, weight })) }], announced: [], flags };
}
