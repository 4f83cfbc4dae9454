import type { Tax, Taxation } from '../../fulfilment/tax/index.js';
import { add, portion, subtract, sumOfRates, type Money } from '../../shared/money.js';
import type { computeTotals, FeeInput } from '../pricing/index.js';
import type { Offers } from './cart.service.js';

/** Told to the buyer, asked for by somebody else. */
export type AnnouncedFee = Readonly<{ code: string; name: string; amount: Money }>;
export type ChargedFees = Readonly<{ fees: readonly FeeInput[]; announced: readonly AnnouncedFee[]; flags: readonly string[] }>;

export type FeeRequest = Readonly<{ goods: ReturnType<typeof computeTotals>; offers: Offers; taxation: Taxation; to: Readonly<{ country: string }> }>;
type Deps = Readonly<{ tax: Pick<Tax, 'dutiesOf'> }>;

const NONE: ChargedFees = { fees: [], announced: [], flags: [] };

/** What is charged beside goods and shipping, decided by what those cost. */
export async function feesOn(request: FeeRequest, deps: Deps): Promise<ChargedFees> {
  return dutiesOn(request, deps);
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
