import Joi from 'joi';
import { seenWith } from '../../shared/http/field-access.js';
import { pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { currencyCode, id, line, moneyInput, moneySchema, timestamp } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';
import { ENTRY_KINDS, VALUE_KINDS, type Entry, type ValueAccount } from './gift-cards.js';
import type { Issued } from './gift-cards.service.js';

const MAX_VALUE = 10_000_000_00;

/** Long enough for spaces and hyphens; what it holds is nobody's business until it was hashed. */
export const giftCardCode = () => Joi.string().min(4).max(64).required().description('As it is printed; small letters, spaces and hyphens do not matter');
export type CodeBody = { code: string };
export const codeBody = Joi.object<CodeBody, true>({ code: giftCardCode() });

export type CardParams = { id: string };
export const cardParams = Joi.object<CardParams, true>({ id: id().required() });
export type UserParams = { userId: string };
export const userParams = Joi.object<UserParams, true>({ userId: id().required() });

export type IssueBody = { amount: Money; expiresAt?: string; reason: string };
export const issueBody = Joi.object<IssueBody>({ amount: moneyInput().required(), expiresAt: timestamp(), reason: line(200).min(1).required() })
  .custom((body: IssueBody, helpers) => (body.amount.amount < 1 || body.amount.amount > MAX_VALUE ? helpers.error('card.amount') : body)).messages({ 'card.amount': 'a gift card is worth something, and not more than a fortune' });
export type ChangeBody = { status?: 'active' | 'disabled'; expiresAt?: string | null };
export const changeBody = Joi.object<ChangeBody>({ status: Joi.string().valid('active', 'disabled'), expiresAt: timestamp().allow(null) }).min(1);
export type AdjustBody = { amount: number; currency: string; reason: string };
export const adjustBody = Joi.object<AdjustBody, true>({
  amount: Joi.number().integer().min(-MAX_VALUE).max(MAX_VALUE).invalid(0).required().description('Minor units; negative takes away'), currency: currencyCode().required(), reason: line(200).min(1).required(),
});

export type CreditRefundBody = { amount: Money; reason: string };
export const creditRefundBody = Joi.object<CreditRefundBody, true>({ amount: moneyInput().required(), reason: line(200).min(1).required() });
export const cardListQuery = Joi.object<PageQuery>(pageParams(['createdAt']));
export const entriesQuery = Joi.object<PageQuery>(pageParams(['id']));

const cardKeys = {
  id: id().required(), last4: Joi.string().required(), balance: moneySchema.required(), initial: moneySchema.required(), status: Joi.string().valid('active', 'disabled').required(),
  expiresAt: timestamp().allow(null).required(), orderId: id().description('Bought with it'), version: Joi.number().integer().required(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
};
export const cardReply = Joi.object(cardKeys).meta({ name: 'GiftCard' });
export const issuedReply = Joi.object({ ...cardKeys, code: Joi.string().required().description('Shown here only') });
export const boughtReply = Joi.object({ items: Joi.array().items(Joi.object({
  id: id().required(), code: seenWith('gift-cards:write', Joi.string()), last4: Joi.string().required(), balance: moneySchema.required(), status: Joi.string().required(), expiresAt: timestamp().allow(null).required(),
})).required() });
export const balanceReply = Joi.object({ last4: Joi.string().required(), balance: moneySchema.required(), expiresAt: timestamp().allow(null).required() });
const entryReply = Joi.object({
  id: id().required(), kind: Joi.string().valid(...ENTRY_KINDS).required(), amount: Joi.number().integer().required().description('Minor units'), orderId: Joi.string(), reason: Joi.string(), at: timestamp().required(), accountId: Joi.string().required(),
}).meta({ name: 'ValueEntry' });
const count = () => Joi.number().integer().allow(null).required();
const entriesReply = Joi.object({ items: Joi.array().items(entryReply).required(), total: count(), pages: count(), current_page: count(), per_page: Joi.number().integer().required(), next_cursor: Joi.string().allow(null) });
export const entriesAnswer = Joi.object({ message: Joi.string().required(), data: entriesReply.required() });
export const creditReply = Joi.object({ balances: Joi.array().items(moneySchema).required(), ledger: entriesReply.required() }).meta({ name: 'StoreCredit' });
export const creditBalanceReply = Joi.object({ balance: moneySchema.required() });

/** For carts and orders. */
export const tenderSchema = Joi.object({ kind: Joi.string().valid(...VALUE_KINDS).required(), id: id(), last4: Joi.string(), amount: moneySchema.required() }).meta({ name: 'Tender' });

export function presentCard({ id: cardId, last4, balance, initial, currency, status, expiresAt, origin, version, createdAt, updatedAt }: ValueAccount) {
  const of = (amount: number) => ({ amount, currency });
  return {
    id: cardId, last4: last4!, balance: of(balance), initial: of(initial!), status, expiresAt: expiresAt?.toISOString() ?? null, ...(origin && { orderId: origin.orderId }),
    version, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString(),
  };
}
export function presentBought({ card, code }: Issued) {
  const { id: cardId, last4, balance, status, expiresAt } = presentCard(card);
  return { id: cardId, code, last4, balance, status, expiresAt };
}
export const presentEntry = ({ at, ...entry }: Entry) => ({ ...entry, at: at.toISOString() });
