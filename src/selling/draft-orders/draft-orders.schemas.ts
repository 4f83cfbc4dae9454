import Joi from 'joi';
import type { Address } from '../../shared/address.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { seenWith } from '../../shared/http/field-access.js';
import { addressReply, addressSchema, currencyCode, email, id, line, moneyInput, moneySchema, sku, timestamp } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';
import { MAX_LINES, totalsSchema } from '../cart/index.js';
import type { PaymentBody } from '../checkout/index.js';
import { DRAFT_STATES, type DraftOrder, type DraftState } from './draft-orders.js';
import type { Priced } from './draft-orders.service.js';

export type DraftParams = { id: string };
export const draftParams = Joi.object<DraftParams, true>({ id: id().required() });
export type DraftListQuery = PageQuery & { state?: DraftState; email?: string };
export const draftListQuery = Joi.object<DraftListQuery>({ ...pageParams(['createdAt']), state: Joi.string().valid(...DRAFT_STATES), email: seenWith('contacts:read', email()) });

type Line = { sku: string; quantity: number; unitPrice?: Money; priceReason?: string };
type Discount = { amount?: Money; rateBps?: number; reason: string };
const content = {
  lines: Joi.array().items(Joi.object<Line>({
    sku: sku().required(), quantity: Joi.number().integer().min(1).max(MAX_QUANTITY_PER_LINE).required(),
    unitPrice: moneyInput().description('Agreed by hand; needs priceReason'), priceReason: line(300).min(3),
  }).with('unitPrice', 'priceReason').with('priceReason', 'unitPrice')).min(1).max(MAX_LINES).required(),
  discount: Joi.object<Discount>({ amount: moneyInput(), rateBps: Joi.number().integer().min(1).max(10_000), reason: line(300).min(3).required() })
    .xor('amount', 'rateBps').allow(null).description('Off the goods after all other reductions: an amount, or a part in basis points'),
  coupons: Joi.array().items(Joi.string().max(64)).max(20),
  shippingAddress: addressSchema(), billingAddress: addressSchema(), shippingMethod: Joi.string().max(64),
  pickupLocationId: id().description('With the method pickup: where it will be fetched'), notes: Joi.string().max(2000),
};
export type DraftBody = {
  lines: Line[]; discount?: Discount | null; coupons?: string[]; shippingAddress?: Address; billingAddress?: Address; shippingMethod?: string; pickupLocationId?: string; notes?: string;
};
export const draftBody = Joi.object<DraftBody>(content);
export type NewDraftBody = DraftBody & { userId?: string; email?: string; currency?: string };
export const newDraftBody = Joi.object<NewDraftBody>({ ...content, userId: id().description('The customer; or only an e-mail address'), email: email(), currency: currencyCode() });

export type CompletionBody = { payment: PaymentBody; expectedTotal?: Money };
export const completionBody = Joi.object<CompletionBody>({
  payment: Joi.object<PaymentBody>({
    provider: Joi.string().pattern(/^[a-z_]{2,32}$/, 'provider name').required().description('`link`: the customer is mailed and pays by themselves within a week'),
    method: Joi.string().pattern(/^[a-z_]{2,32}$/, 'method name'), token: Joi.string().max(255),
  }).required(),
  expectedTotal: moneyInput(),
});

export const draftReply = Joi.object({
  id: id().required(), state: Joi.string().valid(...DRAFT_STATES).required(), userId: id(), email: seenWith('contacts:read', Joi.string()), currency: Joi.string().length(3).required(),
  lines: Joi.array().items(Joi.object({
    id: Joi.string().required(), sku: Joi.string().required(), quantity: Joi.number().integer().required(), unitPrice: moneySchema, priceReason: Joi.string(),
  })).required(),
  discount: Joi.object({ amount: moneySchema, rateBps: Joi.number().integer(), reason: Joi.string().required() }).allow(null).required(),
  coupons: Joi.array().items(Joi.string()).required(), shippingAddress: addressReply(), billingAddress: addressReply(), shippingMethod: Joi.string(), pickupLocationId: id(), notes: Joi.string(),
  orderId: id().description('Once it is completed'), createdAt: timestamp().required(), updatedAt: timestamp().required(), version: Joi.number().integer().required(),
}).meta({ name: 'DraftOrder' });
export const pricedDraftReply = draftReply.keys({
  prices: Joi.array().items(Joi.object({
    sku: Joi.string().required(), unitPrice: moneySchema.required(), discount: moneySchema.required(), tax: moneySchema.required(), lineTotal: moneySchema.required(),
  })).required().description('What each line costs now'),
  totals: totalsSchema.required(), problems: Joi.array().items(Joi.object().unknown()).required(),
});

export function presentDraft({ userId, createdBy: _createdBy, createdAt, updatedAt, ...draft }: DraftOrder) {
  return { ...draft, ...(userId !== null && { userId }), createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

export const presentPriced = ({ draft, quote, problems, order }: Priced) => ({
  ...presentDraft(draft), ...(order && { orderId: order.id }),
  prices: quote.lines.map(({ sku: of, unitPrice, discount, tax, lineTotal }) => ({ sku: of, unitPrice, discount, tax, lineTotal })), totals: quote.totals, problems,
});
