import Joi from 'joi';
import { id, line, timestamp } from '../../../shared/http/schemas.js';
import { unitLines } from '../orders.schemas.js';
import { FULFILMENT_STATES, type Fulfilment } from './fulfilments.js';
import type { NewFulfilment } from './fulfilments.service.js';

const tracking = { carrier: line(100).min(1), trackingNumber: line(100).min(1), trackingUrl: Joi.string().uri({ scheme: ['http', 'https'] }).max(500) };

export type FulfilmentParams = { id: string; fulfilmentId: string };
export const fulfilmentParams = Joi.object<FulfilmentParams, true>({ id: id().required(), fulfilmentId: id().required() });

export const fulfilmentBody = Joi.object<NewFulfilment>({
  lines: unitLines().description('Everything that is left, if absent'),
  warehouseId: id().description('Only from there; else from as few warehouses as possible'), ...tracking,
  parcels: Joi.array().items(Joi.object({ ...tracking, lines: unitLines() })).min(1).max(100)
    .description('Each unit in exactly one of them. One parcel a warehouse, if absent; the lines of a single parcel may be left out'),
  state: Joi.string().valid('pending', 'packed', 'shipped').default('pending').description('`shipped`: handed to the carrier at once'),
});

export type TrackingBody = { carrier?: string; trackingNumber?: string; trackingUrl?: string; parcelId?: string };
export const trackingBody = Joi.object<TrackingBody>({ ...tracking, parcelId: Joi.string().max(64).description('All parcels, if absent') }).or('carrier', 'trackingNumber', 'trackingUrl').description('At least one of carrier, trackingNumber, trackingUrl');
export type DeliveryBody = { parcelIds?: string[] };
export const deliveryBody = Joi.object<DeliveryBody>({ parcelIds: Joi.array().items(Joi.string().max(64)).min(1).max(100).description('All of them, if absent') });
export const emptyBody = Joi.object({});

const units = { itemId: Joi.string().required(), quantity: Joi.number().integer().required() };
export const fulfilmentReply = Joi.object({
  id: id().required(), orderId: id().required(), state: Joi.string().valid(...FULFILMENT_STATES).required(),
  warehouseId: id().allow(null).required().description('null: from several'),
  lines: Joi.array().items(Joi.object({ ...units, sku: Joi.string().required(), warehouseId: id().allow(null).required() })).required(),
  parcels: Joi.array().items(Joi.object({
    id: Joi.string().required(), carrier: Joi.string(), trackingNumber: Joi.string(), trackingUrl: Joi.string(),
    lines: Joi.array().items(Joi.object(units)).required(), deliveredAt: timestamp(),
  })).required(),
  createdAt: timestamp().required(), packedAt: timestamp(), shippedAt: timestamp(), deliveredAt: timestamp(), cancelledAt: timestamp(), version: Joi.number().integer().required(),
}).meta({ name: 'Fulfilment' });
export const fulfilmentsReply = Joi.object({ items: Joi.array().items(fulfilmentReply).required() });

const moment = (name: string, at: Date | null) => (at ? { [name]: at.toISOString() } : {});

export function presentFulfilment({ id: fulfilmentId, orderId, state, lines, parcels, createdAt, packedAt, shippedAt, deliveredAt, cancelledAt, version }: Fulfilment) {
  const sites = new Set(lines.map(({ warehouseId }) => warehouseId));
  return {
    id: fulfilmentId, orderId, state, warehouseId: sites.size === 1 ? [...sites][0] ?? null : null,
    lines: lines.map(({ itemId: item, sku, quantity, warehouseId }) => ({ itemId: item, sku, quantity, warehouseId })),
    parcels: parcels.map(({ deliveredAt: arrivedAt, id: parcelId, lines: held, carrier, trackingNumber, trackingUrl }) => ({
      id: parcelId, ...(carrier !== undefined && { carrier }), ...(trackingNumber !== undefined && { trackingNumber }), ...(trackingUrl !== undefined && { trackingUrl }),
      lines: held.map((one) => ({ itemId: one.itemId, quantity: one.quantity })), ...moment('deliveredAt', arrivedAt),
    })),
    createdAt: createdAt.toISOString(), ...moment('packedAt', packedAt), ...moment('shippedAt', shippedAt), ...moment('deliveredAt', deliveredAt), ...moment('cancelledAt', cancelledAt), version,
  };
}
