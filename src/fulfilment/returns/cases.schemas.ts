import Joi from 'joi';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { id, line, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import { money } from '../../shared/money.js';
import { amountDue, unitLines } from '../orders/index.js';
import { CLAIM_STATES, CLAIM_TYPES, type Claim, type ClaimState, type ClaimType, type Resolution } from './claims.js';
import { differenceOf, EXCHANGE_STATES } from './exchanges.js';
import type { ExchangeView } from './exchanges.service.js';
import { presentReturn, returnLines, returnReply, type ReturnBody } from './returns.schemas.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';

export type ExchangeBody = ReturnBody & { items: Array<{ sku: string; quantity: number }>; inAdvance?: boolean };
export const exchangeBody = Joi.object<ExchangeBody>({
  lines: returnLines().required().description('What comes back'),
  items: Joi.array().items(Joi.object({ sku: sku().required(), quantity: Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE).required() })).min(1).max(50).unique('sku').required().description('What goes out instead, at its price of today'),
  note: line(2000).min(1), outsidePolicy: Joi.boolean().description('Staff only: accept it although the policy would not'),
  inAdvance: Joi.boolean().description('Staff only: send before the goods have come'),
});
export const exchangeReply = Joi.object({
  id: id().required(), orderId: id().required(), state: Joi.string().valid(...EXCHANGE_STATES).required(),
  worth: moneySchema.required(), price: moneySchema.required(), difference: moneySchema.required().description('Above zero: paid first, with the replacement order. Below: refunded with the return'),
  return: returnReply.required(),
  replacementOrder: Joi.object({ id: id().required(), number: Joi.string().required(), status: Joi.string().required(), due: moneySchema.required(), expiresAt: timestamp() }).required(),
  createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'Exchange' });
export const exchangesReply = Joi.object({ items: Joi.array().items(exchangeReply).required() });

export function presentExchange({ exchange, goods, replacement }: ExchangeView) {
  const { id: exchangeId, orderId, state, worth, price, createdAt, updatedAt } = exchange;
  return {
    id: exchangeId, orderId, state, worth, price, difference: differenceOf(exchange), return: presentReturn(goods),
    replacementOrder: {
      id: replacement.id, number: replacement.number, status: replacement.status, due: amountDue(replacement), ...(replacement.expiresAt && { expiresAt: replacement.expiresAt.toISOString() }),
    },
    createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}

export type ClaimBody = { type: ClaimType; lines: Array<{ itemId: string; quantity: number }>; note?: string };
export const claimBody = Joi.object<ClaimBody>({ type: Joi.string().valid(...CLAIM_TYPES).required(), lines: unitLines().required(), note: line(2000).min(1) });
export type ResolutionBody = { resolution: Resolution; withReturn: boolean };
export const resolutionBody = Joi.object<ResolutionBody>({
  resolution: Joi.string().valid('refund', 'replacement').required(),
  withReturn: Joi.boolean().default(false).description('The goods have to come back; a refund then waits for them, a replacement does not'),
});
export type ClaimListQuery = PageQuery & { state?: ClaimState };
export const claimListQuery = Joi.object<ClaimListQuery>({ ...pageParams(['createdAt']), state: Joi.string().valid(...CLAIM_STATES) });

export const claimReply = Joi.object({
  id: id().required(), orderId: id().required(), type: Joi.string().valid(...CLAIM_TYPES).required(), state: Joi.string().valid(...CLAIM_STATES).required(),
  lines: Joi.array().items(Joi.object({ itemId: Joi.string().required(), quantity: Joi.number().integer().required() })).required(), note: Joi.string(), rejection: Joi.string(),
  resolution: Joi.string().valid('refund', 'replacement').allow(null).required(), withReturn: Joi.boolean().required(),
  returnId: id().allow(null).required(), replacementOrderId: id().allow(null).required(), refunded: moneySchema.required(),
  createdAt: timestamp().required(), updatedAt: timestamp().required(),
}).meta({ name: 'Claim' });
export const claimsReply = Joi.object({ items: Joi.array().items(claimReply).required() });

export const presentClaim = ({ id: claimId, orderId, type, state, lines, note, rejection, resolution, withReturn, returnId, replacementOrderId, refunded, currency, createdAt, updatedAt }: Claim) => ({
  id: claimId, orderId, type, state, lines: lines.map(({ itemId, quantity }) => ({ itemId, quantity })), ...(note !== undefined && { note }), ...(rejection !== undefined && { rejection }),
  resolution, withReturn, returnId, replacementOrderId, refunded: money(refunded, currency), createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
});
