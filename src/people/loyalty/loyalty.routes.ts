import { actorOf } from '../../shared/http/caller.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { nextTierAfter, tierLevelOf, type Account, type LedgerEntry } from './loyalty.js';
import { accountParams, accountReply, adjustBody, ledgerQuery, statementReply } from './loyalty.schemas.js';
import type { LoyaltyService } from './loyalty.service.js';

const tag = 'Loyalty';

export function loyaltyRoutes(loyalty: LoyaltyService): Route[] {
  const statementOf = async (userId: string, query: PageQuery) => {
    const [account, ledger] = await Promise.all([loyalty.getAccount(userId), loyalty.findLedger(userId, query)]);
    return { status: 200, version: account.version, body: success('Points.', { ...present(account), ledger: presentLedger(ledger) }) };
  };

  return [
    defineRoute({
      method: 'get', path: '/customers/me/loyalty', summary: 'Show my points, my tier and how they came about', tag,
      access: { scope: 'customers:self', user: 'required' }, query: ledgerQuery,
      responses: { 200: successOf(statementReply), ...problems(400, 401, 403) },
      handle: ({ query }, { caller }) => statementOf(caller.user!.id, query),
    }),
    defineRoute({
      method: 'get', path: '/loyalty/accounts/:userId', summary: "Show a customer's points", tag,
      access: { permission: 'customers:read' }, params: accountParams, query: ledgerQuery,
      responses: { 200: successOf(statementReply), ...problems(400, 401, 403) },
      handle: ({ params, query }) => statementOf(params.userId, query),
    }),
    defineRoute({
      method: 'post', path: '/loyalty/accounts/:userId/adjustments', summary: 'Give points to a customer or take them away', tag,
      description: 'Never below zero: more than there are is 409.',
      access: { permission: 'loyalty:write' }, params: accountParams, body: adjustBody, idempotency: 'optional',
      responses: { 201: successOf(accountReply), ...problems(400, 401, 403, 409, 422) },
      handle: async ({ params, body }, { caller }) => {
        const account = await loyalty.adjust({ ...params, ...body, actor: actorOf(caller) });
        return { status: 201, location: `/loyalty/accounts/${params.userId}`, version: account.version, body: success('Points adjusted.', present(account)) };
      },
    }),
  ];
}

function present({ balance, lifetime, debt, version }: Account) {
  return { points: balance, lifetimePoints: lifetime, debt, tierLevel: tierLevelOf(lifetime), nextTier: nextTierAfter(lifetime), rewards: [], version };
}

function presentLedger({ items, ...page }: Page<LedgerEntry>) {
  return { ...page, items: items.map(({ userId: _owner, ...entry }) => entry) };
}
