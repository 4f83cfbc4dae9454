import fc from 'fast-check';
import { grouped, normalisedCode, outstanding, planReturn, planTenders, type ValueAccount } from '../../../src/selling/gift-cards/gift-cards.js';
import { createCodes } from '../../../src/selling/gift-cards/codes.js';
import { money } from '../../../src/shared/money.js';

const NOW = new Date('2026-11-21T12:00:00Z');
const account = (id: string, balance: number, more: Partial<ValueAccount> = {}): ValueAccount => ({
  id, kind: 'gift_card', currency: 'EUR', balance, initial: balance, status: 'active', last4: 'AAAA', version: 1, createdAt: NOW, updatedAt: NOW, ...more,
});
const pays = (total: number, accounts: ValueAccount[]) => planTenders(money(total, 'EUR'), accounts, NOW).map(({ accountId, amount }) => [accountId, amount.amount]);

test.each([
  { _case: 'a card that is worth more', total: 1000, accounts: [account('a', 5000)], paid: [['a', 1000]] },
  { _case: 'one card after the other, then credit', total: 1000, accounts: [account('a', 300), account('b', 300), account('c', 900, { kind: 'store_credit' })], paid: [['a', 300], ['b', 300], ['c', 400]] },
  { _case: 'less than the total', total: 1000, accounts: [account('a', 300)], paid: [['a', 300]] },
  { _case: 'none of another currency', total: 1000, accounts: [account('a', 300, { currency: 'USD' })], paid: [] },
  { _case: 'none that is disabled, expired or used up', total: 1000, accounts: [account('a', 1, { status: 'disabled' }), account('b', 1, { expiresAt: NOW }), account('c', 0)], paid: [] },
  { _case: 'nothing of nothing', total: 0, accounts: [account('a', 300)], paid: [] },
])('pays $_case', ({ total, accounts, paid }) => { expect(pays(total, accounts)).toEqual(paid); });

test('for any accounts: no tender is more than its balance, all of them are no more than the total, and one is missing only when nothing is left to pay', () => {
  fc.assert(fc.property(fc.nat(100_000), fc.array(fc.nat(20_000), { maxLength: 6 }), (total, balances) => {
    const tenders = pays(total, balances.map((balance, at) => account(`${at}`, balance)));
    const paid = tenders.reduce((so, [, amount]) => so + Number(amount), 0);

    expect(paid).toBe(Math.min(total, balances.reduce((so, balance) => so + balance, 0)));
    for (const [id, amount] of tenders) expect(Number(amount)).toBeLessThanOrEqual(balances[Number(id)]!);
  }), { numRuns: 1000 });
});

test('any sequence of refunds goes back the other way round, never more than came from each, and closes at zero', () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 4 }), fc.array(fc.nat(3000), { maxLength: 12 }), (spends, refunds) => {
    const ledger = spends.map((amount, at) => ({ accountId: `${at}`, amount: -amount }));
    const total = spends.reduce((so, amount) => so + amount, 0);
    let open = total;
    for (const wanted of [...refunds, total]) {
      const shares = planReturn(ledger, Math.min(wanted, open));
      const last = outstanding(ledger).at(-1);
      if (shares.length > 0) expect(shares[0]!.accountId).toBe(last!.accountId);
      for (const share of shares) ledger.push(share);
      open -= shares.reduce((so, { amount }) => so + amount, 0);
      expect(outstanding(ledger).reduce((so, { amount }) => so + amount, 0)).toBe(open);
    }
    expect(open).toBe(0);
  }), { numRuns: 500 });
});

test('a code is read however it is typed, follows from its card and the secret, and is stored as a hash that needs the secret', () => {
  const [ours, others] = [createCodes('a secret'), createCodes('another')];
  const code = ours.codeOf('0123456789abcdef01234567');

  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{16}$/);
  expect(ours.codeOf('0123456789abcdef01234567')).toBe(code);
  expect(others.codeOf('0123456789abcdef01234567')).not.toBe(code);
  expect(ours.hashOf(` ${grouped(code).toLowerCase()} `)).toBe(ours.hashOf(code));
  expect(others.hashOf(code)).not.toBe(ours.hashOf(code));
  expect(normalisedCode('o0il-1lI')).toBe('0011111');
});
