import Joi from 'joi';
import { channelCode, id, line, timestamp } from '../../shared/http/schemas.js';
import type { RuleTerms, SearchRule } from './arrangement.js';

export type RuleParams = { id: string };
export const ruleParams = Joi.object<RuleParams, true>({ id: id().required() });

export type RuleBody = Omit<RuleTerms, 'when'> & { when: Omit<RuleTerms['when'], 'startsAt' | 'endsAt'> & { startsAt?: string; endsAt?: string } };
const ids = (most: number) => Joi.array().items(id()).unique().max(most).default([]);
const target = Joi.object({ productIds: ids(100), brands: Joi.array().items(line(200).min(1)).unique().max(50).default([]), categoryIds: ids(50) })
  .custom((value: RuleTerms['target'], helpers) => (value.productIds.length + value.brands.length + value.categoryIds.length === 0 ? helpers.error('any.required') : value)).messages({ 'any.required': '{{#label}} must name products, brands or categories' });
const when = Joi.object({
  words: line(200).min(1), match: Joi.string().valid('exactly', 'within').default('exactly'), categoryId: id(), channel: channelCode(), startsAt: timestamp(), endsAt: timestamp(),
}).custom((value: RuleBody['when'], helpers) => (value.startsAt !== undefined && value.endsAt !== undefined && new Date(value.startsAt) >= new Date(value.endsAt) ? helpers.error('date.order') : value)).messages({ 'date.order': '{{#label}} must end after it starts' });

export const ruleBody = Joi.object<RuleBody>({
  name: line(100).min(1).required(), action: Joi.string().valid('boost', 'bury', 'pin').required(), isActive: Joi.boolean().default(true),
  when: when.default({ match: 'exactly' }), target: target.required(),
  position: Joi.number().integer().min(1).max(100).default(1).description('Of the first pinned product'), factor: Joi.number().integer().min(2).max(100).default(5).description('Place 20 boosted by 5 competes as place 4'),
  priority: Joi.number().integer().min(0).max(1000).default(0),
}).custom((value: RuleBody, helpers) => {
  if (value.action !== 'pin') return value;
  if (value.when.words === undefined && value.when.categoryId === undefined) return helpers.error('pin.scope');
  return value.target.brands.length + value.target.categoryIds.length > 0 ? helpers.error('pin.target') : value;
}).messages({ 'pin.scope': 'A pin needs when.words or when.categoryId: nothing stands first everywhere', 'pin.target': 'A pin names products only' });

export type PreviewBody = { words: string; categoryId?: string; channel?: string; at?: string; currency?: string; limit: number; rule?: RuleBody };
export const previewBody = Joi.object<PreviewBody>({
  words: line(300).allow('').required(), categoryId: id(), channel: channelCode(), at: timestamp().description('The rules of that moment'), currency: Joi.string().pattern(/^[A-Z]{3}$/), limit: Joi.number().integer().min(1).max(100).default(20),
  rule: ruleBody.description('Tried beside those that are saved'),
});

export const ruleReply = Joi.object({
  id: id().required(), version: Joi.number().integer().required(), name: Joi.string().required(), action: Joi.string().required(), isActive: Joi.boolean().required(),
  when: Joi.object({ words: Joi.string(), match: Joi.string(), categoryId: id(), channel: Joi.string(), startsAt: timestamp(), endsAt: timestamp() }).required(),
  target: Joi.object({ productIds: Joi.array().items(id()).required(), brands: Joi.array().items(Joi.string()).required(), categoryIds: Joi.array().items(id()).required() }).required(),
  position: Joi.number().integer().required(), factor: Joi.number().integer().required(), priority: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'SearchRule' });
export const rulesReply = Joi.object({ items: Joi.array().items(ruleReply).required() });
export const previewReply = Joi.object({
  items: Joi.array().items(Joi.object({ id: id().required(), name: Joi.string().required(), place: Joi.number().integer().required(), placeWithout: Joi.number().integer().allow(null).required() })).required(),
  total: Joi.number().integer().required(), rules: Joi.array().items(Joi.string()).required().description('Names of the rules that hold here'),
});

export const termsOf = ({ when: { startsAt, endsAt, ...rest }, ...body }: RuleBody): RuleTerms => ({
  ...body, when: { ...rest, ...(startsAt !== undefined && { startsAt: new Date(startsAt) }), ...(endsAt !== undefined && { endsAt: new Date(endsAt) }) },
});
export const presentRule = ({ when: { startsAt, endsAt, ...rest }, createdAt, updatedAt, ...rule }: SearchRule) => ({
  ...rule, when: { ...rest, ...(startsAt && { startsAt: startsAt.toISOString() }), ...(endsAt && { endsAt: endsAt.toISOString() }) }, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
});
