import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, moneySchema, pageOf, sku, successOf, timestamp } from '../../shared/http/schemas.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';

const listId = () => Joi.string().pattern(/^(?:[0-9a-f]{24}|default)$/, 'id or default').description('`default` is the list that everybody has');
export const listParams = Joi.object<{ id: string }, true>({ id: listId().required() });
export const itemParams = Joi.object<{ id: string; productId: string }, true>({ id: listId().required(), productId: id().required() });
export const itemQuery = Joi.object<{ sku?: string }>({ sku: sku().description('Only this variant') });
export const tokenParams = Joi.object<{ token: string }, true>({ token: Joi.string().max(128).required() });
export const nameBody = Joi.object<{ name: string }, true>({ name: line(100).min(1).required() });
export const wishBody = Joi.object<{ productId: string; sku?: string; note: string }, true>({ productId: id().required(), sku: sku(), note: line(500).allow('').default('') });

const price = Joi.object({ from: moneySchema.required(), to: moneySchema.required() }).allow(null).required();
const items = Joi.array().items(Joi.object({
  productId: id().required(), sku: sku(), note: Joi.string().allow('').required(), addedAt: timestamp().required(), priceThen: moneySchema.description('What it cost when it was put there'),
  priceDrop: moneySchema.description('So much less it costs now'),
  product: Joi.object({ name: Joi.string().required(), slug: Joi.string().required(), price, inStock: Joi.boolean().required(), images: Joi.array().items(Joi.object()).required() }).allow(null).required().description('Null when it is not shown any more'),
})).required();
const summary = { id: id().required(), name: Joi.string().required(), isDefault: Joi.boolean().required(), isShared: Joi.boolean().required(), version: Joi.number().integer().required() };
const listReply = Joi.object({ ...summary, items }).meta({ name: 'Wishlist' });
export const listAnswer = successOf(listReply);
export const listsAnswer = successOf(Joi.object({ items: Joi.array().items(Joi.object({ ...summary, count: Joi.number().integer().required() })).required() }));
export const sharedAnswer = successOf(Joi.object({ name: Joi.string().required(), items }).meta({ name: 'SharedWishlist' }));
export const tokenAnswer = successOf(Joi.object({ token: Joi.string().required().description('Shown once; GET /wishlists/shared/:token') }));
export const doneAnswer = successOf(Joi.object({ id: Joi.string().required() }));

const token = () => Joi.string().max(128);
export type GuestHeaders = { 'x-wishlist-token'?: string };
export const guestHeaders = Joi.object<GuestHeaders>({ 'x-wishlist-token': token().description("A guest's list, as named by the first answer") });
export const mergeHeaders = Joi.object<{ 'x-wishlist-token': string }>({ 'x-wishlist-token': token().required() });
export const guestItemParams = Joi.object<{ productId: string }, true>({ productId: id().required() });
export const guestAnswer = successOf(Joi.object({ token: Joi.string().description('Only when the list is new; send it back as x-wishlist-token'), items }).meta({ name: 'GuestWishlist' }));
export type MoveBody = { sku?: string; quantity: number };
export const moveBody = Joi.object<MoveBody>({ sku: sku().description('Which variant, where the list does not say'), quantity: Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE).default(1) });
export const movedAnswer = successOf(Joi.object({ cartId: id().required(), wishlist: listReply.required() }));
export const alertsQuery = Joi.object<PageQuery>(pageParams(['at']));
export const alertsPage = pageOf(Joi.object({
  id: id().required(), productId: id().required(), sku: sku(), name: Joi.string().allow('').required(), kind: Joi.string().valid('price_drop', 'back_in_stock').required(),
  before: moneySchema, after: moneySchema, at: timestamp().required(),
}).meta({ name: 'WishlistAlert' }));
export const stopParams = Joi.object<{ token: string }, true>({ token: token().required() });
