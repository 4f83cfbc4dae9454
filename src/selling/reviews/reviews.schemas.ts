import Joi from 'joi';
import type { PageQuery } from '../../shared/http/pagination.js';
import { pageParams } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { REVIEW_STATUSES, type Content, type Verdict } from './reviews.js';

const words = (max: number) => Joi.string().trim().max(max).pattern(/^[^\p{Cc}]*(?:[\n\t][^\p{Cc}]*)*$/u, 'text');
export const productParams = Joi.object<{ id: string }, true>({ id: id().required() });
export const reviewParams = Joi.object<{ id: string }, true>({ id: id().required() });
export const contentBody = Joi.object<Content, true>({ rating: Joi.number().integer().min(1).max(5).required(), title: line(120).allow('').default(''), text: words(5000).allow('').default('') });
export const voteBody = Joi.object<{ helpful: boolean }, true>({ helpful: Joi.boolean().required() });
export const flagBody = Joi.object<{ reason: string }, true>({ reason: Joi.string().valid('spam', 'offensive', 'off_topic', 'untrue', 'personal_data', 'other').required() });
export const textBody = Joi.object<{ text: string }, true>({ text: words(2000).min(1).required() });
export const decisionBody = Joi.object<{ decision: Verdict; reason: string }, true>({ decision: Joi.string().valid('publish', 'reject').required(), reason: words(1000).allow('').default('') });

export type ListQuery = PageQuery & { rating?: number; verified?: boolean };
export const listQuery = Joi.object<ListQuery>({ ...pageParams(['createdAt', 'helpful', 'rating']), rating: Joi.number().integer().min(1).max(5), verified: Joi.boolean() });
export const pageQuery = Joi.object<PageQuery>(pageParams(['createdAt']));
export const queueQuery = Joi.object<PageQuery>(pageParams(['updatedAt']));

const said = Joi.object({ text: Joi.string().required(), at: timestamp().required() });
const shown = {
  id: id().required(), productId: id().required(), author: Joi.string().required(), rating: Joi.number().integer().required(), title: Joi.string().allow('').required(), text: Joi.string().allow('').required(),
  verified: Joi.boolean().required().description('Somebody who bought it'), votes: Joi.object({ helpful: Joi.number().integer().required(), unhelpful: Joi.number().integer().required() }).required(),
  reply: said, createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
};
const status = Joi.string().valid(...REVIEW_STATUSES).required();
const reviewReply = Joi.object(shown).meta({ name: 'Review' });
const ownReply = Joi.object({ ...shown, status, appeal: said, decision: Joi.object({ at: timestamp().required(), reason: Joi.string().allow('').required() }) }).meta({ name: 'OwnReview' });
const moderatedReply = Joi.object({
  ...shown, status, userId: id().required(), flags: Joi.number().integer().required(), concerns: Joi.array().items(Joi.string()).required(), appeal: said,
  decision: Joi.object({ by: Joi.string().allow(null).required(), at: timestamp().required(), reason: Joi.string().allow('').required() }),
}).meta({ name: 'ModeratedReview' });

const listed = pageOf(reviewReply);
export const reviewPage = listed.keys({ data: (listed.extract('data') as Joi.ObjectSchema).keys({
  rating: Joi.object({ average: Joi.number().required(), count: Joi.number().integer().required(), stars: Joi.object().required().description('How many of each') }).required(),
}) });
export const ownAnswer = successOf(ownReply);
export const ownPage = pageOf(ownReply);
export const reviewAnswer = successOf(reviewReply);
export const moderatedAnswer = successOf(moderatedReply);
export const moderatedPage = pageOf(moderatedReply);
export const doneAnswer = successOf(Joi.object({ id: id().required() }));
