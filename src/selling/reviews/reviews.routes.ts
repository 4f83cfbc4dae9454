import { actorOf, mayAct } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import { presentModerated, presentOwn, presentReview } from './reviews.presenter.js';
import {
  contentBody, decisionBody, doneAnswer, flagBody, listQuery, moderatedAnswer, moderatedPage, ownAnswer, ownPage, pageQuery, productParams, queueQuery, reviewAnswer, reviewPage, reviewParams, textBody, voteBody,
} from './reviews.schemas.js';
import type { ReviewService } from './reviews.service.js';

const tag = 'Reviews';
const personal = { scope: 'customers:self', user: 'required' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415);

export function reviewRoutes(reviews: ReviewService): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/products/:id/reviews', summary: 'What people say of a product', tag, access: { scope: 'catalog:read' }, params: productParams, query: listQuery,
      responses: { 200: reviewPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query: { rating, verified, ...query } }, { caller }) => {
        const page = await reviews.list({ productId: params.id, channel: caller.key?.channel ?? null }, { ...(rating !== undefined && { rating }), ...(verified !== undefined && { isVerified: verified }) }, query);
        return { status: 200, body: success('Reviews.', { ...page, items: page.items.map(presentReview) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/products/:id/reviews', summary: 'Review a product, once for each time it was bought', tag, access: personal, params: productParams, body: contentBody, idempotency: 'optional',
      responses: { 201: ownAnswer, ...refusals, ...problems(422) },
      handle: async ({ params, body }, { caller }) => {
        const review = await reviews.write({ ...body, productId: params.id, userId: caller.user!.id, channel: caller.key?.channel ?? null });
        const message = review.status === 'published' ? 'Thank you. Your review is shown.' : 'Thank you. Somebody will look at your review before it is shown.';
        return { status: 201, location: `/reviews/${review.id}`, version: review.version, body: success(message, presentOwn(review)) };
      },
    }),
    defineRoute({
      method: 'get', path: '/customers/me/reviews', summary: 'My reviews, also those that wait or were refused', tag, access: personal, query: pageQuery,
      responses: { 200: ownPage, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const page = await reviews.listOwn(caller.user!.id, query);
        return { status: 200, body: success('Your reviews.', { ...page, items: page.items.map(presentOwn) }) };
      },
    }),
    defineRoute({
      method: 'put', path: '/reviews/:id', summary: 'Change my review', tag, access: personal, params: reviewParams, body: contentBody,
      responses: { 200: ownAnswer, ...refusals, ...problems(412) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const review = await reviews.change(params.id, { ...body, userId: caller.user!.id, ifMatch });
        return { status: 200, version: review.version, body: success('Changed.', presentOwn(review)) };
      },
    }),
    defineRoute({
      method: 'delete', path: '/reviews/:id', summary: 'Delete my review; moderators any', tag, access: { scope: 'customers:self', user: 'required' }, params: reviewParams,
      responses: { 200: doneAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => {
        await reviews.delete(params.id, { userId: caller.user!.id, staff: mayAct(caller, 'reviews:moderate') });
        return { status: 200, body: success('Deleted.', { id: params.id }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/reviews/:id/votes', summary: 'Say whether a review helped', tag, access: personal, params: reviewParams, body: voteBody,
      responses: { 200: reviewAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Counted.', presentReview(await reviews.vote(params.id, { userId: caller.user!.id, isHelpful: body.helpful }))) }),
    }),
    defineRoute({
      method: 'post', path: '/reviews/:id/flags', summary: 'Report a review', tag, access: personal, params: reviewParams, body: flagBody,
      responses: { 200: doneAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => {
        await reviews.flag(params.id, { userId: caller.user!.id, ...body });
        return { status: 200, body: success('Thank you. Somebody will look at it.', { id: params.id }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/reviews/:id/appeal', summary: 'Ask to have a refused review looked at again', tag, access: personal, params: reviewParams, body: textBody,
      responses: { 200: ownAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('It will be looked at again.', presentOwn(await reviews.appeal(params.id, { userId: caller.user!.id, ...body }))) }),
    }),
    ...moderationRoutes(reviews),
  ];
}

function moderationRoutes(reviews: ReviewService): Route[] {
  const access = { permission: 'reviews:moderate' } as const;
  return [
    defineRoute({
      method: 'put', path: '/reviews/:id/reply', summary: 'Answer a review for the shop', tag, access, params: reviewParams, body: textBody,
      responses: { 200: moderatedAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Answered.', presentModerated(await reviews.reply(params.id, { ...body, actor: actorOf(caller) }))) }),
    }),
    defineRoute({
      method: 'get', path: '/admin/moderation', summary: 'What waits for a decision, the longest waiting first', tag, access, query: queueQuery,
      responses: { 200: moderatedPage, ...problems(400, 401, 403) },
      handle: async ({ query }) => {
        const page = await reviews.queue(query);
        return { status: 200, body: success('The queue.', { ...page, items: page.items.map(presentModerated) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/admin/moderation/:id/decision', summary: 'Publish or reject a review', tag, access, params: reviewParams, body: decisionBody,
      responses: { 200: moderatedAnswer, ...refusals },
      handle: async ({ params, body: { decision, reason } }, { caller }) => {
        const review = await reviews.decide(params.id, { verdict: decision, reason, actor: actorOf(caller) });
        return { status: 200, body: success(`The review is ${review.status}.`, presentModerated(review)) };
      },
    }),
  ];
}
