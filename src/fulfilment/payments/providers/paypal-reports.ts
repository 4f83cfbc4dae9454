import { later } from '../../../shared/clock.js';
import { parseMoney } from '../../../shared/money.js';
import type { ProviderOperation } from '../payments.js';
import type { ListedPayment } from '../provider.js';
import type { PaypalClient } from './paypal-client.js';

const PAGE = 500;
/** PayPal searches a month at most. */
const LONGEST_MS = 31 * 24 * 3_600_000;
/** By PayPal's event codes: money that came, was taken back or held for a dispute, was let go again, or went back. */
const KINDS: ReadonlyArray<readonly [RegExp, ProviderOperation['kind']]> = [
  [/^T00/, 'capture'], [/^T1106|^T1110|^T1201/, 'chargeback'], [/^T1111|^T1202|^T1205/, 'dispute_won'], [/^T11/, 'refund'],
];

/** The movements of PayPal's own books, gathered by the key that we wrote on each payment. */
export async function listSince({ reports }: PaypalClient, since: Date): Promise<ListedPayment[]> {
  const found = new Map<string, { operations: ProviderOperation[]; updatedAt: Date }>();
  const endDate = later(since, LONGEST_MS).toISOString();
  for (let page = 1, pages = 1; page <= pages; page++) {
    const { result } = await reports.searchTransactions({ startDate: since.toISOString(), endDate, transactionStatus: 'S', fields: 'transaction_info', pageSize: PAGE, page });
    pages = result.totalPages ?? 1;
    for (const { transactionInfo: info } of result.transactionDetails ?? []) {
      const { transactionId: id, transactionEventCode: code = '', transactionAmount: amount, customField: key = id, transactionUpdatedDate: at = '' } = info ?? {};
      const kind = KINDS.find(([pattern]) => pattern.test(code))?.[1];
      if (!kind || id === undefined || key === undefined || !amount) continue;
      const before = found.get(key) ?? { operations: [], updatedAt: new Date(0) };
      const operation: ProviderOperation = { id, kind, amount: parseMoney(amount.value.replace('-', ''), amount.currencyCode).amount, state: 'success' };
      found.set(key, { operations: [...before.operations, operation], updatedAt: new Date(Math.max(before.updatedAt.getTime(), Date.parse(at))) });
    }
  }
  return [...found].map(([idempotencyKey, { operations, updatedAt }]) => ({ idempotencyKey, orderId: idempotencyKey.split(':')[0]!, operations, updatedAt }));
}
