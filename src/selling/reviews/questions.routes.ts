import { defineRoute, type Route } from '../../shared/http/route.js';
import { problems, success } from '../../shared/http/schemas.js';
import type { QuestionService } from './questions.service.js';
import { presentOwnQuestion, presentQuestion, type Presenter } from './reviews.presenter.js';
import {
  acceptBody, answerPage, helpfulQuery, idParams, ownAnswerAnswer, ownAnswerPage, ownQuestionAnswer, ownQuestionPage, pageQuery, questionAnswer, questionPage, textBody,
} from './reviews.schemas.js';
import type { Speakers } from './speakers.js';

const tag = 'Questions';
const personal = { scope: 'customers:self', user: 'required' } as const;
const reading = { tag, access: { scope: 'catalog:read' } } as const;
const refusals = problems(400, 401, 403, 404, 409, 413, 415);
const channelOf = ({ key }: { key: { channel?: string } | null }) => key?.channel ?? null;
const taken = (status: string, what: string) => (status === 'published' ? `Thank you. Your ${what} is shown.` : `Thank you. Somebody will look at your ${what} before it is shown.`);

export function questionRoutes(questions: QuestionService, present: Presenter, speakers: Speakers): Route[] {
  return [
    defineRoute({
      ...reading, method: 'get', path: '/products/:id/questions', summary: 'What people ask of a product', params: idParams, query: helpfulQuery, responses: { 200: questionPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        const page = await questions.list({ productId: params.id, channel: channelOf(caller) }, query);
        return { status: 200, body: success('Questions.', { ...page, items: page.items.map(presentQuestion) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/products/:id/questions', summary: 'Ask something of a product', tag, access: personal, params: idParams, body: textBody, idempotency: 'optional',
      responses: { 201: ownQuestionAnswer, ...refusals, ...problems(422) },
      handle: async ({ params, body }, { caller }) => {
        const question = await questions.ask({ ...body, productId: params.id, userId: caller.user!.id, channel: channelOf(caller) });
        return { status: 201, location: `/questions/${question.id}`, version: question.version, body: success(taken(question.status, 'question'), presentOwnQuestion(question)) };
      },
    }),
    defineRoute({
      ...reading, method: 'get', path: '/questions/:id', summary: 'One question', params: idParams, responses: { 200: questionAnswer, ...problems(400, 401, 403, 404) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('The question.', presentQuestion(await questions.get(params.id, channelOf(caller)))) }),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/questions/:id/answers', summary: 'What was answered, oldest first', params: idParams, query: helpfulQuery, responses: { 200: answerPage, ...problems(400, 401, 403, 404) },
      handle: async ({ params, query }, { caller }) => {
        const page = await questions.answers(params.id, channelOf(caller), query);
        return { status: 200, body: success('Answers.', { ...page, items: await present.shown(page.items) }) };
      },
    }),
    defineRoute({
      method: 'post', path: '/questions/:id/answers', summary: 'Answer a question', tag, access: { ...personal, staff: 'reviews:reply' }, params: idParams, body: textBody, idempotency: 'optional',
      description: 'Whoever bought the product, once; staff and the vendor of the product for the seller, which the answer says.', responses: { 201: ownAnswerAnswer, ...refusals, ...problems(422) },
      handle: async ({ params, body }, { caller }) => {
        const answer = await questions.answer(params.id, { ...body, userId: caller.user?.id ?? caller.key!.id, channel: channelOf(caller), official: speakers.find(caller) });
        return { status: 201, location: `/questions/${params.id}/answers`, version: answer.version, body: success(taken(answer.status, 'answer'), await present.oneOwn(answer)) };
      },
    }),
    ...changingRoutes(questions, present),
    ...ownRoutes(questions, present),
  ];
}

function changingRoutes(questions: QuestionService, present: Presenter): Route[] {
  return [
    ...([['question', '/questions/:id', ownQuestionAnswer], ['answer', '/answers/:id', ownAnswerAnswer]] as const).map(([kind, path, answer]) => defineRoute({
      method: 'put', path, summary: `Change my ${kind}`, tag, access: personal, params: idParams, body: textBody, responses: { 200: answer, ...refusals, ...problems(412) },
      handle: async ({ params, body }, { caller, ifMatch }) => {
        const changed = await questions.change(kind, params.id, { ...body, userId: caller.user!.id, ifMatch });
        return { status: 200, version: changed.version, body: success('Changed.', await present.oneOwn(changed)) };
      },
    })),
    defineRoute({
      method: 'put', path: '/questions/:id/accepted-answer', summary: 'Say which answer helped; another choice takes its place', tag, access: personal, params: idParams, body: acceptBody, responses: { 200: ownQuestionAnswer, ...refusals },
      handle: async ({ params, body }, { caller }) => ({ status: 200, body: success('Thank you.', presentOwnQuestion(await questions.accept(params.id, { ...body, userId: caller.user!.id }))) }),
    }),
    defineRoute({
      method: 'delete', path: '/questions/:id/accepted-answer', summary: 'Say that no answer helped', tag, access: personal, params: idParams, responses: { 200: ownQuestionAnswer, ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params }, { caller }) => ({ status: 200, body: success('Noted.', presentOwnQuestion(await questions.unaccept(params.id, { userId: caller.user!.id }))) }),
    }),
  ];
}

function ownRoutes(questions: QuestionService, present: Presenter): Route[] {
  return [
    defineRoute({
      method: 'get', path: '/customers/me/questions', summary: 'My questions, also those that wait or were refused', tag, access: personal, query: pageQuery, responses: { 200: ownQuestionPage, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const page = await questions.listOwn(caller.user!.id, query);
        return { status: 200, body: success('Your questions.', { ...page, items: page.items.map((one) => ({ ...presentOwnQuestion(one), answers: one.answers })) }) };
      },
    }),
    defineRoute({
      method: 'get', path: '/customers/me/answers', summary: 'My answers, also those that wait or were refused', tag, access: personal, query: pageQuery, responses: { 200: ownAnswerPage, ...problems(400, 401, 403) },
      handle: async ({ query }, { caller }) => {
        const page = await questions.listOwnAnswers(caller.user!.id, query);
        return { status: 200, body: success('Your answers.', { ...page, items: await present.own(page.items) }) };
      },
    }),
  ];
}
