import { InsufficientStock } from './fulfilment/inventory/index.js';
import type { OrderMoney, Orders, Refunds } from './fulfilment/orders/index.js';
import { cutAttribution, refundable, type Payment, type Payments } from './fulfilment/payments/index.js';
import type { createReturns } from './fulfilment/returns/index.js';
import type { Shipping } from './fulfilment/shipping/index.js';
import type { Auth } from './people/auth/index.js';
import type { Customers } from './people/customers/index.js';
import type { Catalog } from './selling/catalog/index.js';
import { createQuoteGoods } from './selling/checkout/index.js';
import { forReaderOf } from './shared/http/request-context.js';
import type { GiftCards } from './selling/gift-cards/index.js';

/** Goods sent instead of others cost what they cost today, where the order went; they are called as whoever ordered reads. */
export const createQuoteReplacements = (deps: Parameters<typeof createQuoteGoods>[0]): Parameters<typeof createReturns>[0]['quote'] => {
  const quote = createQuoteGoods(deps);
  return ({ order: { currency, userId, email, shippingAddress: address, taxation, locale }, ...wanted }) =>
    forReaderOf(locale, () => quote({ ...wanted, currency, userId, email, address, vatId: taxation?.vatId?.number ?? '' }));
};

const AWAITED = new Set(['pending', 'requires_action', 'authorized']);
/** The payment that an order was made with, while it has not brought all that it is to bring. */
function awaitedOf(paid: readonly Payment[]) {
  const own = paid.find(({ live, purpose, status }) => live && purpose === undefined && AWAITED.has(status));
  return own ? { amount: own.amount.amount, collected: own.capturedAmount + own.capturingAmount, byHand: own.provider === 'offline' } : null;
}

const totalOf = (paid: readonly Payment[], of: (payment: Payment) => number): number => paid.reduce((so, payment) => so + of(payment), 0);

/** What an order's payments and its gift cards and store credit say together. A payment that another one took the place of is not the order's. */
const moneyOf = (payments: Pick<Payments, 'outcomeOf'>, all: readonly Payment[], tenders: OrderMoney['tenders'] = { left: 0, refunded: 0, givenBack: 0 }): OrderMoney => {
  const paid = all.filter(({ reversal }) => !reversal?.keepsNothing);
  const owns = paid.filter(({ purpose }) => purpose === undefined);
  const own = owns.find(({ capturedAmount }) => capturedAmount > 0) ?? owns.find(({ live }) => live) ?? owns[0];
  return {
    own: own ? payments.outcomeOf(own) : null, tenders,
    captured: totalOf(paid, ({ capturedAmount }) => capturedAmount), returned: totalOf(paid, ({ refundedAmount, convertedAmount = 0 }) => refundedAmount + convertedAmount),
  };
};

/** Money goes back the other way round than it came: the payment first, then store credit and gift cards. */
export const refundsThrough = (payments: Pick<Payments, 'findByOrder' | 'findByOrders' | 'refundHistory' | 'planRefund' | 'changeUnpaid' | 'projection' | 'outcomeOf' | 'isLargeRefund' | 'paidBackLately'>, tenders: GiftCards['tenders']): Refunds => {
  return {
    isLarge: payments.isLargeRefund, paidBackLately: payments.paidBackLately,
    received: async (orderId) => {
      const value = await tenders.received(orderId);
      const paid = await payments.findByOrder(orderId);
      const ofPayments = totalOf(paid, refundable);
      return {
        taken: totalOf(paid, ({ capturedAmount }) => capturedAmount) + value.taken, left: ofPayments + value.left, ofPayments,
        awaited: awaitedOf(paid), isTaking: paid.some(({ capturingAmount }) => capturingAmount > 0),
      };
    },
    moneyOf: async (orders) => {
      const paid = new Map<string, Payment[]>();
      for (const payment of await payments.findByOrders(orders.map(({ id }) => id))) paid.set(payment.orderId, [...paid.get(payment.orderId) ?? [], payment]);
      const tendered = orders.filter((order) => order.tenders !== undefined && order.tenders.length > 0).map(({ id }) => id);
      const moved = tendered.length > 0 ? await tenders.movementsOf(tendered) : new Map<string, OrderMoney['tenders']>();
      return new Map(orders.map(({ id }) => [id, moneyOf(payments, paid.get(id) ?? [], moved.get(id))]));
    },
    refundedByLine: async (orderId) => {
      const back = new Map<string, number>();
      for (const { itemId, amount } of (await payments.refundHistory(orderId)).flatMap(({ lines }) => lines)) back.set(itemId, (back.get(itemId) ?? 0) + amount);
      return back;
    },
    changeUnpaid: async (orderId, more) => {
      const payment = await payments.changeUnpaid(orderId, more);
      return payment && payments.projection(payment);
    },
    refund: async ({ lines, shipping, amount, ofPayments, key, creditOf, ...refund }) => {
      const goodwill = amount.amount - shipping - lines.reduce((so, line) => so + line.amount, 0);
      const toPayment = Math.min(amount.amount, ofPayments);
      const [attribution, rest] = cutAttribution({ lines, shipping, goodwill }, [toPayment, amount.amount - toPayment]);
      const back = { ...refund, key, amount: { ...amount, amount: toPayment }, attribution: attribution! };
      if (toPayment > 0) await (creditOf === undefined ? payments.planRefund(back) : tenders.refundAsCredit({ ...back, userId: creditOf }));
      if (toPayment < amount.amount) await tenders.refund({ ...refund, key: `${key}:tenders`, amount: amount.amount - toPayment, attribution: rest! });
    },
  };
};

type OrderMoneyKeeper = Pick<Orders['service'], 'find' | 'moneyMoved'>;
/** Gift cards and store credit, as staff refunds them: of orders that stand, since an order that waits for its payment still needs them. */
export const tendersOf = (tenders: GiftCards['tenders'], orders: OrderMoneyKeeper): NonNullable<Parameters<Payments['knowOrdersBy']>[1]> => ({
  left: async (orderId) => {
    const order = await orders.find(orderId);
    return order?.tenders && order.placedAt ? (await tenders.received(orderId)).left : 0;
  },
  refund: async (request) => {
    await tenders.refund(request);
    await orders.moneyMoved(request.orderId, request.reason);
  },
  find: tenders.findRefund.bind(tenders),
  history: tenders.attributionsOf.bind(tenders),
});

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
