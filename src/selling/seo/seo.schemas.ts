import Joi from 'joi';
import { countryCode, currencyCode, id, successOf } from '../../shared/http/schemas.js';
import { FEED_FORMS } from './feeds.js';

export const refParams = Joi.object<{ idOrSlug: string }, true>({ idOrSlug: Joi.string().max(200).required() });
export const productQuery = Joi.object<{ currency?: string }>({ currency: currencyCode() });
export const resolveQuery = Joi.object<{ path: string }, true>({ path: Joi.string().max(1_400).required().description('As in the address bar: /products/chair, /de/categories/stuehle') });
export const feedParams = Joi.object({ name: Joi.string().valid(...Object.keys(FEED_FORMS)).required() });
const language = () => Joi.string().pattern(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/, 'language tag');
export const feedQuery = Joi.object<{ country?: string; language?: string; currency?: string }>({ country: countryCode(), language: language(), currency: currencyCode() });
export const newsQuery = Joi.object<{ language?: string }>({ language: language() });
export const mapParams = Joi.object<{ file: string }, true>({ file: Joi.string().pattern(/^(products|categories)-\d{1,6}\.xml\.gz$/, 'file of the map').required() });

const data = Joi.object({
  title: Joi.string().required(), description: Joi.string().allow('').required(), canonical: Joi.string().required(), keywords: Joi.array().items(Joi.string()),
  alternates: Joi.array().items(Joi.object({ language: Joi.string().required(), url: Joi.string().required() })).required(),
  openGraph: Joi.object().pattern(Joi.string(), Joi.string().allow('')).required(), jsonLd: Joi.array().items(Joi.object().unknown()).required().description('schema.org'),
  html: Joi.string().required().description('All of it, escaped, for the head of a page'),
}).meta({ name: 'PageMetadata' });
export const metadataAnswer = successOf(data);
export const resolveAnswer = successOf(Joi.object({
  kind: Joi.string().valid('product', 'category').required(), id: id().required(), slug: Joi.string().required(), status: Joi.number().valid(200, 301).required().description('301: send people to the path, for ever'),
  path: Joi.string().required(), url: Joi.string().required(),
}));
export const problemsAnswer = successOf(Joi.object({
  items: Joi.array().items(Joi.object({ sku: Joi.string().required(), problems: Joi.array().items(Joi.object({ field: Joi.string().required(), problem: Joi.string().required() })).required() })).required(),
  checked: Joi.number().integer().required(), refused: Joi.number().integer().required(),
}));
/** Not JSON. */
export const document = Joi.object().unknown();
