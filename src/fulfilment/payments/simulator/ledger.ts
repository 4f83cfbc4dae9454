import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Clock } from '../../../shared/clock.js';

export type Kind = 'authorization' | 'capture' | 'void' | 'refund' | 'chargeback' | 'dispute_won' | 'dispute_lost';
export type Operation = { id: string; kind: Kind; key?: string; amount: number; state: 'pending' | 'success' | 'failure'; failure?: Failure; at: string;
  /** PayPal refunds one capture, and says so; the end of a dispute names it. */
  of?: string; note?: string };
export type Failure = { code: string; message: string };
/** Whose words a payment was made in: our own, Stripe's or PayPal's. One ledger keeps them all. */
export type Wire = 'simulator' | 'stripe' | 'paypal';
export type SimPayment = {
  id: string; wire?: Wire; metadata?: Record<string, string>; approved?: boolean; idempotencyKey: string; orderId: string; amount: { amount: number; currency: string };
  status: 'pending' | 'requires_action' | 'authorized' | 'captured' | 'failed' | 'voided';
  capture: boolean; returnUrl?: string; failure?: Failure; nextAction?: { type: string; url: string }; operations: Operation[]; authorizedUntil?: string; card?: { fingerprint: string };
  createdAt: string; updatedAt: string;
};
export type Answer = { status: number; body: unknown };
export type NewPayment = Pick<SimPayment, 'idempotencyKey' | 'orderId' | 'amount' | 'capture'> & { returnUrl?: string | undefined; wire?: Wire; metadata?: Record<string, string>; card?: SimPayment['card'] | undefined };
/** A card that a customer left with the processor; `token` says how it behaves. */
export type SimMethod = { id: string; customer: string; token: string; brand: string; last4: string; expMonth: number; expYear: number };
/** Told of every change with a copy of the payment as it was then. */
export type OnEvent = (type: string, payment: SimPayment) => void;

/** Understood and not done. */
export class Refusal extends Error {
  constructor(readonly status: number, readonly code: string, message: string) { super(message); }
}

const AUTHORIZATION_MS = 7 * 24 * 3_600_000;

/** The truth about money, kept like a bank keeps it: movements are added, never changed. With a journal it outlives the process. */
export class Ledger {
  private readonly payments = new Map<string, SimPayment>();
  private readonly byKey = new Map<string, string>();
  private readonly answers = new Map<string, { request: string; answer: Answer }>();
  private readonly methods = new Map<string, SimMethod>();

  readonly forgottenCustomers = new Set<string>();

  constructor(private readonly deps: { now: Clock; onEvent: OnEvent; journal?: string | undefined }) {
    const { journal } = deps;
    if (!journal || !existsSync(journal)) return;
    for (const line of readFileSync(journal, 'utf8').split('\n').filter(Boolean)) {
      const entry = JSON.parse(line) as { payment?: SimPayment; key?: string; request?: string; answer?: Answer; method?: SimMethod };
      if (entry.method) this.methods.set(entry.method.id, entry.method);
      if (entry.payment) this.keep(entry.payment);
      if (entry.key !== undefined && entry.answer) this.answers.set(entry.key, { request: entry.request ?? '', answer: entry.answer });
    }
  }

  /** The same key and request get the same answer, for ever; the same key with another request is refused. */
  once(key: string, request: string, work: () => Answer): { answer: Answer; replayed: boolean } {
    const known = this.answers.get(key);
    if (known && known.request !== request) throw new Refusal(422, 'idempotency_key_reused', 'This key was used for another request.');
    if (known) return { answer: known.answer, replayed: true };
    const answer = structuredClone(work());
    this.answers.set(key, { request, answer });
    this.write({ key, request, answer });
    return { answer, replayed: false };
  }

  create({ idempotencyKey, orderId, amount, capture, returnUrl, wire, metadata, card }: NewPayment): SimPayment {
    const at = this.deps.now().toISOString();
    const payment: SimPayment = {
      id: `pay_${randomUUID().replaceAll('-', '')}`, idempotencyKey, orderId, amount, capture, ...(returnUrl !== undefined && { returnUrl }), ...(wire && { wire }), ...(metadata && { metadata }), ...(card && { card }),
      status: 'pending', operations: [], createdAt: at, updatedAt: at,
    };
    this.keep(payment);
    this.write({ payment });
    return payment;
  }

  get(id: string): SimPayment {
    const found = this.payments.get(id);
    if (!found) throw new Refusal(404, 'payment_unknown', 'There is no such payment.');
    return found;
  }

  findByKey(key: string): SimPayment | undefined { return this.payments.get(this.byKey.get(key) ?? ''); }

  all(): SimPayment[] { return [...this.payments.values()]; }

  clear(): void { this.payments.clear(); this.byKey.clear(); this.answers.clear(); this.methods.clear(); }

  /** Whether this key has an answer already. */
  knows(key: string): boolean { return this.answers.has(key); }

  saveMethod(customer: string, token: string): SimMethod {
    const method = { id: `pm_${randomUUID().replaceAll('-', '')}`, customer, token, brand: 'visa', last4: '4242', expMonth: 12, expYear: 2034 };
    this.methods.set(method.id, method);
    this.write({ method });
    return method;
  }

  findMethod(id: string): SimMethod | undefined { return this.methods.get(id); }

  countMethods(): number { return this.methods.size; }

  forgetMethod(id: string): boolean { return this.methods.delete(id); }

  /** With the cards that it still has. */
  forgetCustomer(id: string): boolean {
    for (const method of this.methods.values()) if (method.customer === id) this.methods.delete(method.id);
    this.forgottenCustomers.add(id);
    return true;
  }

  /** What a saved card stands for, or the token itself. */
  tokenOf(token: string): string { return this.methods.get(token)?.token ?? token; }

  /** An event without a change. */
  tell(type: string, payment: SimPayment): void { this.changed(type, payment); }

  requireAction(payment: SimPayment, url: string): void {
    payment.status = 'requires_action';
    payment.nextAction = { type: 'redirect', url };
    this.changed('payment.requires_action', payment);
  }

  /** The buyer agreed, and may still be asked for nothing. */
  approve(payment: SimPayment): void {
    if (payment.status !== 'requires_action') throw new Refusal(409, 'payment_settled', `This payment is ${payment.status}.`);
    payment.approved = true;
    this.changed('payment.approved', payment);
  }

  fail(payment: SimPayment, failure: Failure): void {
    if (payment.status !== 'pending' && payment.status !== 'requires_action') throw new Refusal(409, 'payment_settled', `This payment is ${payment.status}.`);
    payment.status = 'failed';
    payment.failure = failure;
    delete payment.nextAction;
    this.add(payment, 'authorization', payment.amount.amount, payment.idempotencyKey, failure);
    this.changed('payment.failed', payment);
  }

  /** `inSteps`: a capture that follows at once is told of as well as the authorisation, not instead of it. */
  authorize(payment: SimPayment, inSteps = false): void {
    if (payment.status !== 'pending' && payment.status !== 'requires_action') throw new Refusal(409, 'payment_settled', `This payment is ${payment.status}.`);
    payment.status = 'authorized';
    payment.authorizedUntil = new Date(this.deps.now().getTime() + AUTHORIZATION_MS).toISOString();
    delete payment.nextAction;
    this.add(payment, 'authorization', payment.amount.amount, payment.idempotencyKey);
    if (!payment.capture || inSteps) this.changed('payment.authorized', payment);
    if (payment.capture) this.capture(payment, payment.amount.amount, payment.idempotencyKey);
  }

  capture(payment: SimPayment, amount: number, key: string): void {
    const { authorizedUntil } = payment;
    if (payment.status !== 'authorized') throw new Refusal(409, 'not_capturable', `This payment is ${payment.status}.`);
    if (authorizedUntil !== undefined && new Date(authorizedUntil) < this.deps.now()) throw new Refusal(409, 'authorization_expired', 'The bank holds this money no longer.');
    if (amount > payment.amount.amount - total(payment, 'capture')) throw new Refusal(409, 'capture_exceeds_authorized', 'That is more than was authorised.');
    this.add(payment, 'capture', amount, key);
    if (total(payment, 'capture') === payment.amount.amount) payment.status = 'captured';
    this.changed('payment.captured', payment);
  }

  void(payment: SimPayment, key: string): void {
    if (total(payment, 'capture') > 0) throw new Refusal(409, 'already_captured', 'Money was captured. Refund it instead.');
    if (payment.status === 'failed' || payment.status === 'voided') throw new Refusal(409, 'not_voidable', `This payment is ${payment.status}.`);
    payment.status = 'voided';
    delete payment.nextAction;
    this.add(payment, 'void', payment.amount.amount, key);
    this.changed('payment.voided', payment);
  }

  refund(payment: SimPayment, amount: number, key: string | undefined, more: Pick<Operation, 'of' | 'note'> = {}): void {
    if (amount > left(payment)) {
      throw new Refusal(409, 'refund_exceeds_captured', 'That is more than is left of what was captured.');
    }
    this.add(payment, 'refund', amount, key);
    Object.assign(payment.operations.at(-1)!, more);
    this.changed('payment.refunded', payment);
  }

  chargeBack(payment: SimPayment, amount: number): void {
    if (amount > left(payment)) throw new Refusal(409, 'nothing_to_dispute', 'So much was not captured.');
    this.add(payment, 'chargeback', amount, undefined);
    this.changed('payment.disputed', payment);
  }

  /** The bank's last word on a dispute. */
  closeDispute(payment: SimPayment, id: string, outcome: 'won' | 'lost'): void {
    const dispute = payment.operations.find((op) => op.id === id && op.kind === 'chargeback');
    if (!dispute) throw new Refusal(404, 'dispute_unknown', 'There is no such dispute.');
    if (outcomeOf(payment, dispute) !== null) throw new Refusal(409, 'dispute_closed', 'This dispute was decided.');
    this.add(payment, `dispute_${outcome}`, dispute.amount, undefined);
    Object.assign(payment.operations.at(-1)!, { id: `${id}:${outcome}`, of: id });
    this.changed('payment.dispute_closed', payment);
  }

  /** A hand in the books, for drills: no event tells of it and no rule is asked. */
  edit(payment: SimPayment, { add, remove }: { add?: { kind: Kind; amount: number } | undefined; remove?: string | undefined }): void {
    if (add) this.add(payment, add.kind, add.amount, undefined);
    if (remove !== undefined) payment.operations = payment.operations.filter(({ id }) => id !== remove);
    payment.updatedAt = this.deps.now().toISOString();
    this.write({ payment });
  }

  /** What auditors compare with. */
  report() {
    const movements = (kind: Kind) => this.all().flatMap((payment) => payment.operations.filter((op) => op.kind === kind && op.state === 'success')
      .map((op) => ({ ...op, paymentId: payment.id, orderId: payment.orderId, idempotencyKey: payment.idempotencyKey, currency: payment.amount.currency })));
    const [charges, refunds, chargebacks] = [movements('capture'), movements('refund'), movements('chargeback')];
    const sum = (rows: ReadonlyArray<{ amount: number; currency: string }>) =>
      rows.reduce<Record<string, number>>((so, { amount, currency }) => ({ ...so, [currency]: (so[currency] ?? 0) + amount }), {});
    return { payments: this.all(), charges, refunds, chargebacks, totals: { captured: sum(charges), refunded: sum(refunds), disputed: sum(chargebacks) } };
  }

  private add(payment: SimPayment, kind: Kind, amount: number, key: string | undefined, failure?: Failure): void {
    payment.operations.push({
      id: `${kind.slice(0, 3)}_${randomUUID().replaceAll('-', '')}`, kind, amount, ...(key !== undefined && { key }),
      state: failure ? 'failure' : 'success', ...(failure && { failure }), at: this.deps.now().toISOString(),
    });
  }

  private changed(type: string, payment: SimPayment): void {
    payment.updatedAt = this.deps.now().toISOString();
    this.write({ payment });
    this.deps.onEvent(type, structuredClone(payment));
  }

  private keep(payment: SimPayment): void {
    this.payments.set(payment.id, payment);
    this.byKey.set(payment.idempotencyKey, payment.id);
  }

  private write(entry: object): void {
    if (this.deps.journal) appendFileSync(this.deps.journal, `${JSON.stringify(entry)}\n`);
  }
}

/** How a dispute ended, if it has. */
export function outcomeOf({ operations }: SimPayment, { id }: Operation): 'won' | 'lost' | null {
  const end = operations.find((op) => op.of === id && (op.kind === 'dispute_won' || op.kind === 'dispute_lost'));
  return end ? (end.kind === 'dispute_won' ? 'won' : 'lost') : null;
}

/** What can still go back. */
export const left = (payment: SimPayment): number =>
  total(payment, 'capture') - total(payment, 'refund') - total(payment, 'chargeback') + total(payment, 'dispute_won');

export const total = ({ operations }: SimPayment, kind: Kind): number =>
  operations.reduce((so, op) => (op.kind === kind && op.state === 'success' ? so + op.amount : so), 0);
