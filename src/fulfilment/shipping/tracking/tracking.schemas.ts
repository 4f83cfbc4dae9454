import Joi from 'joi';
import { id, timestamp } from '../../../shared/http/schemas.js';
import { SHIPMENT_STATUSES } from '../carriers/carrier.js';

export type CarrierParams = { carrier: string };
export const carrierParams = Joi.object<CarrierParams, true>({ carrier: Joi.string().max(32).required() });
export const anyHeaders = Joi.object<Record<string, unknown>>().unknown();
export const webhookReply = Joi.object({ received: Joi.number().integer().required().description('How many of its events were new') });

const status = () => Joi.string().valid(...SHIPMENT_STATUSES);
export const shipmentsReply = Joi.object({
  items: Joi.array().items(Joi.object({
    parcelId: Joi.string().required(), fulfilmentId: id().required(), state: Joi.string().required(), lines: Joi.array().items(Joi.object({ itemId: Joi.string().required(), quantity: Joi.number().integer().required() })).required(),
    carrier: Joi.string(), trackingNumber: Joi.string(), trackingUrl: Joi.string(), status: status().required(), estimatedDelivery: timestamp(), deliveredAt: timestamp(),
    events: Joi.array().items(Joi.object({ status: status().required(), at: timestamp().required(), message: Joi.string(), location: Joi.string() })).required().description('The oldest first'),
  })).required(),
});
