import type { Money } from '../../shared/money.js';

export const EXCHANGE_STATES = ['open', 'completed', 'cancelled'] as const;
export type ExchangeState = (typeof EXCHANGE_STATES)[number];

/** Goods that come back for others. The difference is paid with the order that brings the others, or refunded with the return. */
export type Exchange = Readonly<{
  id: string; orderId: string; returnId: string; replacementOrderId: string; state: ExchangeState;
  /** What the goods that come back were paid, and what those that go out cost. */
  worth: Money; price: Money; createdAt: Date; updatedAt: Date; version: number;
}>;

/** Above zero the customer pays first; below zero it goes back to them. */
export const differenceOf = ({ worth, price }: Pick<Exchange, 'worth' | 'price'>): Money => ({ amount: price.amount - worth.amount, currency: price.currency });
/** Keeps the goods here until what they are exchanged for has come. */
export const AWAITING_RETURN = 'awaiting_return';
