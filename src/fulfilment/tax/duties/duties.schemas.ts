import Joi from 'joi';
import { pageParams, type PageQuery } from '../../../shared/http/pagination.js';
import { countryCode, line, moneyInput, moneySchema, rateBps, timestamp } from '../../../shared/http/schemas.js';
import type { DutyRules, DutyTerms } from './duties.js';

export type DutyParams = { country: string };
export const dutyParams = Joi.object<DutyParams, true>({ country: countryCode().required() });
export const dutyListQuery = Joi.object<PageQuery>({ ...pageParams(['updatedAt']) });

/** Tariffs reach several times the worth of the goods. */
const dutyRate = () => rateBps().max(100_000);
export const dutyBody = Joi.object<DutyTerms>({
  name: line(100).default('Import duty'),
  basis: Joi.string().valid('goods', 'goods_and_shipping').required().description('What the rate is taken of'),
  collected: Joi.string().valid('at_checkout', 'on_delivery').required().description('at_checkout: charged as a fee of the order (DDP). on_delivery: the buyer is only told (DAP)'),
  defaultRateBps: dutyRate().required().description('Of goods whose code fits no prefix, and of goods without a code'),
  rates: Joi.array().items(Joi.object({
    hsPrefix: Joi.string().pattern(/^\d{2,10}$/, 'digits of the Harmonized System').required(), rateBps: dutyRate().required(),
  })).max(5000).unique('hsPrefix').default([]).description('The longest prefix of the code counts'),
  deMinimis: Joi.array().items(moneyInput()).max(50).unique('currency').default([]).description('What is worth no more than that bears none'),
  tax: Joi.object({ name: line(60).required(), rateBps: rateBps().required(), reason: line(60).description('Why the rate is zero, where it is') }).allow(null).default(null)
    .description('The tax on the duty itself; null: that of the sale'),
});

export const dutyReply = Joi.object({
  country: Joi.string().required(), name: Joi.string().required(), basis: Joi.string().required(), collected: Joi.string().required(), defaultRateBps: rateBps().required(),
  rates: Joi.array().items(Joi.object({ hsPrefix: Joi.string().required(), rateBps: rateBps().required() })).required(), deMinimis: Joi.array().items(moneySchema).required(),
  tax: Joi.object({ name: Joi.string().required(), rateBps: rateBps().required(), reason: Joi.string() }).allow(null).required(), version: Joi.number().integer().required(), updatedAt: timestamp().required(),
}).meta({ name: 'DutyRules' });

export const presentDuties = ({ updatedAt, ...rules }: DutyRules) => ({ ...rules, updatedAt: updatedAt.toISOString() });
