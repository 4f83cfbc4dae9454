import { actorOf } from '../../../shared/http/caller.js';
import { defineRoute } from '../../../shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../../shared/http/schemas.js';
import { assessedReply, decisionBody, labelBody, oneQuery, presentAssessed, reviewParams, reviewQuery } from './reviews.schemas.js';
import type { ReviewService } from './reviews.service.js';

const access = { permission: 'risk:review' } as const;
const tag = 'Fraud';
const changing = problems(400, 401, 403, 404, 409, 413, 415);

export function reviewRoutes(reviews: ReviewService) {
  return [
    defineRoute({
      method: 'get', path: '/admin/fraud/reviews', summary: 'Orders that are being checked, or were', tag, access, query: reviewQuery,
      responses: { 200: pageOf(assessedReply), ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await reviews.list(query.state, query);
        return { status: 200, body: success('Reviews.', { ...page, items: page.items.map(presentAssessed) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/admin/fraud/orders/:id', summary: 'What was thought of one order, and why', tag, access, params: reviewParams, query: oneQuery,
      responses: { 200: successOf(assessedReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => ({ status: 200, body: success('The assessment.', presentAssessed(await reviews.get(params.id))) }),
    }),
    defineRoute({
      method: 'post', path: '/admin/fraud/reviews/:id/claim', summary: 'Take an order to check; nobody else decides it for 15 minutes', tag, access, params: reviewParams,
      responses: { 200: successOf(assessedReply), ...changing },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('It is yours.', presentAssessed(await reviews.claim(params.id, actorOf(caller)))) }),
    }),
    defineRoute({
      method: 'delete', path: '/admin/fraud/reviews/:id/claim', summary: 'Give an order back to the queue', tag, access, params: reviewParams,
      responses: { 200: successOf(assessedReply), ...changing },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Given back.', presentAssessed(await reviews.release(params.id, actorOf(caller)))) }),
    }),
    defineRoute({
      method: 'post', path: '/admin/fraud/reviews/:id/decision', summary: 'Approve an order, which takes its money and places it, or reject it, which gives everything back', tag, access,
      description: 'Of several who decide, one does; the others get 409. Approving needs a payment that is authorised, or one that comes by hand.',
      params: reviewParams, body: decisionBody,
      responses: { 200: successOf(assessedReply), ...changing },
      handle: async ({ params, body }, { caller }) => {
        const decided = await reviews.decide(params.id, { ...body, actor: actorOf(caller) });
        return { status: 200, body: success(`Order ${decided.number} is ${decided.risk.review!.state}.`, presentAssessed(decided)) };
      },
    }),
    defineRoute({
      method: 'put', path: '/admin/fraud/orders/:id/label', summary: 'Say what an order turned out to be; training learns from it', tag, access, params: reviewParams, body: labelBody,
      responses: { 200: successOf(assessedReply), ...changing },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Noted.', presentAssessed(await reviews.label(params.id, { ...body, source: 'staff', actor: actorOf(caller) }))) }),
    }),
  ];
}
