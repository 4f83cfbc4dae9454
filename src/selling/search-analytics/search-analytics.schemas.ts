import Joi from 'joi';
import { channelCode, successOf } from '../../shared/http/schemas.js';
import { OUTCOMES } from './search-analytics.js';
import type { Noted } from './search-analytics.service.js';

export type EventsBody = { events: Noted[] };
export const eventsBody = Joi.object<EventsBody, true>({
  events: Joi.array().items(Joi.object({
    searchId: Joi.string().max(600).required().description('As the search answered it'), type: Joi.string().valid(...OUTCOMES).required(),
    position: Joi.number().integer().min(1).max(60_000).description('On which place what was clicked stood, the first being 1'),
  })).min(1).max(50).required(),
});
export const eventsReply = successOf(Joi.object({ accepted: Joi.number().integer().required() }));

const day = () => Joi.string().pattern(/^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'day like 2026-11-21');
/** Of this century: what lies 30 days before the first of all days has no name. */
const askedDay = () => day().pattern(/^20/, 'day of this century');
export type ReportQuery = { from?: string; to?: string; channel?: string };
const span = { from: askedDay().description('UTC; 30 days up to to, if absent'), to: askedDay().description('Included; today, if absent'), channel: channelCode().allow('').description('Empty: the usual channel; absent: all') };
export const reportQuery = Joi.object<ReportQuery>(span);
export type QueriesQuery = ReportQuery & { by: 'searches' | 'without_results' | 'unclicked'; limit: number };
export const queriesQuery = Joi.object<QueriesQuery>({
  ...span, by: Joi.string().valid('searches', 'without_results', 'unclicked').default('searches').description('What they are ranked by'), limit: Joi.number().integer().min(1).max(200).default(50),
});

const count = () => Joi.number().integer().required();
const share = () => Joi.number().min(0).required().description('Of all searches, 0 to 1');
const figures = {
  searches: count(), withoutResults: count(), clicked: count(), addedToCart: count(), purchased: count(), withoutResultsShare: share(), clickThrough: share(), conversion: share(), averagePosition: Joi.number().allow(null).required().description('Of first clicks'),
};
export const reportReply = successOf(Joi.object({ from: day().required(), to: day().required(), ...figures, days: Joi.array().items(Joi.object({ day: day().required(), ...figures })).required() }));
export const queriesReply = successOf(Joi.object({ from: day().required(), to: day().required(), items: Joi.array().items(Joi.object({ words: Joi.string().required(), ...figures })).required() }));
