import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf } from '../../shared/http/schemas.js';
import type { AttributeDefinition } from './catalog.js';
import { spokenReply } from './products.schemas.js';

const code = () => Joi.string().pattern(/^(?!(?:__proto__|constructor|prototype)$)[A-Za-z0-9_-]{1,64}$/, 'attribute code');
const options = () => Joi.array().items(line(200).min(1)).unique().max(500);

export type NewAttribute = Omit<AttributeDefinition, 'id' | 'version'>;
export const attributeBody = Joi.object<NewAttribute>({
  code: code().required(), name: line(120).min(1).required(), type: Joi.string().valid('text', 'number', 'boolean', 'enum').required(), unit: line(20).allow(null).default(null),
  options: options().when('type', { is: 'enum', then: Joi.array().min(1).required(), otherwise: Joi.array().max(0) }).default([]).description('Only and always for enum'),
});
export const attributePut = Joi.object<Pick<AttributeDefinition, 'name' | 'unit' | 'options'>>({
  name: line(120).min(1).required(), unit: line(20).allow(null).default(null), options: options().default([]),
});
export const attributeParams = Joi.object<{ code: string }, true>({ code: code().required() });
export const attributeQuery = Joi.object<PageQuery>({ ...pageParams(['code']) });

const reply = Joi.object({
  id: id().required(), code: Joi.string().required(), name: Joi.string().required(), type: Joi.string().required(), unit: Joi.string().allow(null).required(),
  options: Joi.array().items(Joi.string()).required(), version: Joi.number().integer().required(), language: spokenReply.language,
  labels: Joi.object().pattern(Joi.string(), Joi.string()).description('What values are called in this language; the values themselves stay what they are'),
  translations: Joi.object().description('For staff: in all languages'),
});
export const attributeAnswer = successOf(reply);
export const attributePage = pageOf(reply);
