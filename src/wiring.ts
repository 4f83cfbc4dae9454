import { InsufficientStock } from './fulfilment/inventory/index.js';
import type { Refunds } from './fulfilment/orders/index.js';
import { cutAttribution, type Payments } from './fulfilment/payments/index.js';
import type { createReturns } from './fulfilment/returns/index.js';
import type { Shipping } from './fulfilment/shipping/index.js';
import type { Auth } from './people/auth/index.js';
import type { Customers } from './people/customers/index.js';
import type { Catalog } from './selling/catalog/index.js';
import { createQuoteGoods } from './selling/checkout/index.js';
import type { GiftCards } from './selling/gift-cards/index.js';

/** Goods sent instead of others cost what they cost today, where the order went. */
export const createQuoteReplacements = (deps: Parameters<typeof createQuoteGoods>[0]): Parameters<typeof createReturns>[0]['quote'] => {
  const quote = createQuoteGoods(deps);
  return ({ order: { currency, userId, email, shippingAddress: address }, lines }) => quote({ lines, currency, userId, email, address });
};

/** Money goes back the other way round than it came: the payment first, then store credit and gift cards. */
export const refundsThrough = (payments: Pick<Payments, 'findByOrder' | 'refundableOf' | 'planRefund' | 'changeUnpaid' | 'projection' | 'isLargeRefund'>, tenders: GiftCards['tenders']): Refunds => {
  const ofPayments = async (orderId: string) => (await payments.refundableOf(orderId))?.amount ?? 0;
  return {
    isLarge: payments.isLargeRefund,
    received: async (orderId) => {
      const value = await tenders.received(orderId);
      const captured = (await payments.findByOrder(orderId)).reduce((so, { capturedAmount }) => so + capturedAmount, 0);
      return { taken: captured + value.taken, left: await ofPayments(orderId) + value.left };
    },
    changeUnpaid: async (orderId, amount) => {
      const payment = await payments.changeUnpaid(orderId, amount);
      return payment && payments.projection(payment);
    },
    refund: async ({ lines, shipping, amount, key, creditOf, ...refund }) => {
      const goodwill = amount.amount - shipping - lines.reduce((so, line) => so + line.amount, 0);
      const toPayment = Math.min(amount.amount, await ofPayments(refund.orderId));
      const [attribution, rest] = cutAttribution({ lines, shipping, goodwill }, [toPayment, amount.amount - toPayment]);
      const back = { ...refund, key, amount: { ...amount, amount: toPayment }, attribution: attribution! };
      if (toPayment > 0) await (creditOf === undefined ? payments.planRefund(back) : tenders.refundAsCredit({ ...back, userId: creditOf }));
      if (toPayment < amount.amount) await tenders.refund({ ...refund, key: `${key}:tenders`, amount: amount.amount - toPayment, attribution: rest! });
    },
  };
};

/** What describes each product, for whoever learns from words. */
export async function* describedProducts(catalog: Pick<Catalog, 'walkProducts'>): AsyncGenerator<{ id: string; text: string }> {
  for await (const { product: { id, name, brand, attributes }, categoryPaths } of catalog.walkProducts()) {
    yield { id, text: [name, brand ?? '', ...categoryPaths.flat(), ...Object.values(attributes).flat().filter((value) => typeof value === 'string')].join(' ') };
  }
}

/** A shortage is an answer here; anything else stays an error. */
export const ifShort = <T>(answer: T) => (error: unknown): T => {
  if (error instanceof InsufficientStock) return answer;
  throw error;
};

type Secrets = { giftCards: Pick<GiftCards, 'codesOf'>; shipping: Pick<Shipping, 'pickupCodeOf'>; secretFor: (purpose: string) => string };
/** What a mail carries and no store keeps, by what it is derived from. */
export const createRevealSecret = ({ giftCards, shipping, secretFor }: Secrets) => async (ref: string): Promise<string> => {
  const [kind, id = ''] = ref.split(':');
  if (kind === 'gift-cards') return (await giftCards.codesOf(id)).map(({ code }) => code).join(', ');
  return kind === 'pickup-code' ? shipping.pickupCodeOf(id) : secretFor(ref);
};

/** Whom a mail about an account goes to. */
export const createFindAccount = ({ auth, customers }: { auth: Pick<Auth, 'credentials'>; customers: Pick<Customers, 'findByUser'> }) => async (userId: string) => {
  const account = await auth.credentials.find(userId);
  const profile = account && await customers.findByUser(userId);
  return account && { email: account.email, name: profile?.firstName, locale: profile?.locale };
};
