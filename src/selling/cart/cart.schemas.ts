import Joi from 'joi';
import type { Address } from '../../shared/address.js';
import { announcedFeeSchemas, feeSchemas } from '../../shared/http/fees.js';
import { addressSchema, countryCode, currencyCode, email, id, moneySchema, sku } from '../../shared/http/schemas.js';
import { fieldsParam } from '../../shared/http/pagination.js';
import { tenderSchema } from '../gift-cards/index.js';
import { MAX_QUANTITY_PER_LINE } from '../../shared/quantity-rule.js';

const quantity = () => Joi.number().integer().max(MAX_QUANTITY_PER_LINE);
const lineId = () => Joi.string().guid();
/** Trimmed where it is looked up: bodies are taken as they are sent. */
const couponInput = () => Joi.string().min(1).max(64).pattern(/^[^\p{Cc}]*$/u, 'coupon code');

export type CartHeaders = { 'x-cart-token'?: string };
export const cartHeaders = Joi.object<CartHeaders>({
  'x-cart-token': Joi.string().max(128).description("A guest's cart, as named by the first answer"),
});

export type CartQuery = { fields?: string; explain?: boolean };
export const cartQuery = Joi.object<CartQuery>({ fields: fieldsParam(), explain: Joi.boolean().description('Adds every promotion that was tried, its result and why') });

export type CouponBody = { code: string };
export const couponBody = Joi.object<CouponBody, true>({ code: couponInput().required() });
export type CouponParams = { code: string };
export const couponParams = Joi.object<CouponParams, true>({ code: couponInput().required() });
export type CartParams = { id: string };
export const cartParams = Joi.object<CartParams, true>({ id: id().required() });

export type AddLineItemBody = { sku: string; quantity: number; currency?: string };
export const addLineItemBody = Joi.object<AddLineItemBody>({
  sku: sku().required().description('Stock keeping unit of the variant'),
  quantity: quantity().min(1).default(1),
  currency: currencyCode().description('Chosen by the first line; later lines follow the cart'),
});

export type LineItemParams = { itemId: string };
export const lineItemParams = Joi.object<LineItemParams, true>({ itemId: lineId().required() });

export type SetQuantityBody = { quantity: number };
export const setQuantityBody = Joi.object<SetQuantityBody, true>({ quantity: quantity().min(0).required().description('0 removes the line') });

export type AddressesBody = { email?: string; shippingAddress?: Address; billingAddress?: Address };
export const addressesBody = Joi.object<AddressesBody>({ email: email(), shippingAddress: addressSchema(), billingAddress: addressSchema() }).min(1);

const methodCode = () => Joi.string().max(64);
export type ShippingMethodBody = { code: string; groups?: Record<string, string>; pickupLocationId?: string };
export const shippingMethodBody = Joi.object<ShippingMethodBody>({
  code: methodCode().required(), groups: Joi.object().pattern(id(), methodCode()).max(20).description('Another method for what one warehouse sends: its id and the code'),
  pickupLocationId: id().description('With the code pickup: where it will be fetched'),
});

export type ShippingMethodsQuery = { country?: string; region?: string; postalCode?: string; fields?: string };
export const shippingMethodsQuery = Joi.object<ShippingMethodsQuery>({
  country: countryCode(), region: Joi.string().max(100), postalCode: Joi.string().max(20), fields: fieldsParam(),
}).with('region', 'country').with('postalCode', 'country').description("Without a country the cart's address, or the market's country");

export type CurrencyBody = { currency: string };
export const currencyBody = Joi.object<CurrencyBody, true>({ currency: currencyCode().required() });

export type MergeBody = { cartToken?: string };
export const mergeBody = Joi.object<MergeBody>({ cartToken: Joi.string().max(128).description("The guest's token; x-cart-token serves as well") });

export type GiftCardParams = { id: string };
export const giftCardParams = Joi.object<GiftCardParams, true>({ id: id().required() });
export type StoreCreditBody = { use: boolean };
export const storeCreditBody = Joi.object<StoreCreditBody, true>({ use: Joi.boolean().required() });

export type CarbonOffsetBody = { offset: boolean };
export const carbonOffsetBody = Joi.object<CarbonOffsetBody, true>({ offset: Joi.boolean().required() });

export type VatIdBody = { vatId: string | null };
export const vatIdBody = Joi.object<VatIdBody, true>({
  vatId: Joi.string().trim().max(30).allow(null).required().description('With its country, like DE136695976; null takes it away'),
});

export const totalsSchema = Joi.object({
  subtotal: moneySchema.required(), discountTotal: moneySchema.required(), shippingTotal: moneySchema.required(),
  taxTotal: moneySchema.required(), grandTotal: moneySchema.required(), feeTotal: moneySchema.description('What the fees add up to, not a part of the subtotal; absent where there are none'),
  taxIncluded: Joi.boolean().required().description('True: taxTotal is inside the other figures; false: it was added'),
}).meta({ name: 'Totals' });

const problemSchema = Joi.object({
  code: Joi.string().valid('gone', 'not_priced', 'out_of_stock', 'insufficient_stock', 'price_changed', 'quantity_limit', 'quantity_not_permitted', 'coupon_not_applicable', 'totals_changed').required(),
  sku: Joi.string(), itemId: Joi.string(), coupon: Joi.string(), reason: Joi.string(), message: Joi.string(), requested: Joi.number().integer(), available: Joi.number().integer(),
  limit: Joi.number().integer(), before: moneySchema, after: moneySchema,
  permitted: Joi.array().items(Joi.number().integer()).description('The nearest quantities that can be ordered'), minimum: Joi.number().integer(), maximum: Joi.number().integer(), step: Joi.number().integer(),
  changes: Joi.array().items(Joi.object({
    part: Joi.string().valid('line', 'discount', 'shipping', 'fees', 'tax', 'tenders', 'total').required(), itemId: lineId(), sku: Joi.string(), before: moneySchema.required(), after: moneySchema.required(),
  })).description('totals_changed: every part of the amount that is not what the answer to the last change of the cart said'),
});

export const triedPromotions = () => Joi.array().items(Joi.object({
  promotionId: Joi.string().allow(null).required(), name: Joi.string().allow('').required(), code: Joi.string(), class: Joi.string().valid('product', 'order', 'shipping').allow(null).required(),
  trigger: Joi.string().valid('automatic', 'coupon').required(), result: Joi.string().valid('applied', 'refused').required(),
  reason: Joi.string().required(), message: Joi.string().required(), amount: moneySchema.required(),
}).meta({ name: 'TriedPromotion' }));
export const explanationReply = Joi.object({ items: triedPromotions().required(), totals: totalsSchema.required(), problems: Joi.array().items(problemSchema).required() });

export const cartReply = Joi.object({
  id: id().allow(null).required().description('Null until something is put in'),
  cartToken: Joi.string().description('Only when the cart is new; send it back as x-cart-token'),
  currency: Joi.string().length(3).required(),
  email: Joi.string(), shippingAddress: Joi.object().unknown(), billingAddress: Joi.object().unknown(), shippingMethod: Joi.string(), shippingChoices: Joi.object(), pickupLocationId: Joi.string(),
  items: Joi.array().items(Joi.object({
    id: lineId().required(), sku: Joi.string().required(), productId: id().required(), name: Joi.string().required(),
    quantity: Joi.number().integer().required(), unitPrice: moneySchema.required(),
    discount: moneySchema.required(), tax: moneySchema.required(), lineTotal: moneySchema.required(),
    priceSource: Joi.object({ kind: Joi.string().required(), id: Joi.string(), name: Joi.string(), from: Joi.object() }).allow(null).required().description('Where the price comes from'),
    image: Joi.object({ url: Joi.string().required(), alt: Joi.string().allow('').required() }),
  })).required(),
  coupons: Joi.array().items(Joi.string()).required(),
  promotions: Joi.array().items(Joi.object({ promotionId: Joi.string().required(), name: Joi.string().required(), code: Joi.string(), amount: moneySchema.required() })).required()
    .description('What is reduced now, and by how much'),
  refusedCoupons: Joi.array().items(Joi.object({ code: Joi.string().required(), reason: Joi.string().required(), message: Joi.string().required() })).required()
    .description('Codes that do nothing now, and why'),
  explanation: triedPromotions().description('With ?explain=true'),
  vatId: Joi.object({ number: Joi.string().required(), country: Joi.string().required(), status: Joi.string().valid('valid', 'invalid', 'unverified').required() })
    .description('The VAT identification number that counts, and what the register says of it'),
  totals: totalsSchema.required(),
  carbonOffset: Joi.boolean().description('Whether the order pays for what it emits: the fee carbon_offset'),
  fees: feeSchemas().required(), announcedFees: announcedFeeSchemas().required(),
  tenders: Joi.array().items(tenderSchema).required().description('What gift cards and store credit pay, in that order'),
  amountDue: moneySchema.required().description('What is left to pay beside them'),
  problems: Joi.array().items(problemSchema).required(),
  version: Joi.number().integer().required(),
}).meta({ name: 'Cart' });

export const mergeReply = cartReply.keys({
  report: Joi.array().items(Joi.object({
    sku: Joi.string().required(), requested: Joi.number().integer().required(), merged: Joi.number().integer().required(),
    reason: Joi.string().valid('stock', 'limit', 'gone', 'currency'),
  })).required(),
});

const shippingGroup = Joi.object({
  warehouseId: id().allow(null).required(), code: Joi.string().required(), name: Joi.string().required(), price: moneySchema.required(), skus: Joi.array().items(Joi.string()).required(),
});
const day = () => Joi.string().pattern(/^\d{4}-\d\d-\d\d$/, 'date');
export const shippingMethodsReply = Joi.object({
  items: Joi.array().items(Joi.object({
    code: Joi.string().required(), name: Joi.string().required(), price: moneySchema.required(),
    estimate: Joi.object({ minDays: Joi.number().integer().required(), maxDays: Joi.number().integer().required(), earliest: day(), latest: day() }),
    source: Joi.string().valid('table', 'carrier', 'table_fallback').description('table_fallback: the carrier could not be asked'), taxCategory: Joi.string(),
    groups: Joi.array().items(shippingGroup).description('Where several warehouses send: what each of them does, at its price'),
    locations: Joi.array().items(Joi.object({ id: id().required(), code: Joi.string().required(), name: Joi.string().required(), city: Joi.string().required(), country: Joi.string().required(), address: Joi.string() }))
      .description('Shops that have everything in stock'),
  })).required(),
});
