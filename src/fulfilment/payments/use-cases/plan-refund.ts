import type { Clock } from '../../../shared/clock.js';
import { afterCommit, type InTransaction } from '../../../shared/db/transaction.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import { money, type Money } from '../../../shared/money.js';
import { attributedTotal, cut, type Attribution, type RefundWish } from '../attribution.js';
import { RefundExceedsCaptured, WrongCurrency } from '../payments.errors.js';
import { refundable, type Payment } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { AttributeRefund } from './attribute-refund.js';
import type { MoveMoney } from './move-money.js';

export type PlanRefund = Readonly<{
  orderId: string; amount: Money; reason: string;
  /** The same key is the same refund, however often it is planned. */
  key: string;
  /** Adds up to the amount. Absent: closing the order's rest, or goodwill. */
  attribution?: Attribution | undefined;
}>;
/** `keys`: of the movements that carry it, one per payment. */
export type PlannedRefund = Readonly<{ key: string; amount: Money; keys: readonly string[] }>;
type PlanDeps = { payments: PaymentRepository; moves: MoveMoney; attribute: AttributeRefund; inTransaction: InTransaction; now: Clock };

/** Refunds that another change brings with it (a return, an edit, a cancelled line): decided with that change, carried out after it. */
export class PlanRefunds {
  constructor(private readonly deps: PlanDeps) {}

  /** Joins the caller's transaction: the money is set aside with the change or not at all. Asked for once committed, and again until answered. */
  async plan(request: PlanRefund): Promise<PlannedRefund> {
    const { payments, moves, inTransaction } = this.deps;
    return inTransaction(async () => {
      const known = await payments.findPlanned(request.orderId, request.key);
      if (known.length > 0) return answer(request, known.map(({ key }) => key));
      const keys = await this.reserve(request);
      await afterCommit(async () => { for (const key of keys) await moves.send(key); });
      return answer(request, keys);
    });
  }

  /** What can still be given back through payment providers; null when the order has no payment. */
  async refundableOf(orderId: string): Promise<Money | null> {
    const found = await this.deps.payments.findByOrders([orderId]);
    return found.length === 0 ? null : money(left(found), found[0]!.amount.currency);
  }

  /** Inside the transaction that gives store credit for it: this much of what was captured can no longer go back through its provider. */
  async convert(orderId: string, amount: Money): Promise<void> {
    const { payments, now } = this.deps;
    const found = await payments.findByOrders([orderId]);
    const currency = found[0]?.amount.currency ?? amount.currency;
    if (currency !== amount.currency) throw new WrongCurrency(amount.currency, currency);
    if (amount.amount <= 0 || amount.amount > left(found)) throw new RefundExceedsCaptured(amount, money(left(found), currency));
    for (const share of sharesOf(found, amount.amount)) {
      if (!await payments.convert(share.payment.id, share.amount, now())) throw new ConcurrentChange('The payment changed meanwhile.', { orderId });
    }
  }

  /** What refunding these units, this postage or this goodwill is in cents, each attributed. */
  async quote(orderId: string, wish: RefundWish): Promise<{ attribution: Attribution; amount: number }> {
    const attribution = await this.deps.attribute.ofWish(orderId, wish);
    return { attribution, amount: attributedTotal(attribution) };
  }

  private async reserve({ orderId, amount, reason, key, attribution }: PlanRefund): Promise<string[]> {
    const { payments, attribute, now } = this.deps;
    if (attribution && attributedTotal(attribution) !== amount.amount) throw new RangeError(`A refund of ${amount.amount} attributes ${attributedTotal(attribution)}`);
    const found = await payments.findByOrders([orderId]);
    const currency = found[0]?.amount.currency ?? amount.currency;
    if (currency !== amount.currency) throw new WrongCurrency(amount.currency, currency);
    if (amount.amount <= 0 || amount.amount > left(found)) throw new RefundExceedsCaptured(amount, money(left(found), currency));

    const shares = sharesOf(found, amount.amount);
    const pieces = cut(attribution ?? await attribute.ofAmount(orderId, amount.amount), shares.map((share) => share.amount));
    const keys = shares.map((_share, at) => (at === 0 ? key : `${key}#${at + 1}`));
    for (const [at, share] of shares.entries()) {
      const reserved = await payments.reserveRefund(share.payment.id, share.amount, now());
      if (!reserved) throw new ConcurrentChange('The payment changed meanwhile.', { orderId });
      await payments.plan(reserved, [{ kind: 'refund', key: keys[at]!, amount: share.amount, reason, attribution: pieces[at]!, dueAt: now() }], now());
    }
    return keys;
  }
}

const left = (payments: readonly Payment[]): number => payments.reduce((so, payment) => so + refundable(payment), 0);
const answer = ({ key, amount }: PlanRefund, keys: readonly string[]): PlannedRefund => ({ key, amount, keys });

/** The latest payment gives first. */
function sharesOf(payments: readonly Payment[], amount: number): Array<{ payment: Payment; amount: number }> {
  let open = amount;
  return payments.map((payment) => {
    const share = Math.min(open, refundable(payment));
    open -= share;
    return { payment, amount: share };
  }).filter((share) => share.amount > 0);
}
