import type { Money } from '../../shared/money.js';

/** News can arrive twice, late and in any order: of two statuses the later one in this list wins, so the end is always the same. */
const STATUSES = ['pending', 'requires_action', 'failed', 'authorized', 'voided', 'succeeded', 'partially_refunded', 'refunded'] as const;
export type PaymentStatus = typeof STATUSES[number];
/** A chargeback takes money away for the time of a dispute; `dispute_won` brings it back, `dispute_lost` says that it is gone for good. */
export type TransactionKind = 'authorization' | 'capture' | 'void' | 'refund' | 'chargeback' | 'dispute_won' | 'dispute_lost';
export type TransactionState = 'initial' | 'pending' | 'success' | 'failure';
export type Failure = Readonly<{ code: string; message: string }>;
export type NextAction = Readonly<{ type: string; url: string }>;

/** Where the cents of a refund belong, in minor units; their sum is the refund. What nobody attributed is goodwill. */
export type LineShare = Readonly<{ itemId: string; quantity: number; amount: number }>;
export type Attribution = Readonly<{ lines: readonly LineShare[]; shipping: number; goodwill: number }>;

export type Payment = Readonly<{
  /** Absent for the order itself; `edit:…` for what a later edit made it dearer by. */
  purpose?: string;
  id: string; orderId: string; attempt: number; provider: string; method: string; amount: Money; status: PaymentStatus;
  /** False once it can no longer bring money that stays. An order has at most one live payment of each purpose. */
  live: boolean;
  /** What the provider knows this payment by, before it has answered: `orderId:attempt`. */
  idempotencyKey: string;
  providerReference?: string; failure?: Failure; nextAction?: NextAction;
  /** Paid with a card that the customer left with the provider. */
  savedMethod?: Readonly<{ customer: string; method: string }>;
  /** The provider is asked for a promise of the money only; it is taken later. */
  authorizeOnly?: boolean;
  /** What the order costs of it by now, where that is less than was authorised: no more is taken. Minor units. */
  agreed?: number;
  /** The provider's name for the card: the same at every payment with it, and no card number. */
  cardFingerprint?: string;
  /** Until then the bank holds the money of an authorisation. */
  authorizedUntil?: Date;
  /** On net terms: when the money is due, and since when it is missing. */
  dueAt?: Date; overdueAt?: Date;
  /** Minor units; the `…ing` ones are asked for and not yet answered, and count as spent until they are. */
  capturedAmount: number; capturingAmount: number; refundedAmount: number; refundingAmount: number; disputedAmount: number;
  /** Given back as store credit: the money stays, but cannot go back a second time. */
  convertedAmount?: number;
  /** It was asked to give back what it has; `keepsNothing`: also whatever arrives later, because another payment took its place. */
  reversal?: Readonly<{ reason: string; at: Date; keepsNothing: boolean }>;
  version: number; createdAt: Date; updatedAt: Date;
}>;

export type PaymentTransaction = Readonly<{
  id: string; paymentId: string; orderId: string; kind: TransactionKind; state: TransactionState; amount: Money; provider: string;
  /** The same request is never made twice under one key. */
  key: string; providerEventId?: string; reason?: string; attribution?: Attribution; failure?: Failure; at: Date;
  /** Only while it waits for the provider. */
  dueAt?: Date; attempts: number;
}>;

/** One movement as the provider keeps it; `key` is the one that we sent, absent when somebody else caused it. */
export type ProviderOperation = Readonly<{
  id: string; kind: TransactionKind; key?: string | undefined; amount: number; state: 'pending' | 'success' | 'failure'; failure?: Failure | undefined;
}>;
/** A dispute as movements, which are only ever added: however late its beginning is heard, its end stands beside it. */
export const disputeOperations = ({ id, amount, outcome }: { id: string; amount: number; outcome: 'won' | 'lost' | null }): ProviderOperation[] => [
  { id, kind: 'chargeback', amount, state: 'success' },
  ...(outcome === null ? [] : [{ id: `${id}:${outcome}`, kind: `dispute_${outcome}`, amount, state: 'success' } as const]),
];
/** A payment as the provider sees it: every answer, look-up and webhook says the whole of it. */
export type ProviderPayment = Readonly<{
  reference: string; idempotencyKey: string; orderId: string; amount: Money;
  status: 'pending' | 'requires_action' | 'authorized' | 'captured' | 'failed' | 'voided';
  failure?: Failure | undefined; nextAction?: NextAction | undefined; authorizedUntil?: Date | undefined; cardFingerprint?: string | undefined; operations: readonly ProviderOperation[];
}>;

const LIVE: ReadonlySet<PaymentStatus> = new Set(['pending', 'requires_action', 'authorized', 'succeeded', 'partially_refunded']);
export const isLive = (status: PaymentStatus): boolean => LIVE.has(status);
/** The provider's last word is still missing. */
export const isOpen = (status: PaymentStatus): boolean => status === 'pending' || status === 'requires_action';
const laterOf = (a: PaymentStatus, b: PaymentStatus): PaymentStatus => (STATUSES.indexOf(a) >= STATUSES.indexOf(b) ? a : b);

/** What can still be paid back. Money that the cardholder's bank has taken back is not there to refund. */
export const refundable = ({ capturedAmount, refundedAmount, refundingAmount, disputedAmount, convertedAmount = 0 }: Payment): number =>
  Math.max(0, capturedAmount - refundedAmount - refundingAmount - disputedAmount - convertedAmount);
const agreedOf = ({ agreed, amount }: Payment): number => agreed ?? amount.amount;
export const capturable = (payment: Payment): number => agreedOf(payment) - payment.capturedAmount - payment.capturingAmount;

/** Why this report cannot be about our payment, or null. Nothing of such a report is believed. */
export function mismatchOf(payment: Payment, reported: ProviderPayment): string | null {
  if (reported.orderId !== payment.orderId || reported.idempotencyKey !== payment.idempotencyKey) return 'it names another order';
  if (payment.providerReference !== undefined && payment.providerReference !== reported.reference) return 'the provider knows two payments under one key';
  if (reported.amount.currency !== payment.amount.currency) return `it is in ${reported.amount.currency}, not ${payment.amount.currency}`;
  if (reported.amount.amount !== payment.amount.amount) return `it is about ${reported.amount.amount}, not ${payment.amount.amount}`;
  return null;
}

/** What cannot be either, once the movements are counted: more captured than was agreed, more refunded than captured. */
function excessOf({ amount, capturedAmount, refundedAmount }: Payment): string | null {
  if (capturedAmount > amount.amount) return `${capturedAmount} were captured of ${amount.amount}`;
  return refundedAmount > capturedAmount ? `${refundedAmount} were refunded of ${capturedAmount} captured` : null;
}

export const totalOf = (operations: readonly ProviderOperation[], kind: TransactionKind): number =>
  operations.reduce((so, op) => (op.kind === kind && op.state === 'success' ? so + op.amount : so), 0);
/** What a bank has taken back and not given again. */
export const disputedOf = (operations: readonly ProviderOperation[]): number => totalOf(operations, 'chargeback') - totalOf(operations, 'dispute_won');

type Totals = Pick<Payment, 'capturedAmount' | 'capturingAmount' | 'refundedAmount' | 'refundingAmount' | 'disputedAmount'>;
const totalsOf = ({ capturedAmount, capturingAmount, refundedAmount, refundingAmount, disputedAmount }: Payment) =>
  ({ capturedAmount, capturingAmount, refundedAmount, refundingAmount, disputedAmount });
/** A ledger row to write: `ours` when it settles one that we had planned. */
export type RowChange = Readonly<{
  key: string; kind: TransactionKind; state: 'success' | 'failure'; amount: number; providerEventId?: string; failure?: Failure; ours: boolean;
}>;
export type Merged = Readonly<{ payment: Payment; rows: readonly RowChange[]; changed: boolean; excess: string | null }>;

/** Our payment after hearing the provider: what is known already changes nothing, success is never undone. */
export function merge(payment: Payment, known: readonly PaymentTransaction[], reported: ProviderPayment): Merged {
  const totals = totalsOf(payment);
  const rows: RowChange[] = [];
  for (const operation of reported.operations) {
    const row = known.find((one) => one.providerEventId === operation.id) ?? known.find((one) => one.key === operation.key);
    const change = rowChange(payment.provider, operation, row);
    if (!change) continue;
    rows.push(change);
    count(totals, change, row);
  }
  const status = laterOf(payment.status, statusOf(payment, totals, reported));
  const failure = status === 'failed' ? payment.failure ?? reported.failure : undefined;
  const nextAction = status === 'requires_action' ? reported.nextAction ?? payment.nextAction : undefined;
  const { failure: _f, nextAction: _n, ...rest } = payment;
  const authorizedUntil = reported.authorizedUntil ?? payment.authorizedUntil;
  const cardFingerprint = payment.cardFingerprint ?? reported.cardFingerprint;
  const next: Payment = {
    ...rest, ...totals, ...(authorizedUntil && { authorizedUntil }), ...(cardFingerprint !== undefined && { cardFingerprint }), status, live: isLive(status) && !payment.reversal?.keepsNothing, providerReference: reported.reference,
    ...(failure && { failure }), ...(nextAction && { nextAction }),
  };
  const changed = rows.length > 0 || status !== payment.status || payment.providerReference === undefined;
  return { payment: next, rows, changed, excess: excessOf(next) };
}

function rowChange(provider: string, { id, kind, key, amount, state, failure }: ProviderOperation, row: PaymentTransaction | undefined): RowChange | null {
  const final = row?.state === 'success' || (row?.state === 'failure' && state !== 'success');
  if (state === 'pending' || final) return null;
  const planned = row !== undefined && row.key === key;
  return { key: row?.key ?? `${provider}:${id}`, kind, state, amount, providerEventId: id, ...(failure && { failure }), ours: planned };
}

/** True when this says nothing that we do not know, as most webhooks do; then not even the ledger has to be read. */
export function isOldNews(payment: Payment, { status, operations }: ProviderPayment): boolean {
  const settled = payment.providerReference !== undefined && !payment.reversal && payment.capturingAmount === 0 && payment.refundingAmount === 0;
  const total = (kind: TransactionKind) => totalOf(operations, kind);
  const known = status === 'captured' ? payment.capturedAmount > 0 : laterOf(payment.status, status) === payment.status;
  // How a dispute ended can make the totals look as they did before it: only the ledger tells.
  const ended = operations.some(({ kind }) => kind === 'dispute_won' || kind === 'dispute_lost');
  return settled && known && !ended && !isOpen(payment.status)
    && total('capture') <= payment.capturedAmount && total('refund') <= payment.refundedAmount && total('chargeback') <= payment.disputedAmount;
}

const COUNTED = {
  capture: ['capturedAmount', 'capturingAmount', 1], refund: ['refundedAmount', 'refundingAmount', 1], chargeback: ['disputedAmount', null, 1], dispute_won: ['disputedAmount', null, -1],
} as const;

function count(totals: ReturnType<typeof totalsOf>, { kind, state, amount }: RowChange, row: PaymentTransaction | undefined): void {
  if (kind === 'authorization' || kind === 'void' || kind === 'dispute_lost') return;
  const [done, asked, sign] = COUNTED[kind];
  if (asked && (row?.state === 'initial' || row?.state === 'pending')) totals[asked] -= row.amount.amount;
  if (state === 'success') totals[done] += sign * amount;
}

function statusOf(payment: Payment, { capturedAmount, refundedAmount }: Totals, reported: ProviderPayment): PaymentStatus {
  if (refundedAmount > 0) return refundedAmount >= capturedAmount ? 'refunded' : 'partially_refunded';
  if (capturedAmount > 0 && capturedAmount >= agreedOf(payment)) return 'succeeded';
  if (capturedAmount > 0 || reported.status === 'captured') return 'authorized';
  return reported.status;
}

/** 13 to 19 digits, however they are grouped: a card number that must not come near us. */
export const looksLikeCardNumber = (text: string): boolean => /^(?:\d[ -]?){12,18}\d$/.test(text.trim());

/** What an order shows of its payment: no token, no secret. */
export type PaymentProjection = Readonly<{
  id: string; provider: string; method: string; status: PaymentStatus; nextAction: NextAction | null; failure?: Failure;
  details: Readonly<{ attempt: number; reference: string | null; amount: Money; captured: Money; refunded: Money; disputed: Money; dueAt?: string }>;
}>;

export function projection({ id, provider, method, status, nextAction, failure, attempt, providerReference, amount, dueAt, ...totals }: Payment): PaymentProjection {
  const of = (minor: number): Money => ({ amount: minor, currency: amount.currency });
  return {
    id, provider, method, status, nextAction: nextAction ?? null, ...(failure && { failure }),
    details: {
      attempt, reference: providerReference ?? null, amount,
      captured: of(totals.capturedAmount), refunded: of(totals.refundedAmount), disputed: of(totals.disputedAmount),
      ...(dueAt && { dueAt: dueAt.toISOString() }),
    },
  };
}

/** What the payment means for the order that it pays. */
export type PaymentOutcome = 'pending' | 'failed' | 'authorized' | 'partially_paid' | 'paid' | 'partially_refunded' | 'refunded' | 'voided';
export function outcomeOf({ status, capturedAmount }: Payment): PaymentOutcome {
  if (status === 'requires_action') return 'pending';
  if (status === 'succeeded') return 'paid';
  return status === 'authorized' && capturedAmount > 0 ? 'partially_paid' : status;
}
