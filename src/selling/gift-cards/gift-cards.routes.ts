import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../shared/http/schemas.js';
import {
  adjustBody, balanceReply, cardListQuery, cardParams, cardReply, changeBody, codeBody, creditBalanceReply, creditReply, entriesAnswer, entriesQuery, issueBody, issuedReply,
  presentCard, presentEntry, userParams, type AdjustBody, type IssueBody,
} from './gift-cards.schemas.js';
import type { ValueAccount } from './gift-cards.js';
import type { GiftCardService } from './gift-cards.service.js';

const tag = 'Gift cards';
const staff = { permission: 'gift-cards:write' } as const;

export function giftCardRoutes(cards: GiftCardService): Route[] {
  const answer = (message: string, card: ValueAccount) => ({ status: 200, version: card.version, body: success(message, presentCard(card)) });
  return [
    defineRoute({
      method: 'post', path: '/gift-cards/balance', summary: 'Ask what is left on a gift card', tag, access: { scope: 'cart:read', user: 'optional' }, rate: 'auth', body: codeBody,
      description: 'A code that is unknown, used up, expired or disabled gets one and the same answer. In the body, so that codes stay out of logs.',
      responses: { 200: successOf(balanceReply), ...problems(400, 401, 403, 413, 415) },
      handle: async ({ body }) => {
        const { last4, balance, expiresAt } = presentCard(await cards.redeemable(body.code));
        return { status: 200, body: success('Balance.', { last4, balance, expiresAt }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/gift-cards', summary: 'Issue a gift card', tag, access: staff, body: issueBody, idempotency: 'optional',
      stepUp: { when: 'above STEP_UP_REFUND_ABOVE', isNeeded: async ({ body }) => cards.isLarge((body as IssueBody).amount) },
      responses: { 201: successOf(issuedReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ body: { amount, expiresAt, reason } }, { caller }) => {
        const { card, code } = await cards.issue({ amount, expiresAt: expiresAt === undefined ? null : new Date(expiresAt), reason, actor: actorOf(caller) });
        return { status: 201, location: `/gift-cards/${card.id}`, version: card.version, body: success('Gift card issued. Its code is shown only now.', { ...presentCard(card), code }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/gift-cards', summary: 'List gift cards', tag, access: staff, query: cardListQuery,
      responses: { 200: pageOf(cardReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await cards.list(query);
        return { status: 200, body: success('Gift cards.', { ...page, items: page.items.map(presentCard) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/gift-cards/:id', summary: 'Show a gift card', tag, access: staff, params: cardParams,
      responses: { 200: successOf(cardReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => answer('Gift card.', await cards.get(params.id)),
    }),
    defineRoute({
      method: 'patch', path: '/gift-cards/:id', summary: 'Disable a gift card, or change when it ends', tag, access: staff, params: cardParams, body: changeBody,
      responses: { 200: successOf(cardReply), ...problems(400, 401, 403, 404, 409, 412, 413, 415) },
      handle: async ({ params, body: { status, expiresAt } }, { caller, ifMatch }) => answer('Gift card changed.', await cards.change(
        params.id, { status, expiresAt: typeof expiresAt === 'string' ? new Date(expiresAt) : expiresAt }, { actor: actorOf(caller), ifMatch })),
    }),
    defineRoute({
      method: 'get', path: '/gift-cards/:id/ledger', summary: 'What happened on a gift card', tag, access: staff, params: cardParams, query: entriesQuery,
      responses: { 200: entriesAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }) => {
        await cards.get(params.id);
        const page = await cards.entriesOf(params.id, query);
        return { status: 200, body: success('Ledger.', { ...page, items: page.items.map(presentEntry) }) };
      },
    }),
    ...creditRoutes(cards),
  ];
}

function creditRoutes(cards: GiftCardService): Route[] {
  const statement = async (userId: string, query: Parameters<GiftCardService['creditOf']>[1]) => {
    const { accounts, entries } = await cards.creditOf(userId, query);
    const balances = accounts.map(({ balance, currency }) => ({ amount: balance, currency }));
    return { status: 200, body: success('Store credit.', { balances, ledger: { ...entries, items: entries.items.map(presentEntry) } }) };
  };
  return [
    defineRoute({
      method: 'get', path: '/customers/me/store-credit', summary: 'Show my store credit', tag, access: { scope: 'customers:self', user: 'required' }, query: entriesQuery,
      responses: { 200: successOf(creditReply), ...problems(400, 401, 403) },
      handle: ({ query }, { caller }) => statement(caller.user!.id, query),
    }),
    defineRoute({
      method: 'get', path: '/store-credit/:userId', summary: "Show a customer's store credit", tag, access: { permission: 'customers:read' }, params: userParams, query: entriesQuery,
      responses: { 200: successOf(creditReply), ...problems(400, 401, 403) },
      handle: ({ params, query }) => statement(params.userId, query),
    }),
    defineRoute({
      method: 'post', path: '/store-credit/:userId/adjustments', summary: 'Give store credit to a customer or take it away', tag, access: staff, params: userParams, body: adjustBody, idempotency: 'optional',
      stepUp: { when: 'to give more than STEP_UP_REFUND_ABOVE', isNeeded: async ({ body }) => cards.isLarge(body as AdjustBody) },
      description: 'Never below zero: more than there is is 409.',
      responses: { 201: successOf(creditBalanceReply), ...problems(400, 401, 403, 409, 413, 415, 422) },
      handle: async ({ params, body }, { caller }) => {
        const { balance, currency } = await cards.adjustCredit({ ...params, ...body, actor: actorOf(caller) });
        return { status: 201, location: `/store-credit/${params.userId}`, body: success('Store credit adjusted.', { balance: { amount: balance, currency } }) };
      },
    }),
  ];
}
