import Joi from 'joi';
import { id, line, timestamp } from '../../shared/http/schemas.js';
import { wordKey } from '../search/index.js';
import type { Synonyms, SynonymTerms } from './search-synonyms.js';

export type SynonymsParams = { id: string };
export const synonymsParams = Joi.object<SynonymsParams, true>({ id: id().required() });

const LONGEST_PHRASE = 3;
const keyOf = (phrase: string): string => wordKey(phrase).join(' ');
const phrase = line(60).min(1).custom((value: string, helpers) => {
  const words = keyOf(value).split(' ').filter(Boolean).length;
  return words === 0 || words > LONGEST_PHRASE ? helpers.error('phrase.words') : value;
}).messages({ 'phrase.words': `{{#label}} must have one to ${LONGEST_PHRASE} words that say something` });

export const synonymsBody = Joi.object<SynonymTerms>({
  words: Joi.array().items(phrase).min(2).max(20).unique((a: string, b: string) => keyOf(a) === keyOf(b)).required()
    .messages({ 'array.unique': '{{#label}} is searched as another of the group is' }).description('Words or phrases of up to three words for one thing; without plural, case and accents no two are the same'),
});

export const synonymsReply = Joi.object({
  id: id().required(), version: Joi.number().integer().required(), words: Joi.array().items(Joi.string()).required(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'SearchSynonyms' });
export const allSynonymsReply = Joi.object({ items: Joi.array().items(synonymsReply).required() });

export const presentSynonyms = ({ createdAt, updatedAt, ...group }: Synonyms) => ({ ...group, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() });
