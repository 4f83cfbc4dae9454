import type { Order, OrderOwner } from '../../fulfilment/orders/index.js';
import type { Connection } from 'mongoose';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox } from '../../shared/events/outbox.js';
import type { Money } from '../../shared/money.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { createCodes } from './codes.js';
import { valueInvariants, type TenderedOrder } from './gift-cards.invariants.js';
import { ValueRepository } from './gift-cards.repository.js';
import { giftCardRoutes } from './gift-cards.routes.js';
import { boughtRoutes } from './bought.routes.js';
import { GiftCardService } from './gift-cards.service.js';
import { TenderService } from './tenders.service.js';
import { ValueAuditRepository } from './value-audit.repository.js';

export { tenderedOrder } from './gift-cards.invariants.js';
export { TooManyGiftCards } from './gift-cards.errors.js';
export { codeBody, tenderSchema } from './gift-cards.schemas.js';
export { dueAfter, type TenderWish } from './tenders.service.js';
export type { Tender } from './gift-cards.js';
export type GiftCards = ReturnType<typeof createGiftCards>;

type Deps = {
  connection: Connection; now: Clock; inTransaction: InTransaction; outbox: Pick<Outbox, 'record'>; audit: RecordAudit;
  /** Codes follow from it: who knows it and the database could spend every card. Another one makes all codes unknown. */
  secret: string;
  /** Payments say whether so much is left to give back, and remember that it was. */
  convertToCredit(orderId: string, amount: Money): Promise<void>;
  /** Payments say how much is a lot, and what went back of an order within a day. */
  isLargeRefund(amount: Money): boolean;
  paidBackLately(orderId: string): Promise<number>;
  /** Orders derive their payment axis anew. */
  moneyMoved(orderId: string, cause: string): Promise<unknown>;
  /** Somebody's order, or a refusal. */
  getOrder(id: string, owner: OrderOwner): Promise<Order>;
  /** For the auditor. */
  findOrders(ids: readonly string[]): Promise<readonly TenderedOrder[]>;
};

export function createGiftCards({ connection, secret, findOrders, getOrder, ...deps }: Deps) {
  const values = new ValueRepository(connection);
  const cards = new GiftCardService({ ...deps, values, codes: createCodes(secret) });
  const tenders = new TenderService({ ...deps, values });
  const personalData: PersonalData = {
    name: 'storeCredit', collections: ['value_accounts'],
    export: async ({ userId }) => (await values.findCredits(userId)).map(({ balance, currency, status, createdAt }) => ({ balance, currency, status, createdAt })),
    // Money that is owed stays in the books; without the account the user's id is nobody's.
    erase: () => Promise.resolve(0),
  };
  return {
    personalData,
    routes: [...giftCardRoutes(cards), ...boughtRoutes({ cards, getOrder })],
    invariants: valueInvariants({ audit: new ValueAuditRepository(connection), findOrders }),
    issue: cards.issue.bind(cards),
    redeemable: cards.redeemable.bind(cards),
    codesOf: cards.codesOf.bind(cards),
    issueFor: cards.issueFor.bind(cards),
    voidOf: cards.voidOf.bind(cards),
    tenders,
  };
}
