import { retryLostRace } from '../../../shared/db/retry.js';
import type { InTransaction } from '../../../shared/db/transaction.js';
import { money, type Money } from '../../../shared/money.js';
import { attributedTotal, cut, type Attribution, type RefundWish } from '../attribution.js';
import { PaymentNotFound, RefundExceedsCaptured, WrongCurrency } from '../payments.errors.js';
import { refundable, type Payment } from '../payments.js';
import type { BesideRefund, OrderRefund } from '../refund.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { AttributeRefund } from './attribute-refund.js';
import type { MoveMoney } from './move-money.js';
import type { PlanRefunds } from './plan-refund.js';

/** What an order was paid with beside its payments (gift cards, store credit). All of it inside the caller's transaction. */
export type Beside = Readonly<{
  /** Minor units that can still go back there. */
  left(orderId: string): Promise<number>;
  refund(request: { orderId: string; amount: number; reason: string; key: string; attribution: Attribution }): Promise<unknown>;
  /** What was refunded under this key; null where nothing was. */
  find(orderId: string, key: string): Promise<BesideRefund | null>;
  /** What the refunds there were for. */
  history(orderId: string): Promise<readonly Attribution[]>;
}>;
export const NOTHING_BESIDE: Beside = { left: async () => 0, refund: async () => {}, find: async () => null, history: async () => [] };

export type RefundAsked = Readonly<{
  orderId: string; amount?: Money | undefined; wish?: RefundWish | undefined; reason: string; key: string;
  /** Runs in the transaction that sets the money aside. */
  alongside(planned: { payment: Payment; amount: Money }): Promise<void>;
}>;

type RefundDeps = { payments: PaymentRepository; refunds: PlanRefunds; moves: Pick<MoveMoney, 'send'>; attribute: AttributeRefund; inTransaction: InTransaction; beside(): Beside };

/** What staff gives back for an order, wherever its money came from: the latest payment first, then those before it, then what was tendered, the other way round than it came. */
export class RefundOrder {
  constructor(private readonly deps: RefundDeps) {}

  /** Minor units that can go back in all. */
  async left(orderId: string): Promise<number> {
    const found = await this.deps.payments.findByOrders([orderId]);
    return ofPayments(found) + await this.deps.beside().left(orderId);
  }

  async refund(request: RefundAsked): Promise<OrderRefund> {
    await retryLostRace(() => this.deps.inTransaction(() => this.plan(request)));
    return this.find(request);
  }

  /** A request that was cut off had written its movements down: they are asked for, and are the answer. */
  async takeUp(request: Pick<RefundAsked, 'orderId' | 'key'>): Promise<OrderRefund> {
    for (const { key } of await this.deps.payments.findPlanned(request.orderId, request.key)) await this.deps.moves.send(key);
    return this.find(request);
  }

  private async plan({ orderId, amount, wish, reason, key, alongside }: RefundAsked): Promise<void> {
    const { payments, refunds, attribute } = this.deps;
    const beside = this.deps.beside();
    const found = await payments.findByOrders([orderId]);
    const first = found.find((payment) => refundable(payment) > 0) ?? found[0];
    if (!first) throw new PaymentNotFound();
    const { currency } = first.amount;
    if (amount && amount.currency !== currency) throw new WrongCurrency(amount.currency, currency);
    const [byPayments, byTenders] = [ofPayments(found), await beside.left(orderId)];
    const left = byPayments + byTenders;
    const wished = wish && await attribute.ofWish(orderId, wish);
    const wanted = wished ? attributedTotal(wished) : amount?.amount ?? left;
    if (wanted <= 0 || wanted > left) throw new RefundExceedsCaptured(money(wanted, currency), money(left, currency));

    await alongside({ payment: first, amount: money(wanted, currency) });
    const shares = [Math.min(wanted, byPayments), Math.max(0, wanted - byPayments)];
    const [toPayments, toTenders] = cut(wished ?? await attribute.ofPart(orderId, wanted, left), shares);
    if (shares[0]! > 0) await refunds.plan({ orderId, amount: money(shares[0]!, currency), reason, key, attribution: toPayments! });
    if (shares[1]! > 0) await beside.refund({ orderId, amount: shares[1]!, reason, key: besideKey(key), attribution: toTenders! });
  }

  private async find({ orderId, key }: Pick<RefundAsked, 'orderId' | 'key'>): Promise<OrderRefund> {
    const { payments } = this.deps;
    const transactions = await payments.findPlanned(orderId, key);
    const beside = await this.deps.beside().find(orderId, besideKey(key));
    if (transactions.length === 0 && !beside) throw new PaymentNotFound();
    const all = await payments.findByOrders([orderId]);
    const moved = transactions.map(({ paymentId }) => all.find(({ id }) => id === paymentId)!);
    return { payments: moved.length > 0 ? moved : all.slice(0, 1), transactions, beside };
  }
}

const besideKey = (key: string): string => `${key}:tenders`;
const ofPayments = (payments: readonly Payment[]): number => payments.reduce((so, payment) => so + refundable(payment), 0);
