import Joi from 'joi';
import { id, languageTag, line, pageOf, successOf } from '../../shared/http/schemas.js';
import { richText } from '../../shared/rich-text.js';
import { seo, slug } from './products.schemas.js';
import type { AttributeWords } from './catalog.js';
import type { Translation } from './catalog.js';

export const translationParams = Joi.object<{ id: string; language: string }, true>({ id: id().required(), language: languageTag().required() });
export const labelParams = Joi.object<{ code: string; language: string }, true>({ code: Joi.string().max(64).required(), language: languageTag().required() });

const said = (nameLength: number, textLength: number) => Joi.object<Translation>({
  name: line(nameLength).min(1).required(), description: richText(textLength).description('Absent: that of the next language in the chain'),
  slug: slug().description('Absent: that of the next language in the chain'), seo: seo().description('Absent: made of name and description'),
});
export const productWords = said(300, 20_000);
export const categoryWords = said(120, 5000);
export const attributeWords = Joi.object<AttributeWords>({
  name: line(120).min(1).required(), options: Joi.object().pattern(Joi.string().max(200).pattern(/^[^$]/), line(200).min(1)).max(500).description('What each value is called; values that are not among the options of the attribute are refused'),
});

const words = { language: Joi.string().required(), name: Joi.string().required(), description: Joi.string().allow(''), slug: Joi.string(), seo: Joi.object() };
export const translationPage = pageOf(Joi.object(words));
export const translationAnswer = successOf(Joi.object({ id: id().required(), version: Joi.number().integer().required().description('Of the product or the category: that is what changed'), ...words }));
export const translationGone = successOf(Joi.object({ id: id().required(), version: Joi.number().integer().required() }));
export const languagesAnswer = successOf(Joi.object({ usual: Joi.string().required(), others: Joi.array().items(Joi.string()).required() }));

type Place = { kind: 'product' | 'category'; id: string; language: string };
const place = Joi.object<Place>({ kind: Joi.string().valid('product', 'category').required(), id: id().required(), language: languageTag().required() });
export type TranslationProblem = Readonly<{ field: string; code: string; message: string }>;

/** For rows of files: the rules of the API, every wrong field by its name. */
export function checkTranslation({ said: words, ...given }: { kind: string; id: string; language: string; said: unknown }): { errors: TranslationProblem[]; value?: Place & { said: Translation } } {
  const where = place.validate(given, { abortEarly: false });
  const what = (given.kind === 'category' ? categoryWords : productWords).validate(words, { abortEarly: false, convert: true });
  const errors = [...where.error?.details ?? [], ...what.error?.details ?? []].map(({ path, type, message }) => ({ field: path.join('.'), code: type.replaceAll('.', '_'), message }));
  return errors.length > 0 ? { errors } : { errors, value: { ...where.value!, said: what.value! } };
}
