import Joi from 'joi';
import { id, timestamp } from '../../shared/http/schemas.js';
import { MODES } from '../../shared/footprint/factors.js';
import type { OrderFootprint } from './sustainability.js';

export type FootprintParams = { id: string };
export const footprintParams = Joi.object<FootprintParams, true>({ id: id().required() });
export type FootprintHeaders = { 'x-order-token'?: string };
export const footprintHeaders = Joi.object<FootprintHeaders>({ 'x-order-token': Joi.string().max(128).description("A guest's order") });
export type ReportQuery = { from: string; to: string; by: 'day' | 'month' };
export const reportQuery = Joi.object<ReportQuery>({
  from: timestamp().required(), to: timestamp().required().description('Exclusive'), by: Joi.string().valid('day', 'month').default('month'),
});

const grams = () => Joi.number().integer().required();
export const footprintReply = Joi.object({
  orderId: id().required(), number: Joi.string().required(), at: timestamp().required(), unit: Joi.string().valid('gCO2e').required(), factors: Joi.string().required().description('Version of the transport factors'),
  method: Joi.string().required(), to: Joi.string().required().description('Country'), production: grams(), packaging: grams(), transport: grams(), returns: grams(), total: grams(),
  lines: Joi.array().items(Joi.object({
    id: Joi.string().required(), sku: Joi.string().required(), quantity: Joi.number().integer().required(), production: grams(), packaging: grams(), transport: grams(), total: grams(),
    basis: Joi.string().valid('distance', 'estimate', 'unknown', 'none').required(), km: Joi.number().integer().allow(null).required(),
    legs: Joi.array().items(Joi.object({ mode: Joi.string().valid(...MODES).required(), km: Joi.number().integer().required() })).required(),
    unknown: Joi.array().items(Joi.string()).required().description('What nobody knows counts nothing'),
  })).required(),
  returned: Joi.array().items(Joi.object({ returnId: Joi.string().required(), grams: grams(), lines: Joi.array().items(Joi.object({ id: Joi.string().required(), quantity: Joi.number().integer().required(), grams: grams() })).required() })).required(),
}).meta({ name: 'OrderFootprint' });
export const reportReply = Joi.object({
  unit: Joi.string().valid('gCO2e').required(),
  items: Joi.array().items(Joi.object({ period: Joi.string().required(), orders: Joi.number().integer().required(), production: grams(), packaging: grams(), transport: grams(), returns: grams(), total: grams() })).required(),
}).meta({ name: 'FootprintReport' });

export function presentFootprint({ orderId, number, at, input, footprint, returns, returnGrams }: OrderFootprint) {
  const { lines, production, packaging, transport, total, factors } = footprint;
  return {
    orderId, number, at: at.toISOString(), unit: 'gCO2e', factors, method: input.method, to: input.to.country, production, packaging, transport, returns: returnGrams, total: total + returnGrams, lines,
    returned: returns.map((one) => ({ ...one })),
  };
}
