import { money, type Money } from '../../shared/money.js';

/** Both hold money of the shop's own making: a gift card belongs to whoever has its code, store credit to a customer. */
export const VALUE_KINDS = ['gift_card', 'store_credit'] as const;
export type ValueKind = (typeof VALUE_KINDS)[number];
/** issue, adjustment (+-) by staff; spend (-), give_back (+) and refund (+) belong to an order; void (-) takes a card out of use. */
export const ENTRY_KINDS = ['issue', 'adjustment', 'spend', 'give_back', 'refund', 'void'] as const;
export type EntryKind = (typeof ENTRY_KINDS)[number];

export type ValueAccount = Readonly<{
  id: string; kind: ValueKind; currency: string; balance: number; status: 'active' | 'disabled';
  /** Of a gift card; its code is never stored. */
  last4?: string; initial?: number; expiresAt?: Date | null; origin?: Readonly<{ orderId: string; itemId: string }>;
  userId?: string;
  version: number; createdAt: Date; updatedAt: Date;
}>;
export type Entry = Readonly<{ id: string; accountId: string; kind: EntryKind; amount: number; orderId?: string; reason?: string; at: Date }>;

/** For which lines, postage and goodwill money went back; minor units. */
export type Attribution = Readonly<{ lines: ReadonlyArray<Readonly<{ itemId: string; quantity: number; amount: number }>>; shipping: number; goodwill: number }>;

/** A part of an order that is paid from an account. Not a discount: prices and taxes know nothing of it. */
export type Tender = Readonly<{ kind: ValueKind; accountId: string; last4?: string; amount: Money }>;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const SYMBOLS = 16;

/** 80 bits as sixteen symbols that are hard to mistake for one another. */
export const codeFrom = (bytes: Uint8Array): string => Array.from(bytes.subarray(0, SYMBOLS), (byte) => ALPHABET[byte % ALPHABET.length]).join('');
export const grouped = (code: string): string => code.replace(/(.{4})(?=.)/g, '$1-');
/** However it was typed: small letters, spaces, the letter O for a zero. */
export const normalisedCode = (typed: string): string => typed.toUpperCase().replace(/[^A-Z0-9]/g, '').replace(/O/g, '0').replace(/[IL]/g, '1');

export const isUsable = ({ status, expiresAt, balance }: ValueAccount, now: Date): boolean => status === 'active' && balance > 0 && (!expiresAt || expiresAt > now);

/** Each account in its turn pays what it can; what is left is due by other means. */
export function planTenders(total: Money, accounts: readonly ValueAccount[], now: Date): Tender[] {
  let open = total.amount;
  const tenders: Tender[] = [];
  for (const account of accounts) {
    if (account.currency !== total.currency || !isUsable(account, now)) continue;
    const amount = Math.min(open, account.balance);
    if (amount === 0) break;
    open -= amount;
    tenders.push({ kind: account.kind, accountId: account.id, ...(account.last4 !== undefined && { last4: account.last4 }), amount: money(amount, total.currency) });
  }
  return tenders;
}

/** What every account still has in an order, in the order in which it was spent. */
export function outstanding(entries: ReadonlyArray<Pick<Entry, 'accountId' | 'amount'>>): Array<{ accountId: string; amount: number }> {
  const left = new Map<string, number>();
  for (const { accountId, amount } of entries) left.set(accountId, (left.get(accountId) ?? 0) - amount);
  return [...left].map(([accountId, amount]) => ({ accountId, amount })).filter(({ amount }) => amount > 0);
}

/** Goes back the other way round: what was spent last gets its money first. */
export function planReturn(entries: ReadonlyArray<Pick<Entry, 'accountId' | 'amount'>>, amount: number): Array<{ accountId: string; amount: number }> {
  let open = amount;
  return outstanding(entries).reverse().map(({ accountId, amount: most }) => {
    const share = Math.min(open, most);
    open -= share;
    return { accountId, amount: share };
  }).filter((share) => share.amount > 0);
}
