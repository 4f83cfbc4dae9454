import Joi from 'joi';
import { id, line, sku, timestamp } from '../../shared/http/schemas.js';
import { cartReply } from '../cart/index.js';
import type { SavedCart } from './saved-carts.js';

export type SavedCartParams = { id: string };
export const savedCartParams = Joi.object<SavedCartParams, true>({ id: id().required() });
export type SaveBody = { name: string; clear: boolean };
export const saveBody = Joi.object<SaveBody, true>({ name: line(100).min(1).required(), clear: Joi.boolean().default(false).description('Empties the cart once it is saved') });

export const savedCartReply = Joi.object({
  id: id().required(), name: Joi.string().required(), currency: Joi.string().length(3).required(), createdAt: timestamp().required(),
  lines: Joi.array().items(Joi.object({ sku: sku().required(), name: Joi.string().required(), quantity: Joi.number().integer().required() })).required(),
}).meta({ name: 'SavedCart' });
export const savedCartsReply = Joi.object({ items: Joi.array().items(savedCartReply).required() });
export const restoredReply = Joi.object({
  cart: cartReply.required(),
  report: Joi.array().items(Joi.object({
    sku: Joi.string().required(), requested: Joi.number().integer().required(), merged: Joi.number().integer().required(), reason: Joi.string().valid('stock', 'limit', 'gone', 'currency'),
  })).required().description('What became of each line; with a reason where it did not fit whole'),
});

export const presentSaved = ({ userId: _userId, createdAt, ...cart }: SavedCart) => ({ ...cart, createdAt: createdAt.toISOString() });
