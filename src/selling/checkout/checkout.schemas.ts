import Joi from 'joi';
import type { Address } from '../../shared/address.js';
import { addressSchema, email, id, moneyInput } from '../../shared/http/schemas.js';
import type { Money } from '../../shared/money.js';

export type PaymentBody = { provider: string; method?: string; token?: string; savedMethodId?: string };
const payment = () => Joi.object<PaymentBody>({
  provider: Joi.string().pattern(/^[a-z_]{2,32}$/, 'provider name').required(),
  method: Joi.string().pattern(/^[a-z_]{2,32}$/, 'method name'),
  token: Joi.string().max(255).description('What the provider gave the client for the card; never a card number'),
  savedMethodId: Joi.string().guid().description('Of GET /customers/me/payment-methods, instead of a token'),
}).oxor('token', 'savedMethodId');

export type PlaceOrderBody = {
  email?: string; shippingAddress?: Address; billingAddress?: Address; shippingMethod?: string; pickupLocationId?: string; payment: PaymentBody; expectedTotal?: Money; expectedDue?: Money; notes?: string;
};
export const placeOrderBody = Joi.object<PlaceOrderBody>({
  email: email().description("Needed for guests; a user's own is the default"),
  shippingAddress: addressSchema().description("The cart's is the default"),
  billingAddress: addressSchema().description('The shipping address is the default'),
  shippingMethod: Joi.string().max(64).description("A code of GET /cart/shipping-methods; the cart's is the default"),
  pickupLocationId: id().description("Where it will be fetched; the cart's is the default"),
  payment: payment().required(),
  expectedTotal: moneyInput().description('The grand total that the customer saw; another one is 409 cart_changed'),
  expectedDue: moneyInput().description('What the customer saw as left to pay after gift cards and store credit; another one is 409 amount_due_changed'),
  notes: Joi.string().max(2000),
});

export type RetryPaymentBody = { payment: PaymentBody };
export const retryPaymentBody = Joi.object<RetryPaymentBody>({ payment: payment().required() });

export type PaymentParams = { id: string; paymentId: string };
export const paymentParams = Joi.object<PaymentParams, true>({ id: id().required(), paymentId: id().required() });

export type CheckoutHeaders = { 'accept-language'?: string; 'x-cart-token'?: string; 'x-order-token'?: string; 'x-device-id'?: string };
export const checkoutHeaders = Joi.object<CheckoutHeaders>({
  'accept-language': Joi.string().max(1000).allow('').description('The language of mails and documents'),
  'x-cart-token': Joi.string().max(128).description("A guest's cart"), 'x-order-token': Joi.string().max(128).description("A guest's order"),
  'x-device-id': Joi.string().min(16).max(128).description('What the app keeps on this device, so that misuse can be told from custom'),
});

export const noBody = Joi.object({});
