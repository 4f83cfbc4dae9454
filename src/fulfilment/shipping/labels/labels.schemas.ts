import Joi from 'joi';
import { seenWith } from '../../../shared/http/field-access.js';
import { id, line, moneySchema, timestamp } from '../../../shared/http/schemas.js';
import { LABEL_FORMATS, type LabelFormat } from '../carriers/carrier.js';
import type { Box } from '../shipping.js';
import { LABEL_STATES, type Label } from './labels.js';

export type LabelBody = { parcelId: string; carrier: string; service: string; format: LabelFormat; weightGrams?: number; box?: Box };
const size = () => Joi.number().integer().min(1).max(10_000);
export const labelBody = Joi.object<LabelBody>({
  parcelId: Joi.string().max(64).required(), carrier: Joi.string().max(32).required(), service: line(60).min(1).default('*').description('As the carrier calls it; `*` is its cheapest'),
  format: Joi.string().valid(...LABEL_FORMATS).default('pdf'), weightGrams: Joi.number().integer().min(1).max(10_000_000).description('As it lies on the scales; else what the variants weigh'),
  box: Joi.object({ length: size().required(), width: size().required(), height: size().required() }).description('In millimetres; else what the variants fill'),
});
export type LabelParams = { id: string; labelId: string };
export const labelParams = Joi.object<LabelParams, true>({ id: id().required(), labelId: id().required() });

export const labelReply = Joi.object({
  id: id().required(), orderId: id().required(), fulfilmentId: id().required(), parcelId: Joi.string().required(), state: Joi.string().valid(...LABEL_STATES).required(),
  provider: Joi.string().required(), carrier: Joi.string(), service: Joi.string().required(), format: Joi.string().valid(...LABEL_FORMATS).required(), labelUrl: Joi.string(), trackingNumber: Joi.string(),
  trackingUrl: Joi.string(), cost: seenWith('costs:read', moneySchema), refund: Joi.string().valid('pending', 'refunded'), failure: Joi.string(), createdAt: timestamp().required(),
}).meta({ name: 'ShippingLabel' });
export const labelsReply = Joi.object({ items: Joi.array().items(labelReply).required() });

export function presentLabel({ id: labelId, orderId, fulfilmentId, parcelId, state, provider, service, format, bought, refund, failure, createdAt }: Label) {
  return {
    id: labelId, orderId, fulfilmentId, parcelId, state, provider, service: bought?.service ?? service, format, ...(bought && { carrier: bought.carrier, labelUrl: bought.labelUrl, trackingNumber: bought.trackingNumber, cost: bought.cost }),
    ...(bought?.trackingUrl !== undefined && { trackingUrl: bought.trackingUrl }), ...(refund && { refund }), ...(failure && { failure }), createdAt: createdAt.toISOString(),
  };
}
