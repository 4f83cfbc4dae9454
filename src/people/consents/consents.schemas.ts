import Joi from 'joi';
import { successOf, timestamp } from '../../shared/http/schemas.js';
import type { Decision } from './consents.js';

export type ConsentBody = { consents: Decision[]; source?: string };
const word = () => Joi.string().pattern(/^[a-z][a-z0-9_]{0,39}$/, 'snake_case word');
const decision = {
  purpose: word().required().description('Such as `terms`, `marketing_email`, `analytics`'), granted: Joi.boolean().required(),
  version: Joi.string().pattern(/^[\w.-]{1,40}$/, 'version').required().description('Of the text that was shown'),
};
export const consentBody = Joi.object<ConsentBody>({
  consents: Joi.array().items(Joi.object(decision)).min(1).max(20).unique('purpose').required(), source: word().default('account').description('Where it was decided: `account`, `checkout`, `app`'),
});
const consent = Joi.object({ ...decision, source: Joi.string().required(), sequence: Joi.number().integer().required(), at: timestamp().required() });
export const consentAnswer = successOf(Joi.object({
  current: Joi.array().items(consent).required().description('The last decision on each purpose'), history: Joi.array().items(consent).required().description('Every decision, newest first'),
}));
