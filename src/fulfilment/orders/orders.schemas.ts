import Joi from 'joi';
import { fieldsParam, pageParams, type PageQuery } from '../../shared/http/pagination.js';
import { announcedFeeSchemas, orderFeeSchemas } from '../../shared/http/fees.js';
import { seenWith } from '../../shared/http/field-access.js';
import { addressReply, email, id, line, moneySchema, rateBps, timestamp } from '../../shared/http/schemas.js';
import { COMMANDS, FULFILMENT_STATUSES, ORDER_STATUSES, PAYMENT_STATUSES, RETURN_STATUSES, type Command, type OrderFilter, type OrderStatus } from './orders.js';

export type OrderParams = { id: string };
export const orderParams = Joi.object<OrderParams, true>({ id: id().required() });
export type UserParams = { userId: string };
export const userParams = Joi.object<UserParams, true>({ userId: id().required() });

export type OrderHeaders = { 'x-order-token'?: string };
export const orderHeaders = Joi.object<OrderHeaders>({ 'x-order-token': Joi.string().max(128).description("A guest's order, as named by the answer that made it") });

export type FieldsQuery = { fields?: string };
export const fieldsQuery = Joi.object<FieldsQuery>({ fields: fieldsParam() });

export type OrderListQuery = PageQuery & OrderFilter;
export const orderListQuery = Joi.object<OrderListQuery>({
  ...pageParams(['createdAt', 'updatedAt', 'total', 'number']),
  status: Joi.string().valid(...ORDER_STATUSES), payment_status: Joi.string().valid(...PAYMENT_STATUSES), fulfilment_status: Joi.string().valid(...FULFILMENT_STATUSES),
  disputed: Joi.boolean().valid(true).description('Those alone with a dispute that is not decided'),
  user_id: id(), email: seenWith('contacts:read', email()), number: Joi.string().max(20), 'created_at[gte]': timestamp(), 'created_at[lte]': timestamp(),
});

export type StatusBody = { status: OrderStatus | Command };
export const statusBody = Joi.object<StatusBody, true>({
  status: Joi.string().valid(...new Set([...ORDER_STATUSES, ...COMMANDS])).required().description(`Commands: ${COMMANDS.join(', ')}. An illegal one is 409 and lists what is allowed.`),
});

export type CancellationBody = { reason?: string; lines?: Array<{ itemId: string; quantity: number }> };
/** Units of lines of an order, each line once or more often. */
export const unitLines = () => Joi.array().items(Joi.object({ itemId: Joi.string().max(64).required(), quantity: Joi.number().integer().min(1).max(100_000).required() })).min(1).max(200);
export const cancellationBody = Joi.object<CancellationBody>({ reason: line(500), lines: unitLines().description('Only these units; the whole order, if absent') });

const units = Joi.object(Object.fromEntries(
  ['ordered', 'cancelled', 'backordered', 'allocated', 'shipped', 'delivered', 'returnRequested', 'returned', 'writtenOff'].map((name) => [name, Joi.number().integer().required()]),
));

const reduction = Joi.object({
  promotionId: Joi.string().required(), code: Joi.string(), name: Joi.string().required(), class: Joi.string().required(), amount: moneySchema.required(),
}).meta({ name: 'Reduction' });
const taxShare = Joi.object({
  name: Joi.string().required(), rateBps: rateBps().required(), jurisdiction: Joi.string().required(),
  reason: Joi.string().description('Why nothing is due, where nothing is'), amount: moneySchema.required(),
}).meta({ name: 'TaxShare' });
const priceSource = Joi.object({ kind: Joi.string().required(), id: Joi.string(), name: Joi.string(), from: Joi.object() }).meta({ name: 'PriceSource' });

export const orderReply = Joi.object({
  id: id().required(), number: Joi.string().required(),
  status: Joi.string().valid(...ORDER_STATUSES).required(), paymentStatus: Joi.string().valid(...PAYMENT_STATUSES).required(),
  fulfilmentStatus: Joi.string().valid(...FULFILMENT_STATUSES).required(), returnStatus: Joi.string().valid(...RETURN_STATUSES).required(),
  disputed: Joi.boolean().required().description('A bank has taken money of it back, and that dispute is not decided; payment.details.disputed says how much is gone'),
  holds: Joi.array().items(Joi.string()).required(), riskStatus: Joi.string().valid('clear', 'review').required().description('review: it is being checked; nothing was taken yet'), email: seenWith('contacts:read', Joi.string()), userId: id(), currency: Joi.string().length(3).required(),
  orderToken: Joi.string().description('Only for guests and only in the answer that made the order; send it back as x-order-token'),
  items: Joi.array().items(Joi.object({
    id: Joi.string().required(), productId: id().required(), productName: Joi.string().required(), name: Joi.string().required(), sku: Joi.string().required(),
    quantity: Joi.number().integer().required(), unitPrice: moneySchema.required(), discount: moneySchema.required(), tax: moneySchema.required(),
    taxRateBps: rateBps().required(), lineTotal: moneySchema.required(),
    allocations: Joi.array().items(reduction).required(), taxes: Joi.array().items(taxShare).required(), priceSource: priceSource.allow(null).required(), units: units.required(),
    components: Joi.array().items(Joi.object({ sku: Joi.string().required(), name: Joi.string().required(), quantity: Joi.number().integer().required(), share: moneySchema.required() }))
      .description('What a set consists of: of each so many in one unit, and its share of lineTotal'),
    digital: Joi.object({ kind: Joi.string().valid('licence_key', 'download', 'gift_card').required(), maxDownloads: Joi.number().integer(), expiresInDays: Joi.number().integer() }).description('See GET /orders/:id/downloads'),
    finalSale: Joi.boolean().description('Sold as not returnable'),
  })).required(),
  totals: Joi.object({
    subtotal: moneySchema.required(), discountTotal: moneySchema.required(), shippingTotal: moneySchema.required(), taxTotal: moneySchema.required(),
    grandTotal: moneySchema.required(), feeTotal: moneySchema.description('What the fees add up to; absent where there are none'), taxIncluded: Joi.boolean().required(),
  }).required(),
  tenders: Joi.array().items(Joi.object({ kind: Joi.string().valid('gift_card', 'store_credit').required(), last4: Joi.string(), amount: moneySchema.required() })).required().description('Paid from gift cards and store credit'),
  outstanding: moneySchema.description('What an edit made it dearer by and is still to be paid'),
  amountDue: moneySchema.required().description('What the payment has to bring beside them'),
  rounding: Joi.object({ mode: Joi.string().required(), level: Joi.string().required(), per: Joi.string().valid('jurisdiction') }).required().description('How its taxes were rounded'),
  flags: Joi.array().items(Joi.string()).required().description('What somebody should look at; nothing waits for it'),
  vatId: Joi.object({ number: Joi.string().required(), country: Joi.string().required(), status: Joi.string().required() }).description("The buyer's, and what the register said of it then"),
  coupons: Joi.array().items(Joi.string()).required(),
  promotions: Joi.array().items(Joi.object({ promotionId: Joi.string().required(), name: Joi.string().required(), code: Joi.string(), amount: moneySchema.required() })).required(),
  fees: orderFeeSchemas().required(), announcedFees: announcedFeeSchemas().required(),
  shippingCharge: Joi.object({
    price: moneySchema.required(), discount: moneySchema.required(), total: moneySchema.required(), tax: moneySchema.required(),
    allocations: Joi.array().items(reduction).required(), taxes: Joi.array().items(taxShare).required(),
  }).required(),
  shippingAddress: addressReply().required(), billingAddress: addressReply().required(),
  shippingMethod: Joi.object({
    code: Joi.string().required(), name: Joi.string().required(), price: moneySchema.required(), source: Joi.string(), pickupLocationId: Joi.string(),
    groups: Joi.array().items(Joi.object({ warehouseId: Joi.string().allow(null).required(), code: Joi.string().required(), name: Joi.string().required(), price: moneySchema.required(), skus: Joi.array().items(Joi.string()).required() })),
  }).required(),
  shippingEstimated: Joi.boolean().description('The carrier could not be asked: its price was taken from a table'),
  payment: Joi.object({
    id: Joi.string().required(), provider: Joi.string().required(), method: Joi.string().required(), status: Joi.string().required(),
    nextAction: Joi.object({ type: Joi.string().required(), url: Joi.string().required() }).allow(null).required(), details: Joi.object().unknown().required(),
    failure: Joi.object({ code: Joi.string().required(), message: Joi.string().required() }),
  }).allow(null).required(),
  settlement: Joi.object({
    credited: moneySchema.required(), shippingCredited: moneySchema.required(), retained: moneySchema.required(), refunded: moneySchema.required(),
    prepaid: moneySchema.required(), due: moneySchema.required().description('What the order costs by now'),
  }).required(),
  origin: Joi.object({ type: Joi.string().valid('exchange', 'claim').required(), id: id().required(), orderId: id().required() }).description('The order that this one replaces goods of'),
  returnPolicyVersion: Joi.number().integer(), deliveredAt: timestamp(), completesAt: timestamp().description('When it completes by itself, unless something is still under way then'),
  notes: Joi.string(), expiresAt: timestamp(), placedAt: timestamp(), createdAt: timestamp().required(), updatedAt: timestamp().required(),
  version: Joi.number().integer().required(),
}).meta({ name: 'Order' });

export const timelineReply = Joi.object({
  items: Joi.array().items(Joi.object({
    at: timestamp().required(), actor: Joi.object({ type: Joi.string().required(), id: Joi.string().allow(null).required() }).required(),
    event: Joi.string().required(), cause: Joi.string().required(), before: Joi.object().unknown().required(), after: Joi.object().unknown().required(),
    details: Joi.object().unknown(),
  })).required(),
}).meta({ name: 'TimelineEntry' });
