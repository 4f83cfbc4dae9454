import { formatMoney, type Money } from '../../shared/money.js';
import { orderTokenRef } from '../../shared/order-token.js';

export const MILESTONES = [
  'order_placed', 'order_in_review', 'payment_received', 'order_shipped', 'order_delivered', 'order_cancelled', 'order_changed', 'payment_refunded', 'payment_failed', 'payment_action_required', 'payment_requested',
  'return_approved', 'return_refunded', 'backorder_filled', 'pickup_ready', 'gift_card_issued', 'order_access',
  'order_expired', 'order_part_cancelled', 'return_requested', 'return_rejected', 'tenders_refunded', 'store_credit_refunded', 'digital_ready', 'claim_accepted', 'claim_rejected', 'parcel_out_for_delivery', 'parcel_failed', 'tracking_added',
  'password_reset', 'email_verification',
  'login_link', 'password_changed', 'email_changed', 'mfa_enabled', 'mfa_disabled', 'recovery_code_used', 'new_device', 'identity_linked', 'identity_unlinked', 'price_drop', 'back_in_stock',
  'question_answered', 'review_replied', 'content_published', 'content_rejected',
  'staff_alert',
] as const;
export type Milestone = (typeof MILESTONES)[number];

export const MAIL_STATES = ['pending', 'sent', 'kept', 'dead'] as const;
/** kept: nobody is configured to deliver mails, so they are only shown to staff. dead: refused for good, or for too long. */
export type MailState = (typeof MAIL_STATES)[number];

/** Stands in a stored mail where a secret belongs; the secret itself is put in at the moment of sending and stored nowhere. */
export const SECRET = '\u27e6secret\u27e7';

export type Mail = Readonly<{
  id: string;
  /** One mail per milestone, subject and recipient, whoever asks for it and however often. */
  key: string;
  milestone: Milestone; to: string; locale: string; orderId: string | null;
  /** Whose account it was written for: their address may be another by the time they are erased. */
  userId?: string;
  subject: string; html: string; text: string;
  /** What the secret is derived from, where the mail carries one. */
  secretRef?: string;
  /** Where a mail program ends mails of this kind by itself (RFC 8058). */
  stopUrl?: string;
  state: MailState; attempts: number; failures: number; lastError?: string; dueAt: Date; createdAt: Date; sentAt?: Date;
}>;

/** What a template can say; all of it is data, none of it is a template. */
export type MailModel = Readonly<{
  name?: string; number?: string; amount?: string; url?: string; carrier?: string; tracking?: string; trackingUrl?: string; secret?: string; credited?: string;
  device?: string; place?: string; provider?: string; count?: string; product?: string; before?: string; said?: string; reason?: string;
  /** Ends mails of this kind with one click. */
  stopUrl?: string;
  lines?: ReadonlyArray<Readonly<{ name: string; quantity: number; amount: string }>>;
  sums?: ReadonlyArray<Readonly<{ label: SumLabel; amount: string; strong?: boolean }>>;
}>;
export type SumLabel = 'subtotal' | 'discount' | 'shipping' | 'fees' | 'taxAdded' | 'taxIncluded' | 'total';

/** An order as far as a mail tells of it. */
export type MailedOrder = Readonly<{
  id: string; number: string; email: string; userId: string | null; locale?: string; status: string; currency: string;
  items: ReadonlyArray<Readonly<{ id: string; sku: string; name: string; quantity: number; lineTotal: Money }>>;
  totals: Readonly<{ subtotal: Money; discountTotal: Money; shippingTotal: Money; taxTotal: Money; grandTotal: Money; feeTotal?: Money; taxIncluded: boolean }>;
  shippingAddress: Readonly<{ firstName: string }>;
  shippingMethod?: Readonly<{ pickupLocationId?: string }>;
  tokenOf?: string; origin?: Readonly<{ orderId: string }>;
}>;

/** A mail that is due because something happened: about which thing, and what there is to say besides the order. */
export type Due = Readonly<{ milestone: Milestone; subject: string; more?: MailModel; secretRef?: string; withLines?: boolean; to?: string }>;
type Data = Readonly<Record<string, unknown>>;
type Event = Readonly<{ type: string; data: Data }>;

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);
const moneyOf = (value: unknown): Money | null => {
  const given = value as Partial<Money> | null | undefined;
  return given && Number.isSafeInteger(given.amount) && typeof given.currency === 'string' ? { amount: given.amount!, currency: given.currency } : null;
};

type Rule = (order: MailedOrder, data: Data, locale: string) => Due | null;
const about = (milestone: Milestone, withLines = false): Rule => (order) => ({ milestone, subject: order.id, withLines });

/** Which events are milestones for the customer of an order, and what the mail is about. */
const RULES: Readonly<Record<string, Rule>> = {
  'order.placed': about('order_placed', true),
  // Decided before the mail is written: then that is what there is to tell. Once, however many cards are tried.
  'order.held_for_review': (order) => (order.status === 'pending' ? { milestone: 'order_in_review', subject: order.id } : null),
  'order.delivered': about('order_delivered'),
  'order.cancelled': about('order_cancelled'),
  'order.expired': about('order_expired'),
  'order.partially_cancelled': (order, data, locale) => ({ milestone: 'order_part_cancelled', subject: `${order.id}:${String(data['version'])}`, more: { ...goodsOf(order, data), ...gainOf(data['refunded'], locale) } }),
  // Gift cards have a mail of their own, with the code in it.
  'order.digital_delivered': (order, data) => ({ milestone: 'digital_ready', subject: `${order.id}:${String(data['version'])}`, ...opening(order) }),
  'order.edited': (order, data) => ({ milestone: 'order_changed', subject: String(data['editId']), withLines: true }),
  'order.payment_requested': (order, data, locale) => ({ milestone: 'payment_requested', subject: String(data['requestId']), ...opening(order, amountOf(data['amount'], locale)) }),
  // Goods that are fetched are on no way: they are announced when they are packed, with the code that hands them over.
  'fulfilment.packed': (order) => (isFetched(order) ? { milestone: 'pickup_ready', subject: order.id, more: { secret: SECRET }, secretRef: `pickup-code:${order.id}` } : null),
  'fulfilment.shipped': (order, data) => (isFetched(order) ? null : { milestone: 'order_shipped', subject: String(data['fulfilmentId']), more: trackingOf(data) }),
  'fulfilment.tracking_changed': (order, data) => (isFetched(order) || text(data['added']) === undefined ? null : { milestone: 'tracking_added', subject: `${String(data['fulfilmentId'])}:${String(data['added'])}`, more: trackingOf(data, text(data['added'])) }),
  // A parcel that had gone further by the time we heard of it is in somebody's hands already.
  'shipment.out_for_delivery': (_order, data) => (data['late'] === true ? null : { milestone: 'parcel_out_for_delivery', subject: parcelOf(data), more: carriedBy(data) }),
  'shipment.failed': (_order, data) => (data['late'] === true ? null : { milestone: 'parcel_failed', subject: parcelOf(data), more: carriedBy(data) }),
  'payment.succeeded': (_order, data, locale) => ({ milestone: 'payment_received', subject: String(data['paymentId']), more: amountOf(data['amount'], locale) }),
  'payment.refunded': (order, data, locale) => ({ milestone: 'payment_refunded', subject: String(data['key']), more: amountOf({ amount: data['refundAmount'], currency: order.currency }, locale) }),
  'payment.failed': (order, data) => (order.status === 'pending' ? { milestone: 'payment_failed', subject: String(data['paymentId']) } : null),
  'payment.action_required': (order, data) => (order.status === 'pending' ? { milestone: 'payment_action_required', subject: String(data['paymentId']), more: urlOf(data) } : null),
  // What its return brought is told by the mail about the return.
  'order.tenders_refunded': (order, data, locale) => ({ milestone: 'tenders_refunded', subject: String(data['key']), more: amountOf({ amount: data['amount'], currency: order.currency }, locale) }),
  'order.refunded_to_store_credit': (_order, data, locale) => (String(data['key']).startsWith('return:') ? null : { milestone: 'store_credit_refunded', subject: String(data['key']), more: { credited: amountOf(data['amount'], locale).amount ?? '' } }),
  // One that is consented to at once is told by that.
  'return.requested': (_order, data) => (data['state'] === 'requested' ? { milestone: 'return_requested', subject: String(data['returnId']) } : null),
  'return.rejected': (_order, data) => ({ milestone: 'return_rejected', subject: String(data['returnId']), more: reasonOf(data) }),
  'claim.resolved': (order, data, locale) => ({ milestone: 'claim_accepted', subject: String(data['claimId']), more: { ...gainOf(data['refunded'], locale), ...(data['replacementOrderId'] !== undefined && goodsOf(order, data)) } }),
  'claim.rejected': (_order, data) => ({ milestone: 'claim_rejected', subject: String(data['claimId']), more: reasonOf(data) }),
  'return.approved': (_order, data) => ({ milestone: 'return_approved', subject: String(data['returnId']) }),
  'return.refunded': (order, data, locale) => ({ milestone: 'return_refunded', subject: String(data['returnId']), more: refundOf(order, data, locale) }),
  // Told once, when nothing is waited for any more.
  'order.backorder_filled': (order, data) => (data['backordered'] === 0 ? { milestone: 'backorder_filled', subject: order.id } : null),
  'gift_card.bought': (order) => ({ milestone: 'gift_card_issued', subject: order.id, more: { secret: SECRET }, secretRef: `gift-cards:${order.id}` }),
  'order.access_granted': (_order, data) => ({ milestone: 'order_access', subject: String(data['accessId']), more: { secret: SECRET }, secretRef: `order-access:${String(data['accessId'])}` }),
};

export const MAILED_EVENTS = Object.keys(RULES);
export const dueMail = ({ type, data }: Event, order: MailedOrder, locale: string): Due | null => RULES[type]?.(order, data, locale) ?? null;

const isFetched = ({ shippingMethod }: MailedOrder): boolean => shippingMethod?.pickupLocationId !== undefined;
function refundOf({ currency }: MailedOrder, { settlement, refundTo }: Data, locale: string): MailModel {
  const { amount } = amountOf({ amount: (settlement as Data | undefined)?.['refunded'], currency }, locale);
  if (amount === undefined) return {};
  return refundTo === 'store_credit' ? { credited: amount } : { amount };
}

const urlOf = (data: Data): MailModel => { const url = text(data['url']); return url === undefined ? {} : { url }; };
const amountOf = (value: unknown, locale: string): MailModel => { const amount = moneyOf(value); return amount ? { amount: formatMoney(amount, locale) } : {}; };

/** Only what is worth a line. */
const gainOf = (value: unknown, locale: string): MailModel => ((moneyOf(value)?.amount ?? 0) > 0 ? amountOf(value, locale) : {});
const reasonOf = ({ rejection }: Data): MailModel => { const reason = text(rejection); return reason === undefined ? {} : { reason }; };
/** `2 × Espresso machine, 1 × Mug` */
const goodsOf = ({ items }: MailedOrder, { lines }: Data): MailModel =>
  ({ said: ((lines as Array<{ itemId: string; quantity: number }> | undefined) ?? []).flatMap(({ itemId, quantity }) => items.filter(({ id }) => id === itemId).map(({ name }) => `${quantity} × ${name}`)).join(', ') });
/** A guest has no account to find the order in: the code opens it. */
const opening = (order: MailedOrder, more: MailModel = {}): Pick<Due, 'more' | 'secretRef'> => (order.userId === null ? { more: { ...more, secret: SECRET }, secretRef: orderTokenRef(order) } : { more });
const parcelOf = (data: Data): string => `${String(data['fulfilmentId'])}:${String(data['trackingNumber'])}`;
const carriedBy = (data: Data): MailModel => { const carrier = text(data['carrier']); return { tracking: String(data['trackingNumber']), ...(carrier !== undefined && { carrier }) }; };

function trackingOf(data: Data, number?: string): MailModel {
  const [parcel] = ((data['parcels'] as Array<Record<string, unknown>> | undefined) ?? []).filter(({ trackingNumber }) => number === undefined || trackingNumber === number);
  const [carrier, tracking, trackingUrl] = [text(parcel?.['carrier']), text(parcel?.['trackingNumber']), text(parcel?.['trackingUrl'])];
  return { ...(carrier !== undefined && { carrier }), ...(tracking !== undefined && { tracking }), ...(trackingUrl !== undefined && { trackingUrl }) };
}

/** The order in a mail: to whom, which, and what it cost. */
export function modelOf(order: MailedOrder, { more = {}, withLines = false }: Due, locale: string): MailModel {
  const base = { name: order.shippingAddress.firstName, number: order.number, ...more };
  if (!withLines) return base;
  const { subtotal, discountTotal, shippingTotal, taxTotal, grandTotal, feeTotal, taxIncluded } = order.totals;
  const show = (value: Money) => formatMoney(value, locale);
  return {
    ...base, lines: order.items.map(({ name, quantity, lineTotal }) => ({ name, quantity, amount: show(lineTotal) })),
    sums: [
      { label: 'subtotal', amount: show(subtotal) },
      ...(discountTotal.amount > 0 ? [{ label: 'discount' as const, amount: show({ ...discountTotal, amount: -discountTotal.amount }) }] : []),
      { label: 'shipping', amount: show(shippingTotal) }, ...(feeTotal ? [{ label: 'fees' as const, amount: show(feeTotal) }] : []),
      { label: taxIncluded ? 'taxIncluded' : 'taxAdded', amount: show(taxTotal) }, { label: 'total', amount: show(grandTotal), strong: true },
    ],
  };
}

export const keyOf = (milestone: Milestone, subject: string, to: string): string => `${milestone}:${subject}:${to}`;

const MINUTE_MS = 60_000;
const FIRST_WAIT_MS = MINUTE_MS / 2;
const LONGEST_WAIT_MS = 60 * MINUTE_MS;
const MAX_FAILURES = 10;
export const GIVE_UP_AFTER_MS = 72 * 60 * MINUTE_MS;

/** unreachable: nobody has seen the mail, so it says nothing about it. temporary: this mail was refused for now. permanent: for good. */
export type Failure = Readonly<{ kind: 'unreachable' | 'temporary' | 'permanent'; reason: string }>;

/** When to try again, or null when it is to be set aside. Spread, so that a server that comes back is not met by all at once. */
export function nextTry({ failures, ageMs }: { failures: number; ageMs: number }, { kind }: Failure, random: () => number): number | null {
  if (kind === 'permanent' || ageMs > GIVE_UP_AFTER_MS) return null;
  if (kind === 'unreachable') return 5_000 + random() * 15_000;
  if (failures >= MAX_FAILURES) return null;
  return Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1)) * (0.75 + random() / 2);
}
