import { attributionOf, attributionOfRest, NOTHING, refundableOrder, type Attribution, type OrderView, type RefundWish } from '../attribution.js';
import { OrderNotRefundable } from '../payments.errors.js';
import { refundable, type PaymentTransaction } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';

/** Says what the cents of a refund are for. Reads inside the caller's transaction, so that two refunds of one line see each other. */
export class AttributeRefund {
  private findOrder: (orderId: string) => Promise<OrderView | null> = async () => null;

  constructor(private readonly deps: { payments: PaymentRepository }) {}

  knowOrdersBy(find: (orderId: string) => Promise<OrderView | null>): void { this.findOrder = find; }

  async ofWish(orderId: string, wish: RefundWish): Promise<Attribution> {
    const order = await this.findOrder(orderId);
    if (!order) throw new OrderNotRefundable();
    return attributionOf(refundableOrder(order), await this.history(orderId), wish);
  }

  /** An amount without a word about what it is for: all that is left closes the lines, a part is goodwill. */
  async ofAmount(orderId: string, amount: number): Promise<Attribution> {
    const found = await this.deps.payments.findByOrders([orderId]);
    const left = found.reduce((so, payment) => so + refundable(payment), 0);
    return amount === left ? this.ofRest(orderId, amount) : { ...NOTHING, goodwill: amount };
  }

  async ofRest(orderId: string, amount: number): Promise<Attribution> {
    const order = await this.findOrder(orderId);
    return order ? attributionOfRest(refundableOrder(order), await this.history(orderId), amount) : { ...NOTHING, goodwill: amount };
  }

  /** Of this order's refunds, those that were given back or will be. */
  async history(orderId: string): Promise<Attribution[]> {
    const found = await this.deps.payments.findByOrders([orderId]);
    const rows = await this.deps.payments.findTransactions(found.map(({ id }) => id));
    return rows.filter(({ kind, state }) => kind === 'refund' && state !== 'failure').map(attributed);
  }
}

const attributed = ({ attribution, amount }: PaymentTransaction): Attribution => attribution ?? { ...NOTHING, goodwill: amount.amount };
