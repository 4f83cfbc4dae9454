import { InsufficientStock } from './fulfilment/inventory/index.js';
import type { Refunds } from './fulfilment/orders/index.js';
import { cutAttribution, type Payments } from './fulfilment/payments/index.js';
import type { createReturns } from './fulfilment/returns/index.js';
import { createQuoteGoods } from './selling/checkout/index.js';
import type { GiftCards } from './selling/gift-cards/index.js';

/** Goods sent instead of others cost what they cost today, where the order went. */
export const createQuoteReplacements = (deps: Parameters<typeof createQuoteGoods>[0]): Parameters<typeof createReturns>[0]['quote'] => {
  const quote = createQuoteGoods(deps);
  return ({ order: { currency, userId, email, shippingAddress: address }, lines }) => quote({ lines, currency, userId, email, address });
};

/** Money goes back the other way round than it came: the payment first, then store credit and gift cards. */
export const refundsThrough = (payments: Pick<Payments, 'findByOrder' | 'refundableOf' | 'planRefund' | 'changeUnpaid' | 'projection'>, tenders: GiftCards['tenders']): Refunds => {
  const ofPayments = async (orderId: string) => (await payments.refundableOf(orderId))?.amount ?? 0;
  return {
    received: async (orderId) => {
      const value = await tenders.received(orderId);
      const captured = (await payments.findByOrder(orderId)).reduce((so, { capturedAmount }) => so + capturedAmount, 0);
      return { taken: captured + value.taken, left: await ofPayments(orderId) + value.left };
    },
    changeUnpaid: async (orderId, amount) => {
      const payment = await payments.changeUnpaid(orderId, amount);
      return payment && payments.projection(payment);
    },
    refund: async ({ lines, shipping, amount, key, ...refund }) => {
      const goodwill = amount.amount - shipping - lines.reduce((so, line) => so + line.amount, 0);
      const toPayment = Math.min(amount.amount, await ofPayments(refund.orderId));
      const [attribution] = cutAttribution({ lines, shipping, goodwill }, [toPayment]);
      if (toPayment > 0) await payments.planRefund({ ...refund, key, amount: { ...amount, amount: toPayment }, attribution });
      if (toPayment < amount.amount) await tenders.refund({ ...refund, key: `${key}:tenders`, amount: amount.amount - toPayment });
    },
  };
};

/** A shortage is an answer here; anything else stays an error. */
export const ifShort = <T>(answer: T) => (error: unknown): T => {
  if (error instanceof InsufficientStock) return answer;
  throw error;
};
