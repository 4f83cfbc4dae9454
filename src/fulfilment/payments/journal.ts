import type { Money } from '../../shared/money.js';
import type { PaymentTransaction, TransactionKind } from './payments.js';

/** Double entry: what one account gains another gives, in the same entry. Derived from the ledger of movements, never stored. */
export type Posting = Readonly<{ account: string; debit: number; credit: number }>;
export type JournalEntry = Readonly<{ transactionId: string; orderId: string; paymentId: string; at: Date; kind: TransactionKind; currency: string; postings: readonly Posting[] }>;

/** Money at a provider is ours; what customers owe is a claim; what a bank took back is in dispute, until it is ours again or lost. */
const BETWEEN: Readonly<Partial<Record<TransactionKind, (provider: string) => readonly [debit: string, credit: string]>>> = {
  capture: (provider) => [`provider:${provider}`, 'customers'],
  refund: (provider) => ['customers', `provider:${provider}`],
  chargeback: (provider) => ['disputes', `provider:${provider}`],
  dispute_won: (provider) => [`provider:${provider}`, 'disputes'],
  dispute_lost: () => ['losses:disputes', 'disputes'],
};

/** Null: nothing moved. */
export function entryOf({ id, orderId, paymentId, at, kind, state, provider, amount }: PaymentTransaction): JournalEntry | null {
  const accounts = state === 'success' ? BETWEEN[kind]?.(provider) : undefined;
  if (!accounts) return null;
  const [debit, credit] = accounts;
  const postings = [{ account: debit, debit: amount.amount, credit: 0 }, { account: credit, debit: 0, credit: amount.amount }];
  return { transactionId: id, orderId, paymentId, at, kind, currency: amount.currency, postings };
}

export type Balance = Readonly<{ account: string; debits: Money; credits: Money; balance: Money }>;

export function balancesOf(entries: readonly JournalEntry[]): Balance[] {
  const sums = new Map<string, { account: string; currency: string; debits: number; credits: number }>();
  for (const { currency, postings } of entries) {
    for (const { account, debit, credit } of postings) {
      const sum = sums.get(`${account} ${currency}`) ?? { account, currency, debits: 0, credits: 0 };
      sums.set(`${account} ${currency}`, { ...sum, debits: sum.debits + debit, credits: sum.credits + credit });
    }
  }
  return [...sums.values()].sort((a, b) => (a.account < b.account ? -1 : 1)).map(({ account, currency, debits, credits }) => {
    const of = (amount: number): Money => ({ amount, currency });
    return { account, debits: of(debits), credits: of(credits), balance: of(debits - credits) };
  });
}
