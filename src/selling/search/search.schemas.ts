import Joi from 'joi';
import { amount, currencyCode, line, moneySchema, successOf } from '../../shared/http/schemas.js';
import { summaryReply } from '../catalog/index.js';
import { SORTS, type Sort } from './search.js';

export type SearchQuery = {
  q?: string; page: number; per_page: number; sort?: Sort; currency?: string; category?: string; brand?: string | string[]; in_stock?: boolean; facets?: string;
  'price[gte]'?: number; 'price[lte]'?: number;
} & { [attribute: `attr.${string}`]: string | string[] };

const values = () => Joi.alternatives(line(200), Joi.array().items(line(200)).max(20));
const FACET = '(?:category|brand|in_stock|attr\\.[A-Za-z0-9_-]{1,64})';
export const searchQuery = Joi.object<SearchQuery>({
  q: Joi.string().max(300).allow('').description('Words as a shopper types them; spelling mistakes are put right'),
  page: Joi.number().integer().min(1).max(500).default(1), per_page: Joi.number().integer().min(1).max(100).default(20),
  sort: Joi.string().valid(...SORTS).description('relevance unless said otherwise'), currency: currencyCode(),
  category: Joi.string().max(140).description('Id or slug; everything below it counts'), brand: values().description('Repeated: any of them'), in_stock: Joi.boolean(),
  'price[gte]': amount().description('Minor units of the currency'), 'price[lte]': amount(),
  facets: Joi.string().max(500).pattern(new RegExp(`^${FACET}(?:,${FACET})*$`), 'facets').description('What to count: category, brand, in_stock, attr.<name>'),
}).pattern(/^attr\.[A-Za-z0-9_-]{1,64}$/, values()).description('attr.<name>=<value> narrows by an attribute; repeated: any of the values');

export type SuggestionQuery = { q: string; limit?: number };
export const suggestionQuery = Joi.object<SuggestionQuery>({ q: Joi.string().max(100).required(), limit: Joi.number().integer().min(1).max(20) });

/** Like a search, without the words: they are said. */
export const voiceQuery = searchQuery.fork('q', (schema) => schema.forbidden());
export type VoiceBody = { transcript?: string };
export const voiceBody = Joi.object<VoiceBody, true>({ transcript: line(500).min(1).description('What a recogniser on the device wrote down') });

const found = {
  items: Joi.array().items(summaryReply).required(), total: Joi.number().integer().required(), pages: Joi.number().integer().required(),
  current_page: Joi.number().integer().required(), per_page: Joi.number().integer().required(),
  facets: Joi.array().items(Joi.object({
    name: Joi.string().required(), label: Joi.string().description('What the reader calls the attribute, where it is a defined one'),
    values: Joi.array().items(Joi.object({ value: Joi.string().required(), label: Joi.string().required(), count: Joi.number().integer().required(), selected: Joi.boolean().required() })).required(),
  })).required().description('How many there are under each value when everything else stays chosen'),
  mode: Joi.string().valid('keyword', 'hybrid').required().description('hybrid: by meaning as well; keyword: no model is trained yet'),
  correctedTo: Joi.string().description('What was searched for instead of what was typed'),
  searchId: Joi.string().description('The name of this search for POST /search/events; absent where it is not counted'),
  recovery: Joi.object({
    by: Joi.string().valid('spelling', 'relaxed', 'popular').required().description('What was done: spelt more freely; fewer words or no price; popular in the category, else anywhere'),
    words: Joi.string().description('What was searched for instead'), withoutPrice: Joi.valid(true).description('The price in the words was left out'), items: Joi.array().items(summaryReply).required(),
  }).description('Where nothing was found: what comes nearest. items and total stay empty'),
  degraded: Joi.valid(true).description('The search server did not answer, and the engine in this process did; also X-Degraded: search'),
  price: Joi.object({ from: Joi.number().integer(), to: Joi.number().integer(), currency: currencyCode().required() }).description('Read from the words, such as under $50; minor units'),
};
export const searchAnswer = successOf(Joi.object(found));
export const voiceAnswer = successOf(Joi.object({
  ...found, transcript: Joi.string().required(), understood: Joi.string().allow('').required().description('What would have been typed; a price stands in price'),
}));
export const suggestionAnswer = successOf(Joi.object({
  queries: Joi.array().items(Joi.string()).required(),
  products: Joi.array().items(Joi.object({
    id: Joi.string().required(), slug: Joi.string().required(), name: Joi.string().required(), images: Joi.array().items(Joi.object()).required(),
    price: Joi.object({ from: moneySchema.required(), to: moneySchema.required() }).allow(null).required(),
  })).required(),
  degraded: Joi.valid(true).description('As in a search'),
}));
