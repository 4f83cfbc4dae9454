import { actorOf, mayAct } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { Presenter } from './reviews.presenter.js';
import {
  contentBody, idParams, listQuery, mediaBody, mediaParams, ownReviewAnswer, ownReviewPage, pageQuery, reviewAnswer, reviewPage, textBody,
} from './reviews.schemas.js';
import type { ReviewService } from './reviews.service.js';
import type { Speakers } from './speakers.js';

const tag = 'Reviews';
const personal = { scope: 'customers:self', user: 'required' } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415);

export function reviewRoutes(reviews: ReviewService, present: Presenter, speakers: Speakers): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/products/:id/reviews', summary: 'What people say of a product', tag, access: { scope: 'catalog:read' }, params: idParams, query: listQuery,
      responses: { 200: reviewPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query: { rating, verified, ...query } }, { caller }) => {
        const page = await reviews.list({ productId: params.id, channel: caller.key?.channel ?? null }, { ...(rating !== undefined && { rating }), ...(verified !== undefined && { isVerified: verified }) }, query);
        return { status: 200, body: success('Reviews.', { ...page, items: await present.shown(page.items) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/products/:id/reviews', summary: 'Review a product, once for each time it was bought', tag, access: personal, params: idParams, body: contentBody, idempotency: 'optional',
      responses: { 201: ownReviewAnswer, ...refusals, ...problems(422) },
      handle: async ({ params, body }, { caller }) => {
        const review = await reviews.write({ ...body, productId: params.id, userId: caller.user!.id, channel: caller.key?.channel ?? null });
        const message = review.status === 'published' ? 'Thank you. Your review is shown.' : 'Thank you. Somebody will look at your review before it is shown.';
        return { status: 201, location: `/reviews/${review.id}`, version: review.version, body: success(message, await present.oneOwn(review)) };
      },
    }),
    defineRoute({
      method: 'get', path: '/customers/me/reviews', summary: 'My reviews, also those that wait or were refused', tag, access: personal, query: pageQuery,
      responses: { 200: ownReviewPage, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const page = await reviews.listOwn(caller.user!.id, query);
        return { status: 200, body: success('Your reviews.', { ...page, items: await present.own(page.items) }) };
      },
    }),
    defineRoute({
      method: 'put', path: '/reviews/:id', summary: 'Change my review', tag, access: personal, params: idParams, body: contentBody,
      responses: { 200: ownReviewAnswer, ...refusals, ...problems(412) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const review = await reviews.change(params.id, { ...body, userId: caller.user!.id, ifMatch });
        return { status: 200, version: review.version, body: success('Changed.', await present.oneOwn(review)) };
      },
    }),
    ...pictureRoutes(reviews, present),
    defineRoute({
      method: 'put', path: '/reviews/:id/reply', summary: 'Answer a review for the shop; a vendor those of his products', tag, access: { ...personal, staff: 'reviews:reply' }, params: idParams, body: textBody,
      responses: { 200: reviewAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => {
        const replied = await reviews.reply(params.id, { ...body, actor: actorOf(caller), speaker: speakers.required(caller) });
        return { status: 200, body: success('Answered.', await present.oneShown(replied)) };
      },
    }),
  ];
}

function pictureRoutes(reviews: ReviewService, present: Presenter): Route[] {
  return [
    defineRoute({
      method: 'post', path: '/reviews/:id/media', summary: 'Add pictures and videos to my review', tag, access: personal, params: idParams, body: mediaBody,
      description: 'Files of yours that are ready (POST /media) and that nothing else shows. They are public while the review is published, and go with it.',
      responses: { 200: ownReviewAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => {
        const review = await reviews.addMedia(params.id, { ...body, userId: caller.user!.id });
        return { status: 200, version: review.version, body: success('Added.', await present.oneOwn(review)) };
      },
    }),
    defineRoute({
      method: 'delete', path: '/reviews/:id/media/:mediaId', summary: 'Take a picture or video out of my review; moderators any', tag, access: { ...personal, staff: 'reviews:moderate' }, params: mediaParams,
      responses: { 200: ownReviewAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params: { id, mediaId } }, { caller }) => {
        const review = await reviews.removeMedia(id, { userId: caller.user?.id ?? null, mediaId, staff: mayAct(caller, 'reviews:moderate') });
        return { status: 200, version: review.version, body: success('Taken out.', await present.oneOwn(review)) };
      },
    }),
  ];
}
