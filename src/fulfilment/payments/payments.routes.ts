import { actorOf } from '../../shared/http/caller.js';
import { defineRoute, type Context } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { balancesOf, entryOf } from './journal.js';
import type { PaymentTransaction } from './payments.js';
import {
  captureBody, journalQuery, journalReply, movedReply, orderParams, paymentsReply, presentPayment, presentTransaction, refundBody, refundedReply, webhookHeaders, webhookParams, webhookReply, type MoveBody, type OrderParams,
  type JournalQuery, type WebhookParams,
} from './payments.schemas.js';
import type { PaymentService } from './payments.service.js';
import type { StaffMoves } from './use-cases/staff-moves.js';
import type { Webhooks } from './use-cases/webhooks.js';

const refusals = problems(400, 401, 403, 404, 409, 413, 415, 422);

export function paymentRoutes({ service, staff }: { service: PaymentService; staff: StaffMoves }) {
  const access = { permission: 'payments:write' };
  const request = (kind: 'refund' | 'capture') => ({ params, body }: { params: OrderParams; body: MoveBody }, { caller, idempotency }: Context) =>
    staff.move({ kind, orderId: params.id, ...body, actor: actorOf(caller), idempotency: idempotency! });
  return [
    defineRoute({
      method: 'get', path: '/orders/:id/payments', summary: 'The payments of an order with every movement', tag: 'Payments',
      access: { permission: 'orders:read' }, params: orderParams,
      responses: { 200: successOf(paymentsReply), ...problems(400, 401, 403) },
      handle: async ({ params }) => {
        const found = await service.withTransactions(params.id);
        const items = found.map(({ payment, transactions }) => ({ ...presentPayment(payment), transactions: transactions.map(presentTransaction) }));
        return { status: 200, body: success('The payments of this order.', { items }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/refunds', summary: 'Pay back all or a part', tag: 'Payments', access, idempotency: 'workflow',
      stepUp: { when: 'above STEP_UP_REFUND_ABOVE', isNeeded: ({ params, body }) => staff.isLarge({ orderId: (params as OrderParams).id, ...body as MoveBody }) },
      description: 'Never more than was captured, however many ask at once. Unless a payment is named, the latest payment gives first, then those before it, then store credit and gift cards, the other way round than they paid. `state` is `pending` while the provider has not answered; it is then asked again until it has.',
      params: orderParams, body: refundBody,
      responses: { 201: successOf(refundedReply), ...refusals },
      handle: request('refund'),
    }),
    defineRoute({
      method: 'post', path: '/orders/:id/captures', summary: 'Take authorised money, or record that offline money came', tag: 'Payments', access, idempotency: 'workflow',
      params: orderParams, body: captureBody,
      responses: { 201: successOf(movedReply), ...refusals },
      handle: request('capture'),
    }),
  ];
}

const JOURNAL_LIMIT = 10_000;
const MONTH_MS = 31 * 24 * 3_600_000;

export function journalRoutes({ records }: { records: { movementsBetween(from: Date, to: Date, limit: number): Promise<PaymentTransaction[]> } }) {
  return [
    defineRoute<object, JournalQuery>({
      method: 'get', path: '/payments/journal', summary: 'Every movement of money as a double entry, with the balance of each account', tag: 'Payments',
      description: `Of a month at most, and ${JOURNAL_LIMIT} movements; what one account gains another gives, so debits equal credits.`,
      access: { permission: 'payments:write' }, query: journalQuery,
      responses: { 200: successOf(journalReply), ...problems(400, 401, 403) },
      handle: async ({ query: { from, to } }) => {
        const until = new Date(Math.min(to.getTime(), from.getTime() + MONTH_MS));
        const rows = await records.movementsBetween(from, until, JOURNAL_LIMIT + 1);
        const entries = rows.slice(0, JOURNAL_LIMIT).flatMap((row) => entryOf(row) ?? []);
        const items = entries.map(({ at, ...entry }) => ({ ...entry, at: at.toISOString() }));
        return { status: 200, body: success('The journal.', { items, balances: balancesOf(entries), truncated: rows.length > JOURNAL_LIMIT }) };
      },
    }),
  ];
}

export function webhookRoutes({ webhooks }: { webhooks: Webhooks }) {
  return [
    defineRoute<WebhookParams, object, Record<string, unknown>>({
      method: 'post', path: '/webhooks/payments/:provider', summary: 'What a payment provider has to say', tag: 'Payments', access: 'public', consumes: 'raw',
      description: 'Signed by the provider. Stored once by its id, answered at once, and taken in any order.',
      params: webhookParams, headers: webhookHeaders,
      responses: { 200: successOf(webhookReply), ...problems(400, 401, 404) },
      handle: async ({ params, headers }, { rawBody }) => {
        const received = await webhooks.receive(params.provider, headers, rawBody ?? Buffer.alloc(0));
        return { status: 200, body: success('Received.', { received }) };
      },
    }),
  ];
}
