import { actorOf, mayAct } from '../../shared/http/caller.js';
import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { ContributionService } from './contributions.service.js';
import type { Kind } from './reviews.js';
import type { Presenter } from './reviews.presenter.js';
import {
  answerAnswer, decisionBody, doneAnswer, flagBody, idParams, moderatedAnswer, moderatedPage, ownAnswerAnswer, ownQuestionAnswer, ownReviewAnswer, questionAnswer, queueQuery, reviewAnswer, textBody, voteBody,
} from './reviews.schemas.js';

const refusals = problems(400, 401, 403, 404, 409, 413, 415);
const personal = { scope: 'customers:self', user: 'required' } as const;
const PLACES = {
  review: { tag: 'Reviews', base: '/reviews', a: 'a review', shown: reviewAnswer, own: ownReviewAnswer },
  question: { tag: 'Questions', base: '/questions', a: 'a question', shown: questionAnswer, own: ownQuestionAnswer },
  answer: { tag: 'Questions', base: '/answers', a: 'an answer', shown: answerAnswer, own: ownAnswerAnswer },
} as const;

/** What can be done with whatever people write. */
export function contributionRoutes(contributions: ContributionService, present: Presenter): Route[] {
  return (Object.keys(PLACES) as Kind[]).flatMap((kind): Route[] => {
    const { tag, base, a, shown, own } = PLACES[kind];
    return [
      defineRoute({
        method: 'delete', path: `${base}/:id`, summary: `Delete ${a} of mine; moderators any`, tag, access: { ...personal, staff: 'reviews:moderate' }, params: idParams,
        responses: { 200: doneAnswer, ...problems(400, 401, 403, 404, 409) },
        handle: async ({ params }, { caller }) => {
          await contributions.delete(kind, params.id, { userId: caller.user?.id ?? null, staff: mayAct(caller, 'reviews:moderate') });
          return { status: 200, body: success('Deleted.', { id: params.id }) };
        },
      }),
      defineRoute({
        method: 'post', path: `${base}/:id/votes`, summary: `Say whether ${a} helped`, tag, access: personal, params: idParams, body: voteBody, responses: { 200: shown, ...refusals },
        handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Counted.', await present.oneShown(await contributions.vote(kind, params.id, { userId: caller.user!.id, isHelpful: body.helpful }))) }),
      }),
      defineRoute({
        method: 'post', path: `${base}/:id/flags`, summary: `Report ${a}`, tag, access: personal, params: idParams, body: flagBody, responses: { 200: doneAnswer, ...refusals },
        handle: async ({ params, body }, { caller }) => {
          await contributions.flag(kind, params.id, { userId: caller.user!.id, ...body });
          return { status: 200, body: success('Thank you. Somebody will look at it.', { id: params.id }) };
        },
      }),
      defineRoute({
        method: 'post', path: `${base}/:id/appeal`, summary: `Ask to have ${a} looked at again that was rejected`, tag, access: personal, params: idParams, body: textBody, responses: { 200: own, ...refusals },
        handle: async ({ params, body }, { caller }) => {
          const appealed = await contributions.appeal(kind, params.id, { userId: caller.user!.id, ...body, actor: actorOf(caller) });
          return { status: 200, body: success('It will be looked at again.', await present.oneOwn(appealed)) };
        },
      }),
    ];
  });
}

export function moderationRoutes(contributions: ContributionService, present: Presenter): Route[] {
  const access = { permission: 'reviews:moderate' } as const;
  return [
    defineRoute({
      method: 'get', path: '/admin/moderation', summary: 'Reviews, questions and answers that wait for a decision, the longest waiting first', tag: 'Moderation', access, query: queueQuery,
      responses: { 200: moderatedPage, ...problems(400, 401, 403) },
      handle: async ({ query: { kind, ...query } }) => {
        const page = await contributions.queue(kind, query);
        return { status: 200, body: success('The queue.', { ...page, items: await present.moderated(page.items) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/admin/moderation/:id/decision', summary: 'Publish or reject a review, a question or an answer', tag: 'Moderation', access, params: idParams, body: decisionBody,
      responses: { 200: moderatedAnswer, ...refusals },
      handle: async ({ params, body: { decision, reason } }, { caller }) => {
        const decided = await contributions.decide(params.id, { verdict: decision, reason, actor: actorOf(caller) });
        return { status: 200, body: success(`The ${decided.kind} is ${decided.status}.`, await present.oneModerated(decided)) };
      },
    }),
  ];
}
