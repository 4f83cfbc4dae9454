import Joi from 'joi';
import type { PageQuery } from '../../shared/http/pagination.js';
import { pageParams } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { KINDS, MAX_MEDIA, STATUSES, type Content, type Kind, type Verdict } from './reviews.js';

const words = (max: number) => Joi.string().trim().max(max).pattern(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'text');
export type IdParams = { id: string };
export const idParams = Joi.object<IdParams, true>({ id: id().required() });
export type MediaParams = { id: string; mediaId: string };
export const mediaParams = Joi.object<MediaParams, true>({ id: id().required(), mediaId: id().required() });
export const contentBody = Joi.object<Content, true>({ rating: Joi.number().integer().min(1).max(5).required(), title: line(120).allow('').default(''), text: words(5000).allow('').default('') });
export const mediaBody = Joi.object<{ mediaIds: string[] }, true>({ mediaIds: Joi.array().items(id()).min(1).max(MAX_MEDIA).required().description('Files of yours that are ready: POST /media') });
export const voteBody = Joi.object<{ helpful: boolean }, true>({ helpful: Joi.boolean().required() });
export const flagBody = Joi.object<{ reason: string }, true>({ reason: Joi.string().valid('spam', 'offensive', 'off_topic', 'untrue', 'personal_data', 'other').required() });
export const textBody = Joi.object<{ text: string }, true>({ text: words(2000).min(1).required() });
export const decisionBody = Joi.object<{ decision: Verdict; reason: string }, true>({
  decision: Joi.string().valid('publish', 'reject').required(), reason: words(1000).allow('').default('').description('Its author is told; required to reject'),
});
export const acceptBody = Joi.object<{ answerId: string }, true>({ answerId: id().required() });

export type ListQuery = PageQuery & { rating?: number; verified?: boolean };
export const listQuery = Joi.object<ListQuery>({ ...pageParams(['createdAt', 'helpful', 'rating']), rating: Joi.number().integer().min(1).max(5), verified: Joi.boolean() });
export const helpfulQuery = Joi.object<PageQuery>(pageParams(['createdAt', 'helpful']));
export const pageQuery = Joi.object<PageQuery>(pageParams(['createdAt']));
export type QueueQuery = PageQuery & { kind?: Kind };
export const queueQuery = Joi.object<QueueQuery>({ ...pageParams(['updatedAt']), kind: Joi.string().valid(...KINDS) });

const said = Joi.object({ text: Joi.string().required(), at: timestamp().required() });
const official = Joi.string().valid('shop', 'vendor').description('Said for the seller');
const file = Joi.object({
  id: id().required(), kind: Joi.string().valid('image', 'video').required(), contentType: Joi.string().required(), width: Joi.number().integer().required(), height: Joi.number().integer().required(),
  durationSeconds: Joi.number(), url: Joi.string().required(), urls: Joi.object().pattern(Joi.string(), Joi.string()).required().description('By form, as in card.webp; a video has pictures of its poster besides'),
}).meta({ name: 'ReviewMedia' });
const common = {
  id: id().required(), productId: id().required(), author: Joi.string().required(), text: Joi.string().allow('').required(),
  votes: Joi.object({ helpful: Joi.number().integer().required(), unhelpful: Joi.number().integer().required() }).required(),
  createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
};
const verified = Joi.boolean().required().description('Somebody who bought it');
const reviewKeys = { ...common, rating: Joi.number().integer().required(), title: Joi.string().allow('').required(), verified, media: Joi.array().items(file).required(), reply: said.keys({ official }) };
const questionKeys = { ...common, acceptedAnswerId: id().description('What helped whoever asked') };
const answerKeys = { ...common, questionId: id().required(), verified, accepted: Joi.boolean().required(), official };
const ownKeys = { status: Joi.string().valid(...STATUSES).required(), appeal: said, decision: Joi.object({ at: timestamp().required(), reason: Joi.string().allow('').required() }) };

const reviewReply = Joi.object(reviewKeys).meta({ name: 'Review' });
const ownReviewReply = Joi.object({ ...reviewKeys, ...ownKeys }).meta({ name: 'OwnReview' });
const questionReply = Joi.object({ ...questionKeys, answers: Joi.number().integer().description('How many are shown; in lists and where one question is asked for') }).meta({ name: 'Question' });
const ownQuestionReply = Joi.object({ ...questionKeys, ...ownKeys, answers: Joi.number().integer() }).meta({ name: 'OwnQuestion' });
const answerReply = Joi.object(answerKeys).meta({ name: 'Answer' });
const ownAnswerReply = Joi.object({ ...answerKeys, ...ownKeys }).meta({ name: 'OwnAnswer' });
const moderatedReply = Joi.object({
  ...common, ...ownKeys, kind: Joi.string().valid(...KINDS).required(), userId: Joi.string().required(), flags: Joi.number().integer().required(), concerns: Joi.array().items(Joi.string()).required(),
  rating: Joi.number().integer(), title: Joi.string().allow(''), verified: Joi.boolean(), media: Joi.array().items(file), reply: said.keys({ official }),
  acceptedAnswerId: id(), questionId: id(), accepted: Joi.boolean(), official,
  decision: Joi.object({ by: Joi.string().allow(null).required(), at: timestamp().required(), reason: Joi.string().allow('').required() }),
  history: Joi.array().items(Joi.object({ what: Joi.string().valid('hidden', 'published', 'rejected', 'appealed', 'deleted').required(), by: Joi.string().allow(null).required(), at: timestamp().required(), reason: Joi.string().allow('').required() })).required()
    .description('What moderation did, oldest first'),
}).meta({ name: 'ModeratedContribution' });

const listed = pageOf(reviewReply);
export const reviewPage = listed.keys({ data: (listed.extract('data') as Joi.ObjectSchema).keys({
  rating: Joi.object({ average: Joi.number().required(), count: Joi.number().integer().required(), stars: Joi.object().required().description('How many of each') }).required()
    .description('Of the reviews written here; that of the product also counts what was imported'),
}) });
export const reviewAnswer = successOf(reviewReply);
export const ownReviewAnswer = successOf(ownReviewReply);
export const ownReviewPage = pageOf(ownReviewReply);
export const questionAnswer = successOf(questionReply);
export const questionPage = pageOf(questionReply);
export const ownQuestionAnswer = successOf(ownQuestionReply);
export const ownQuestionPage = pageOf(ownQuestionReply);
export const answerAnswer = successOf(answerReply);
export const answerPage = pageOf(answerReply);
export const ownAnswerAnswer = successOf(ownAnswerReply);
export const ownAnswerPage = pageOf(ownAnswerReply);
export const moderatedAnswer = successOf(moderatedReply);
export const moderatedPage = pageOf(moderatedReply);
export const doneAnswer = successOf(Joi.object({ id: id().required() }));
