import type { Address } from '../../shared/address.js';
import type { Money } from '../../shared/money.js';
import type { OrderRisk } from '../../shared/order-risk.js';

export const ORDER_STATUSES = ['draft', 'pending', 'placed', 'completed', 'cancelled', 'expired'] as const;
export type OrderStatus = (typeof ORDER_STATUSES)[number];
export const PAYMENT_STATUSES = ['none', 'pending', 'authorized', 'partially_paid', 'paid', 'overpaid', 'partially_refunded', 'refunded', 'voided', 'failed'] as const;
export type PaymentStatus = (typeof PAYMENT_STATUSES)[number];
export const FULFILMENT_STATUSES = ['unfulfilled', 'backordered', 'partially_shipped', 'shipped', 'partially_delivered', 'delivered', 'not_required'] as const;
export type FulfilmentStatus = (typeof FULFILMENT_STATUSES)[number];
export const RETURN_STATUSES = ['none', 'requested', 'partially_returned', 'returned'] as const;
export type ReturnStatus = (typeof RETURN_STATUSES)[number];

/** Units of a line by what became of them; everything about fulfilment is derived from these. */
export type UnitCounters = Readonly<{ ordered: number; cancelled: number; backordered: number; allocated: number; shipped: number; delivered: number; returnRequested: number; returned: number; writtenOff: number }>;

/** What was bought, as it was then. Never recomputed. */
export type OrderItem = Readonly<{
  id: string; productId: string; productName: string; name: string; sku: string; quantity: number;
  unitPrice: Money; discount: Money; tax: Money; taxRateBps: number; lineTotal: Money;
  allocations: readonly Reduction[]; taxes: readonly TaxShare[]; priceSource: Readonly<{ kind: string; id?: string; name?: string; from?: object }> | null;
  units: UnitCounters;
  /** How an edited line was sold: every other quantity of it is derived from this. */
  frozen?: Readonly<{ quantity: number; discount: Money; tax: Money; lineTotal: Money; allocations: readonly Reduction[]; taxes: readonly TaxShare[]; components?: ReadonlyArray<OrderComponent> }>;
  /** Units that are not to be paid any more, and what they were paid in minor units; cumulative. */
  credited?: Readonly<{ units: number; amount: number; /** Of the amount, what was never paid: it is owed less, and nothing of it went back. */ unpaid?: number }>;
  /** What a set consists of: so many of each SKU in one unit, and its share of the line's total. */
  components?: ReadonlyArray<OrderComponent>;
  /** Sent by the shop itself, in no parcel. */
  digital?: Readonly<{ kind: 'licence_key' | 'gift_card' } | { kind: 'download'; maxDownloads: number; expiresInDays: number }>;
  /** Sold as not returnable, by the terms at that time. */
  finalSale?: boolean;
}>;
export type OrderComponent = Readonly<{ sku: string; name: string; quantity: number; share: Money }>;
/** Minor units: postage credited, fees kept, and what went back because of credits (goodwill is not among it). */
export type Settlement = Readonly<{ shipping: number; retained: number; refunded: number }>;
/** Why an order exists that no cart was turned into. */
export type OrderOrigin = Readonly<{ type: 'exchange' | 'claim'; id: string; orderId: string }>;
/** What a promotion took off one line or the shipping, and each tax on it; frozen, whatever is cancelled or returned later. */
export type Reduction = Readonly<{ promotionId: string; code?: string; name: string; class: string; amount: Money }>;
export type TaxShare = Readonly<{ name: string; rateBps: number; jurisdiction: string; reason?: string; amount: Money }>;
export type ShippingCharge = Readonly<{ price: Money; discount: Money; total: Money; tax: Money; allocations: readonly Reduction[]; taxes: readonly TaxShare[] }>;
/** As it was chosen; `groups` where several warehouses send, each by a method at a price of its own. */
export type OrderShippingMethod = Readonly<{
  code: string; name: string; price: Money; source?: string; pickupLocationId?: string;
  groups?: ReadonlyArray<Readonly<{ warehouseId: string | null; code: string; name: string; price: Money; skus: readonly string[] }>>;
}>;
export type OrderTotals = Readonly<{ subtotal: Money; discountTotal: Money; shippingTotal: Money; taxTotal: Money; grandTotal: Money; feeTotal?: Money; taxIncluded: boolean }>;
/** Charged beside goods and shipping, frozen. It goes back with the goods: `shares` says how much of `amount` is for which units, `credited` what went back of it with its tax; both in minor units. */
export type OrderFee = Readonly<{
  code: string; name: string; amount: Money; tax: Money; taxes: readonly TaxShare[]; shares: ReadonlyArray<Readonly<{ itemId: string; quantity: number; amount: number; /** As it was charged, where an edit changed the quantity. */ sold?: Readonly<{ quantity: number; amount: number }> }>>; credited?: number;
}>;
/** The last payment as clients see it; the payments module owns the truth and updates this in its own transactions. */
export type PaymentSummary = Readonly<{
  id: string; provider: string; method: string; status: string; nextAction: { type: string; url: string } | null;
  details: Readonly<Record<string, unknown>>; failure?: { code: string; message: string };
}>;
export type TimelineEntry = Readonly<{ at: Date; actor: { type: string; id: string | null }; event: string; cause: string; before: Partial<Axes>; after: Partial<Axes>; details?: Readonly<Record<string, unknown>> }>;
export type Axes = Readonly<{ status: OrderStatus; paymentStatus: PaymentStatus; fulfilmentStatus: FulfilmentStatus; returnStatus: ReturnStatus }>;

export type Order = Axes & Readonly<{
  id: string; number: string; holds: readonly string[]; cartId: string; email: string; userId: string | null; tokenHash: string | null; currency: string;
  items: readonly OrderItem[]; totals: OrderTotals; shippingTax: Money; shippingCharge: ShippingCharge;
  promotions: ReadonlyArray<Readonly<{ promotionId: string; name: string; code?: string; amount: Money }>>; coupons: readonly string[]; rounding: { mode: string; level: string; per?: 'jurisdiction' };
  shippingAddress: Address; billingAddress: Address; shippingMethod: OrderShippingMethod;
  /** The carrier could not be asked, so that its price was taken from a table. */
  shippingEstimated?: boolean;
 
  payment: PaymentSummary | null; paymentAttempts: number; /** Of these, such that paid what an edit asked for. */ differenceAttempts?: number; notes?: string; locale?: string; editedAt?: Date;
  /** Disputes that a bank has opened over money of it, and not decided. */
  openDisputes?: number;
  /** What an edit made it dearer by and was not paid yet; its payment names the purpose. */
  outstanding?: Readonly<{ amount: Money; purpose: string }> | null;
  expiresAt: Date | null; placedAt: Date | null; createdAt: Date; updatedAt: Date; version: number;
  settlement?: Settlement; deliveredAt?: Date | null;
  /** From then on nothing is expected to happen to it any more; moved on while something still does. */
  completesAt?: Date | null;
  /** The terms of return that this sale was made under. */
  returnPolicyVersion?: number;
  origin?: OrderOrigin;
  /** What its goods cost before an edit made them cheaper, in minor units: that is what its points were earned on. */
  earnedOn?: number;
  /** The first order of a guest whose token opens this one as well. */
  tokenOf?: string;
  /** Paid from gift cards and store credit. */
  tenders?: readonly OrderTender[];
  fees?: readonly OrderFee[];
  /** Told to the buyer, asked for by somebody else. */
  announcedFees?: ReadonlyArray<Readonly<{ code: string; name: string; amount: Money }>>;
  /** What the payment has to bring, where that does not follow from total, tenders and prepaid goods. */
  amountDue?: Money;
  /** What somebody should look at; holds nothing back: `tax_estimated`, `vat_id_unverified`. */
  flags?: readonly string[];
  taxation?: Readonly<{ shippingAs: 'goods' | 'own'; vatId?: Readonly<{ number: string; country: string; status: string }> }>;
  /** Paid by goods that were exchanged, in minor units. */
  prepaid?: number;
  /** What was thought of it; read only by those who check orders. */
  risk?: OrderRisk;
}>;

export type OrderTender = Readonly<{ kind: 'gift_card' | 'store_credit'; accountId: string; last4?: string; amount: Money }>;
export type Payable = Pick<Order, 'totals' | 'tenders' | 'prepaid' | 'amountDue'>;
/** What the payment has to bring beside them. */
export const payableOf = ({ totals: { grandTotal }, tenders = [], prepaid = 0, amountDue }: Payable): Money =>
  amountDue ?? { ...grandTotal, amount: Math.max(0, tenders.reduce((so, { amount }) => so - amount.amount, grandTotal.amount - prepaid)) };

/** Whose orders may be found: a user's, the holder's of an order token, or (staff) anybody's. */
export type OrderOwner = Readonly<{ userId: string } | { tokenHash: string } | { staff: true }>;
export type OrderFilter = Readonly<{
  status?: string; payment_status?: string; fulfilment_status?: string; user_id?: string; email?: string; number?: string; disputed?: boolean; 'created_at[gte]'?: string; 'created_at[lte]'?: string;
}>;

/** What staff can ask for by PUT /orders/:id/status; each is a command with guards of its own. */
export const COMMANDS = ['placed', 'shipped', 'delivered', 'completed', 'cancelled'] as const;
export type Command = (typeof COMMANDS)[number];

/** Units that are still to be sent; of them, those for which there is no stock yet. */
export const unsentUnits = (items: ReadonlyArray<Pick<OrderItem, 'units'>>): number => items.reduce((so, { units }) => so + units.ordered - units.cancelled - units.shipped, 0);
const sum = (items: ReadonlyArray<Pick<OrderItem, 'units'>>, of: keyof UnitCounters): number => items.reduce((so, { units }) => so + units[of], 0);

/** Keys and files that an edit added and nobody has paid yet: the shop sends them by itself, in no parcel. */
export const awaitsSending = ({ digital, units }: Pick<OrderItem, 'digital' | 'units'>): boolean =>
  (digital?.kind === 'licence_key' || digital?.kind === 'download') && units.shipped === 0 && units.cancelled < units.ordered;

/** Something of it leaves with its placement, so that nothing is left to wait for with its money. */
export const sendsAtOnce = ({ items }: { items: ReadonlyArray<{ digital?: object | undefined }> }): boolean => items.some(({ digital }) => digital);

type Obedient = Axes & Pick<Order, 'holds'> & Readonly<{ items: ReadonlyArray<Pick<OrderItem, 'units' | 'digital'>> }>;
/** The commands that this order can obey now; anything else is a 409 that lists them. */
export function allowedCommands({ status, paymentStatus, items, holds }: Obedient): Command[] {
  if (status === 'pending') return holds.length === 0 && (paymentStatus === 'paid' || paymentStatus === 'authorized') ? ['placed', 'cancelled'] : ['cancelled'];
  if (status !== 'placed') return [];
  const [unsent, shipped, delivered] = [unsentUnits(items), sum(items, 'shipped'), sum(items, 'delivered')];
  const sendable = holds.length === 0 && sum(items, 'backordered') === 0 && !items.some(awaitsSending);
  return [
    ...(unsent > 0 && sendable ? ['shipped' as const] : []),
    ...(unsent === 0 && delivered < shipped ? ['delivered' as const] : []),
    ...(unsent === 0 || sendable ? ['completed' as const] : []),
    ...(shipped === 0 ? ['cancelled' as const] : []),
  ];
}

/** Derived from the unit counters, so that the axis cannot say something else than the lines. */
export function fulfilmentStatusOf(items: ReadonlyArray<Pick<OrderItem, 'units' | 'digital'>>): FulfilmentStatus {
  const total = (of: (units: UnitCounters) => number) => items.reduce((all, { units, digital }) => (digital ? all : all + of(units)), 0);
  const due = total(({ ordered, cancelled }) => ordered - cancelled);
  const [shipped, delivered, backordered] = [total((u) => u.shipped), total((u) => u.delivered), total((u) => u.backordered)];
  if (due === 0) return 'not_required';
  if (delivered >= due) return 'delivered';
  if (delivered > 0) return 'partially_delivered';
  if (shipped >= due) return 'shipped';
  if (shipped > 0) return 'partially_shipped';
  return backordered > 0 ? 'backordered' : 'unfulfilled';
}

/** Follows the units like the axis above; it closes when everything that was to be sent has come back or is lost. */
export function returnStatusOf(items: ReadonlyArray<Pick<OrderItem, 'units'>>): ReturnStatus {
  const gone = sum(items, 'returned') + sum(items, 'writtenOff');
  if (gone > 0) return gone >= sum(items, 'ordered') - sum(items, 'cancelled') ? 'returned' : 'partially_returned';
  return sum(items, 'returnRequested') > 0 ? 'requested' : 'none';
}

const NUMBER_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** `K-7Q2M9-4TXB1`: 50 random bits in Crockford's alphabet; says nothing of how many orders there are. */
export function orderNumber(random: (length: number, alphabet: string) => string): string {
  const text = random(10, NUMBER_ALPHABET);
  return `K-${text.slice(0, 5)}-${text.slice(5)}`;
}
