import type { Address } from '../../shared/address.js';
import type { Money } from '../../shared/money.js';

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
  unitPrice: Money; discount: Money; tax: Money; taxRateBps: number; lineTotal: Money; units: UnitCounters;
}>;
export type OrderTotals = Readonly<{ subtotal: Money; discountTotal: Money; shippingTotal: Money; taxTotal: Money; grandTotal: Money; taxIncluded: boolean }>;
/** The last payment as clients see it; the payments module owns the truth and updates this in its own transactions. */
export type PaymentSummary = Readonly<{
  id: string; provider: string; method: string; status: string; nextAction: { type: string; url: string } | null;
  details: Readonly<Record<string, unknown>>; failure?: { code: string; message: string };
}>;
export type TimelineEntry = Readonly<{ at: Date; actor: { type: string; id: string | null }; event: string; cause: string; before: Partial<Axes>; after: Partial<Axes> }>;
export type Axes = Readonly<{ status: OrderStatus; paymentStatus: PaymentStatus; fulfilmentStatus: FulfilmentStatus; returnStatus: ReturnStatus }>;

export type Order = Axes & Readonly<{
  id: string; number: string; holds: readonly string[]; cartId: string; email: string; userId: string | null; tokenHash: string | null; currency: string;
  items: readonly OrderItem[]; totals: OrderTotals; shippingTax: Money; rounding: { mode: string; level: string };
  shippingAddress: Address; billingAddress: Address; shippingMethod: { code: string; name: string; price: Money };
  payment: PaymentSummary | null; paymentAttempts: number; notes?: string; expiresAt: Date | null; placedAt: Date | null; createdAt: Date; updatedAt: Date; version: number;
}>;

/** Whose orders may be found: a user's, the holder's of an order token, or (staff) anybody's. */
export type OrderOwner = Readonly<{ userId: string } | { tokenHash: string } | { staff: true }>;
export type OrderFilter = Readonly<{
  status?: string; payment_status?: string; fulfilment_status?: string; user_id?: string; email?: string; number?: string; 'created_at[gte]'?: string; 'created_at[lte]'?: string;
}>;

/** What staff can ask for by PUT /orders/:id/status; each is a command with guards of its own. */
export const COMMANDS = ['placed', 'shipped', 'delivered', 'completed', 'cancelled'] as const;
export type Command = (typeof COMMANDS)[number];

const SENT: readonly FulfilmentStatus[] = ['shipped', 'partially_delivered', 'delivered'];

/** The commands that this order can obey now; anything else is a 409 that lists them. */
export function allowedCommands({ status, paymentStatus, fulfilmentStatus }: Axes): Command[] {
  if (status === 'pending') return paymentStatus === 'paid' || paymentStatus === 'authorized' ? ['placed', 'cancelled'] : ['cancelled'];
  if (status !== 'placed') return [];
  const unsent = fulfilmentStatus === 'unfulfilled';
  return [
    ...(unsent ? ['shipped' as const] : []),
    ...(fulfilmentStatus === 'shipped' ? ['delivered' as const] : []),
    'completed',
    ...(unsent ? ['cancelled' as const] : []),
  ];
}

/** Derived from the unit counters, so that the axis cannot say something else than the lines. */
export function fulfilmentStatusOf(items: ReadonlyArray<Pick<OrderItem, 'units'>>): FulfilmentStatus {
  const total = (of: (units: UnitCounters) => number) => items.reduce((all, { units }) => all + of(units), 0);
  const due = total(({ ordered, cancelled }) => ordered - cancelled);
  const [shipped, delivered, backordered] = [total((u) => u.shipped), total((u) => u.delivered), total((u) => u.backordered)];
  if (due === 0) return 'not_required';
  if (delivered >= due) return 'delivered';
  if (delivered > 0) return 'partially_delivered';
  if (shipped >= due) return 'shipped';
  if (shipped > 0) return 'partially_shipped';
  return backordered > 0 ? 'backordered' : 'unfulfilled';
}

export const wasSent = ({ fulfilmentStatus }: Pick<Axes, 'fulfilmentStatus'>): boolean => SENT.includes(fulfilmentStatus) || fulfilmentStatus === 'partially_shipped';

const NUMBER_ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
/** `K-7Q2M9-4TXB1`: 50 random bits in Crockford's alphabet; says nothing of how many orders there are. */
export function orderNumber(random: (length: number, alphabet: string) => string): string {
  const text = random(10, NUMBER_ALPHABET);
  return `K-${text.slice(0, 5)}-${text.slice(5)}`;
}
