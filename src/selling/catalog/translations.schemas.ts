import Joi from 'joi';
import { id, line, pageOf, successOf } from '../../shared/http/schemas.js';
import { canonicalLocale } from '../../shared/locale.js';
import { richText } from '../../shared/rich-text.js';
import { seo, slug } from './products.schemas.js';
import type { AttributeWords } from './catalog.js';
import type { Translation } from './catalog.js';

/** Written as it is stored, whatever the case it came in. */
const language = () => Joi.string().max(35).pattern(/^[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$/, 'language tag')
  .custom((tag: string, helpers) => canonicalLocale(tag) ?? helpers.error('string.pattern.name', { name: 'language tag', value: tag })).description('BCP 47, such as de or de-AT');
export const translationParams = Joi.object<{ id: string; language: string }, true>({ id: id().required(), language: language().required() });
export const labelParams = Joi.object<{ code: string; language: string }, true>({ code: Joi.string().max(64).required(), language: language().required() });

const said = (nameLength: number, textLength: number) => Joi.object<Translation>({
  name: line(nameLength).min(1).required(), description: richText(textLength).description('Absent: that of the next language in the chain'),
  slug: slug().description('Absent: that of the next language in the chain'), seo: seo().description('Absent: made of name and description'),
});
export const productWords = said(300, 20_000);
export const categoryWords = said(120, 5000);
export const attributeWords = Joi.object<AttributeWords>({
  name: line(120).min(1).required(), options: Joi.object().pattern(Joi.string().max(200), line(200).min(1)).max(500).description('What each value is called; values that are not among the options of the attribute are refused'),
});

const words = { language: Joi.string().required(), name: Joi.string().required(), description: Joi.string().allow(''), slug: Joi.string(), seo: Joi.object() };
export const translationPage = pageOf(Joi.object(words));
export const translationAnswer = successOf(Joi.object({ id: id().required(), version: Joi.number().integer().required().description('Of the product or the category: that is what changed'), ...words }));
export const translationGone = successOf(Joi.object({ id: id().required(), version: Joi.number().integer().required() }));
export const languagesAnswer = successOf(Joi.object({ usual: Joi.string().required(), others: Joi.array().items(Joi.string()).required() }));
