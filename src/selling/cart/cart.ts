import type { Address } from '../../shared/address.js';
import type { Money } from '../../shared/money.js';
import { largestPermitted, MAX_QUANTITY_PER_LINE, quantityFault, type QuantityFault, type QuantityRule } from '../../shared/quantity-rule.js';
import { tierAt, type Ladder } from '../../shared/ladder.js';

/** A product as it is sold, as far as a cart needs to know it. */
type Digital = Readonly<{ kind: 'licence_key' | 'gift_card' } | { kind: 'download'; maxDownloads: number; expiresInDays: number }>;
export type Offer = Readonly<{
  sku: string; productId: string; productName: string; name: string; sellable: boolean; available: number;
  /** What it costs this buyer, by quantity; empty where it is not sold in the currency. */
  ladder: Ladder;
  categoryIds: readonly string[]; weightGrams?: number | undefined;
  /** Those it has a price in. */
  currencies: readonly string[];
  footprint?: Readonly<{ productionGrams: number; packagingGrams: number; shippingEstimateGrams?: number }> | undefined;
  image?: { url: string; alt: string } | undefined; taxCategory?: string | undefined;
  /** So many more can be ordered before they are there. */
  backorderable?: Readonly<{ kind: string; quantity: number }> | undefined;
  /** What a set consists of, and what the shop sends by itself. */
  components?: ReadonlyArray<Readonly<{ sku: string; quantity: number }>> | undefined;
  digital?: Digital | undefined;
  /** In which quantities it can be ordered. */
  quantityRule?: QuantityRule | undefined;
  dimensionsMm?: Readonly<{ length: number; width: number; height: number }> | undefined; shipping?: Readonly<{ requiresShipping?: boolean; class?: string; hsCode?: string }> | undefined;
}>;

export type LineItem = Readonly<{
  id: string; sku: string; productId: string; name: string;
  /** As the shopper last saw it; what is charged is today's price, and a difference is told. */
  unitPrice: Money;
  quantity: number;
}>;
export type CartState = 'active' | 'completed' | 'merged';
export type Cart = Readonly<{
  id: string; state: CartState; userId: string | null; tokenHash: string | null; currency: string; lineItems: readonly LineItem[];
  email?: string; shippingAddress?: Address; billingAddress?: Address; shippingMethod?: string;
  /** As the shopper typed them, in that order; what each of them does is decided at every look. */
  coupons?: readonly string[];
  /** A method of its own for what one warehouse sends: its id -> code. */
  shippingChoices?: Readonly<Record<string, string>>; pickupLocationId?: string;
  /** For this purchase; that of the customer's account counts where it is not set. */
  vatId?: string;
  /** Ids of those that are to pay; their codes are not kept. */
  giftCards?: readonly string[]; useStoreCredit?: boolean;
  /** Pays for what the order emits. */
  carbonOffset?: boolean;
  /** What the answer to the last change said that it costs. */
  told?: Told;
  version: number;
}>;

/** What a shopper can set on a cart beside its lines. */
export type CartDetails = Partial<Pick<Cart, 'email' | 'shippingAddress' | 'billingAddress' | 'shippingMethod' | 'shippingChoices' | 'pickupLocationId' | 'coupons' | 'vatId' | 'giftCards' | 'useStoreCredit' | 'carbonOffset'>>;
export const DETAILS = ['email', 'shippingAddress', 'billingAddress', 'shippingMethod', 'shippingChoices', 'pickupLocationId', 'coupons', 'vatId', 'giftCards', 'useStoreCredit', 'carbonOffset'] as const satisfies ReadonlyArray<keyof CartDetails>;

/** Those that were set. */
export function detailsOf(cart: CartDetails): CartDetails {
  return Object.fromEntries(DETAILS.filter((name) => cart[name] !== undefined).map((name) => [name, cart[name]]));
}

/** Who may touch a cart: a signed-in user, or whoever holds the guest's token. */
export type CartOwner = Readonly<{ userId: string } | { tokenHash: string }>;

type LineProblem = Readonly<{
  code: 'gone' | 'not_priced' | 'out_of_stock' | 'insufficient_stock' | 'price_changed' | 'quantity_limit' | 'quantity_not_permitted';
  sku: string; itemId: string; requested?: number; available?: number; limit?: number; before?: Money; after?: Money;
  /** Why a quantity is not permitted, by which rule, and the nearest ones that are. */
  reason?: QuantityFault['reason']; permitted?: readonly number[]; minimum?: number; maximum?: number; step?: number;
}>;
/** A code that does nothing now: without it, or agreed to by expectedTotal, the order can be placed. */
type CouponProblem = Readonly<{ code: 'coupon_not_applicable'; coupon: string; reason: string; message: string }>;
/** What the answer to the last change of a cart said, in minor units of its currency; `lines` in their order. */
export type Told = Readonly<{
  lines: readonly number[]; discount: number; shipping: number; fees: number; tax: number; total: number;
  /** What gift cards and store credit would pay. */
  tenders: number;
}>;
/** A part of the amount that is not what was told. A line names itself. */
export type ChangedAmount = Readonly<{ part: 'line' | 'discount' | 'shipping' | 'fees' | 'tax' | 'total' | 'tenders'; itemId?: string; sku?: string; before: Money; after: Money }>;
export type TotalsProblem = Readonly<{ code: 'totals_changed'; before: Money; after: Money; changes: readonly ChangedAmount[] }>;
export type CartProblem = LineProblem | CouponProblem | TotalsProblem;

export const MAX_LINES = 200;
export const MAX_COUPONS = 20;
export const MAX_GIFT_CARDS = 5;

export const unitPriceOf = (offer: Pick<Offer, 'ladder'> | undefined, quantity: number): Money | null => (offer ? tierAt(offer.ladder, quantity)?.price ?? null : null);

/** Adding a SKU that is already in the cart raises the quantity of its line and takes today's price for all of it. */
export function withLineItem(lines: readonly LineItem[], added: LineItem): readonly LineItem[] {
  const existing = lines.find((line) => line.sku === added.sku);
  if (!existing) return [...lines, added];
  const raised = { ...added, id: existing.id, quantity: existing.quantity + added.quantity };
  return lines.map((line) => (line === existing ? raised : line));
}

export function withQuantity(lines: readonly LineItem[], lineId: string, quantity: number): readonly LineItem[] {
  if (quantity === 0) return lines.filter((line) => line.id !== lineId);
  return lines.map((line) => (line.id === lineId ? { ...line, quantity } : line));
}

/** Takes over today's prices and names, so that a shopper who has just changed something is not told of it again. */
export function repriced(lines: readonly LineItem[], offers: ReadonlyMap<string, Offer>): readonly LineItem[] {
  return lines.map((line) => {
    const offer = offers.get(line.sku);
    const unitPrice = unitPriceOf(offer, line.quantity);
    return unitPrice ? { ...line, unitPrice, name: offer!.name } : line;
  });
}

/** What lies there and what can be ordered before it does. */
export const buyableOf = ({ available, backorderable }: Offer): number => available + (backorderable?.quantity ?? 0);

/** Everything that would make a checkout fail, or charge another amount than was shown. One line may have several. */
export function problemsOf(lines: readonly LineItem[], offers: ReadonlyMap<string, Offer>): LineProblem[] {
  return lines.flatMap((line): LineProblem[] => {
    const at = { sku: line.sku, itemId: line.id };
    const offer = offers.get(line.sku);
    if (!offer || !offer.sellable) return [{ code: 'gone', ...at, requested: line.quantity, available: 0 }];
    const price = unitPriceOf(offer, line.quantity);
    if (!price) return [{ code: 'not_priced', ...at, requested: line.quantity, available: 0 }];
    const found: LineProblem[] = [];
    if (line.quantity > MAX_QUANTITY_PER_LINE) found.push({ code: 'quantity_limit', ...at, requested: line.quantity, limit: MAX_QUANTITY_PER_LINE });
    const fault = quantityFault(line.quantity, offer.quantityRule, MAX_QUANTITY_PER_LINE);
    if (fault) found.push({ code: 'quantity_not_permitted', ...at, requested: line.quantity, ...fault, ...offer.quantityRule });
    const buyable = buyableOf(offer);
    if (buyable <= 0) found.push({ code: 'out_of_stock', ...at, requested: line.quantity, available: 0 });
    else if (buyable < line.quantity) found.push({ code: 'insufficient_stock', ...at, requested: line.quantity, available: buyable });
    if (price.amount !== line.unitPrice.amount) found.push({ code: 'price_changed', ...at, before: line.unitPrice, after: price });
    return found;
  });
}

export const couponProblems = (refused: ReadonlyArray<{ code: string; reason: string; message: string }>): CouponProblem[] =>
  refused.map(({ code, reason, message }) => ({ code: 'coupon_not_applicable', coupon: code, reason, message }));

export type MergedLine = Readonly<{ sku: string; requested: number; merged: number; reason?: 'stock' | 'limit' | 'gone' | 'currency' }>;

/** The guest's lines on top of the customer's: summed per SKU, capped at stock and limit, and reported line by line. */
export function mergeLines(own: readonly LineItem[], guest: readonly LineItem[], offers: ReadonlyMap<string, Offer>): { lines: readonly LineItem[]; report: MergedLine[] } {
  let lines = own;
  const report: MergedLine[] = [];
  for (const line of guest) {
    const had = lines.find(({ sku }) => sku === line.sku)?.quantity ?? 0;
    const offer = offers.get(line.sku);
    if (!offer?.sellable || offer.ladder.length === 0) {
      report.push({ sku: line.sku, requested: line.quantity, merged: 0, reason: offer?.sellable ? 'currency' : 'gone' });
      continue;
    }
    const wanted = had + line.quantity;
    const there = Math.min(wanted, MAX_QUANTITY_PER_LINE, buyableOf(offer));
    const room = Math.max(0, largestPermitted(offer.quantityRule, there) - had);
    const merged = lines.length >= MAX_LINES && had === 0 ? 0 : room;
    if (merged > 0) lines = withLineItem(lines, { ...line, unitPrice: unitPriceOf(offer, had + merged)!, quantity: merged });
    const reason = merged === line.quantity ? {} : { reason: wanted > MAX_QUANTITY_PER_LINE || (there === wanted && room < line.quantity) ? 'limit' as const : 'stock' as const };
    report.push({ sku: line.sku, requested: line.quantity, merged, ...reason });
  }
  return { lines, report };
}
