import Joi from 'joi';
import { verifyWebhook } from '../../../shared/crypto/standard-webhooks.js';
import { SHIPMENT_STATUSES, type CarrierEvent, type ReadWebhook, type ShipmentStatus } from './carrier.js';

type Told = { trackingNumber: string; carrier?: string; status: ShipmentStatus; at: string; message?: string; location?: string; estimatedDelivery?: string };
const told = Joi.object<Told>({
  trackingNumber: Joi.string().max(100).required(), carrier: Joi.string().max(100).default('carrier'), status: Joi.string().valid(...SHIPMENT_STATUSES).required(), at: Joi.string().isoDate().required(),
  message: Joi.string().max(500), location: Joi.string().max(200), estimatedDelivery: Joi.string().isoDate(),
}).unknown();

/** For carriers without an adapter: any bridge can tell of scans, signed as Standard Webhooks are. */
export function standardWebhook(secret: string): ReadWebhook {
  return async (headers, body, now) => {
    const id = verifyWebhook([secret], headers, body, now);
    if (id === null) return null;
    const { value, error } = told.validate(parsed(body), { stripUnknown: true });
    if (error) return [];
    const { trackingNumber, carrier, status, at, message, location, estimatedDelivery } = value as Required<Pick<Told, 'carrier'>> & Told;
    const event: CarrierEvent = {
      id, trackingNumber, carrier, ...(estimatedDelivery !== undefined && { estimatedDelivery: new Date(estimatedDelivery) }),
      scans: [{ key: `${new Date(at).toISOString()} ${status}`, status, at: new Date(at), ...(message !== undefined && { message }), ...(location !== undefined && { location }) }],
    };
    return [event];
  };
}

export function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch {
    return null;
  }
}
