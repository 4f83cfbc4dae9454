import { attributionOf, attributionOfRest, NOTHING, refundableOrder, type Attribution, type OrderView, type RefundWish } from '../attribution.js';
import { OrderNotRefundable } from '../payments.errors.js';
import { refundable, type PaymentTransaction } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';

/** Says what the cents of a refund are for. Reads inside the caller's transaction, so that two refunds of one line see each other. */
export class AttributeRefund {
  private findOrder: (orderId: string) => Promise<OrderView | null> = async () => null;

  constructor(private readonly deps: { payments: PaymentRepository; historyBeside(orderId: string): Promise<readonly Attribution[]> }) {}

  knowOrdersBy(find: (orderId: string) => Promise<OrderView | null>): void { this.findOrder = find; }

  async ofWish(orderId: string, wish: RefundWish): Promise<Attribution> {
    const order = await this.findOrder(orderId);
    if (!order) throw new OrderNotRefundable();
    return attributionOf(refundableOrder(order), await this.history(orderId), wish);
  }

  /** An amount without a word about what it is for: all that is left closes the lines, a part is goodwill. */
  async ofAmount(orderId: string, amount: number): Promise<Attribution> {
    const found = await this.deps.payments.findByOrders([orderId]);
    return this.ofPart(orderId, amount, found.reduce((so, payment) => so + refundable(payment), 0));
  }

  async ofPart(orderId: string, amount: number, left: number): Promise<Attribution> {
    return amount === left ? this.ofRest(orderId, amount) : { ...NOTHING, goodwill: amount };
  }

  async ofRest(orderId: string, amount: number): Promise<Attribution> {
    const order = await this.findOrder(orderId);
    return order ? attributionOfRest(refundableOrder(order), await this.history(orderId), amount) : { ...NOTHING, goodwill: amount };
  }

  /** Of this order's refunds, those that were given back or will be, by payments and to what was tendered beside them. */
  async history(orderId: string): Promise<Attribution[]> {
    const found = await this.deps.payments.findByOrders([orderId]);
    const rows = await this.deps.payments.findTransactions(found.map(({ id }) => id));
    const byPayments = rows.filter(({ kind, state }) => kind === 'refund' && state !== 'failure').map(attributed);
    return [...byPayments, ...await this.deps.historyBeside(orderId)];
  }
}

const attributed = ({ attribution, amount }: PaymentTransaction): Attribution => attribution ?? { ...NOTHING, goodwill: amount.amount };
