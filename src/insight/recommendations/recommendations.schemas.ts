import Joi from 'joi';
import { currencyCode, id, successOf, timestamp } from '../../shared/http/schemas.js';
import { summaryReply } from '../../selling/catalog/index.js';
import { REASONS } from './recommendations.js';

type Common = { limit: number; cart?: string[]; exclude?: string[]; currency?: string };
export type ProductQuery = Common & { kind: 'bought_together' | 'similar' };
export type PersonalQuery = Common & { kind: 'trending' | 'recently_viewed' | 'personal' };

const MOST_IDS = 100;
const ids = () => Joi.string().max(MOST_IDS * 25).custom((value: string, helpers) => {
  const all = value.split(',');
  return all.length <= MOST_IDS && all.every((one) => /^[0-9a-f]{24}$/.test(one)) ? all : helpers.error('string.ids');
}).messages({ 'string.ids': `{{#label}} must be up to ${MOST_IDS} product ids with commas between` });
const common = {
  limit: Joi.number().integer().min(1).max(20).default(8), currency: currencyCode(),
  cart: ids().description('Product ids with commas: what is in the cart counts for the ranking and is not recommended'),
  exclude: ids().description('Product ids with commas that are not to be recommended, such as what was just bought'),
};
export const productParams = Joi.object<{ id: string }>({ id: id().required() });
export const productQuery = Joi.object<ProductQuery>({ kind: Joi.string().valid('bought_together', 'similar').default('bought_together'), ...common });
export const personalQuery = Joi.object<PersonalQuery>({ kind: Joi.string().valid('trending', 'recently_viewed', 'personal').default('personal'), ...common });

export const recommendationsAnswer = successOf(Joi.object({
  kind: Joi.string().required(),
  source: Joi.string().valid('model', 'history', 'popularity', 'newest').required().description('What the first of them comes from; popularity and newest stand in where no model is trained or it is too old'),
  items: Joi.array().items(Joi.object({
    product: summaryReply.required(),
    reason: Joi.object({ code: Joi.string().valid(...REASONS).required(), message: Joi.string().required() }).required(),
  })).required(),
}));
export const viewAnswer = successOf(Joi.object({ remembered: Joi.boolean().required().description('False: it was only counted, since nobody is signed in or the consent `personalisation` is not given') }));
export const trainingAnswer = successOf(Joi.object({ jobId: Joi.string().required() }));
export const versionsAnswer = successOf(Joi.object({ items: Joi.array().items(Joi.object({
  revision: Joi.string().required(), trainedAt: timestamp().required(), orders: Joi.number().integer().required(), products: Joi.number().integer().required(),
})).required() }));
