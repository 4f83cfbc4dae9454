import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, pageOf, successOf, timestamp } from '../../shared/http/schemas.js';
import { ALERT_KINDS, ALERT_STATES, type AlertKind, type AlertState } from './alerts.js';

export type AlertQuery = PageQuery & { kind?: AlertKind; state?: AlertState };
export const alertQuery = Joi.object<AlertQuery>({ ...pageParams(['at']), kind: Joi.string().valid(...ALERT_KINDS), state: Joi.string().valid(...ALERT_STATES) });
export type AlertParams = { id: string };
export const alertParams = Joi.object<AlertParams, true>({ id: id().required() });
export type AcknowledgeBody = { note?: string };
export const acknowledgeBody = Joi.object<AcknowledgeBody>({ note: line(500).description('What is done about it') });

const alert = Joi.object({
  id: id().required(), kind: Joi.string().valid(...ALERT_KINDS).required(), subject: Joi.string().required().description('`sku:LAMP` or `order:…`'),
  facts: Joi.object().unknown().required().description('What was true then: amounts in minor units'), state: Joi.string().valid(...ALERT_STATES).required(), at: timestamp().required(),
  acknowledgedAt: timestamp(), acknowledgedBy: Joi.object({ type: Joi.string().required(), id: Joi.string().allow(null).required() }), note: Joi.string().allow(''),
}).meta({ name: 'Alert' });
export const alertPage = pageOf(alert);
export const alertAnswer = successOf(alert);
