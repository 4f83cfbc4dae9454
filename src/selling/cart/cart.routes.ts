import { defineRoute, type Context } from '../../shared/http/route.js';
import { problems, success, successOf } from '../../shared/http/schemas.js';
import { CartNotFound } from './cart.errors.js';
import { emptyCart, presentCart } from './cart.presenter.js';
import {
  addLineItemBody, addressesBody, cartHeaders, cartParams, cartQuery, cartReply, couponBody, currencyBody, couponParams, explanationReply, lineItemParams, mergeBody, mergeReply, setQuantityBody, shippingMethodBody,
  shippingMethodsQuery, shippingMethodsReply, vatIdBody, giftCardParams, storeCreditBody, carbonOffsetBody, type CartHeaders, type CartQuery,
} from './cart.schemas.js';
import type { CartService, CartWithOffers, Shopper } from './cart.service.js';
import { codeBody } from '../gift-cards/index.js';
import type { QuoteDeps } from './quote.js';

type Deps = { carts: CartService; quoting: QuoteDeps; defaultCurrency: string };

const shopperOf = (headers: CartHeaders, { caller }: Context): Shopper => ({ userId: caller.user?.id, cartToken: headers['x-cart-token'], channel: caller.key?.channel });
const reading = { tag: 'Cart', access: { scope: 'cart:read', user: 'optional' }, headers: cartHeaders } as const;
const writing = { tag: 'Cart', access: { scope: 'cart:write', user: 'optional' }, headers: cartHeaders } as const;
const refusals = problems(400, 401, 403, 404, 409, 415, 413);

export function cartRoutes({ carts, quoting, defaultCurrency }: Deps) {
  const answer = async (message: string, found: CartWithOffers, status = 200, { explain }: CartQuery = {}) =>
    ({ status, version: found.cart.version, body: success(message, await presentCart(found, quoting, explain === undefined ? {} : { explain })) });

  return [
    defineRoute({
      ...writing, method: 'post', path: '/cart/items', summary: 'Add a variant to the cart; the first one opens it', idempotency: 'optional',
      body: addLineItemBody,
      responses: { 201: successOf(cartReply), ...refusals, ...problems(422) },
      handle: async ({ headers, body }, context) => ({ location: '/cart', ...await answer('Added to the cart.', await carts.addLineItem(shopperOf(headers, context), body), 201) }),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/cart', summary: 'Show the cart with totals and everything that stands against its completion',
      query: cartQuery,
      responses: { 200: successOf(cartReply), ...problems(400, 401, 403, 404) },
      handle: async ({ headers, query }, context) => {
        const found = await carts.getCart(shopperOf(headers, context));
        if (found) return answer('Your cart.', found, 200, query);
        return { status: 200, body: success('Your cart is empty.', await emptyCart(defaultCurrency, quoting)) };
      },
    }),
    defineRoute({
      ...writing, method: 'put', path: '/cart/items/:itemId', summary: 'Set the quantity of a line; 0 removes it',
      params: lineItemParams, body: setQuantityBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ params, headers, body }, context) => answer('Quantity set.', await carts.setQuantity(shopperOf(headers, context), { ...params, ...body })),
    }),
    defineRoute({
      ...writing, method: 'delete', path: '/cart/items/:itemId', summary: 'Remove a line',
      params: lineItemParams,
      responses: { 200: successOf(cartReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, headers }, context) => answer('Removed.', await carts.setQuantity(shopperOf(headers, context), { ...params, quantity: 0 })),
    }),
    defineRoute({
      ...writing, method: 'delete', path: '/cart', summary: 'Empty the cart',
      responses: { 200: successOf(cartReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ headers }, context) => answer('Cart emptied.', await carts.clear(shopperOf(headers, context))),
    }),
    defineRoute({
      method: 'post', path: '/cart/merge', summary: "Take a guest's cart over into the customer's", tag: 'Cart', access: { scope: 'cart:write', user: 'required' },
      headers: cartHeaders, body: mergeBody,
      responses: { 200: successOf(mergeReply), ...refusals },
      handle: async ({ headers, body }, { caller }) => {
        const token = body.cartToken ?? headers['x-cart-token'];
        if (token === undefined) throw new CartNotFound();
        const { merged, report } = await carts.merge(caller.user!.id, token, caller.key?.channel);
        const cart = merged ? await presentCart(merged, quoting) : await emptyCart(defaultCurrency, quoting);
        return { status: 200, body: success('Carts merged.', { ...cart, report }) };
      },
    }),
    defineRoute({
      ...writing, method: 'put', path: '/cart/currency', summary: 'Price the whole cart in another currency',
      body: currencyBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer('Currency switched.', await carts.switchCurrency(shopperOf(headers, context), body.currency)),
    }),
    defineRoute({
      ...writing, method: 'post', path: '/cart/coupons', summary: 'Add a coupon code', rate: 'auth',
      description: 'A code that is good but does nothing for this cart now is kept and told in refusedCoupons.',
      body: couponBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer('Code added.', await carts.addCoupon(shopperOf(headers, context), body.code)),
    }),
    defineRoute({
      ...writing, method: 'delete', path: '/cart/coupons/:code', summary: 'Remove a coupon code',
      params: couponParams,
      responses: { 200: successOf(cartReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, headers }, context) => answer('Code removed.', await carts.removeCoupon(shopperOf(headers, context), params.code)),
    }),
    defineRoute({
      method: 'get', path: '/carts/:id/explanation', summary: 'Why a cart costs what it costs: every promotion that was tried', tag: 'Promotions', access: { permission: 'promotions:read' },
      params: cartParams,
      responses: { 200: successOf(explanationReply), ...problems(400, 401, 403, 404) },
      handle: async ({ params }) => {
        const { explanation, totals, problems: found } = await presentCart(await carts.getById(params.id), quoting, { explain: true });
        return { status: 200, body: success('Every promotion that was tried.', { items: explanation, totals, problems: found }) };
      },
    }),
    defineRoute({
      ...writing, method: 'put', path: '/cart/addresses', summary: 'Set e-mail and addresses',
      body: addressesBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer('Addresses set.', await carts.setDetails(shopperOf(headers, context), body)),
    }),
    defineRoute({
      ...writing, method: 'post', path: '/cart/gift-cards', summary: 'Pay with a gift card', rate: 'auth', body: codeBody,
      description: 'No discount: prices and taxes stay, `tenders` and `amountDue` change. A code that cannot be used gets one and the same answer, whatever the reason.',
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer('Gift card added.', await carts.addGiftCard(shopperOf(headers, context), body.code)),
    }),
    defineRoute({
      ...writing, method: 'delete', path: '/cart/gift-cards/:id', summary: 'Pay without this gift card', params: giftCardParams,
      responses: { 200: successOf(cartReply), ...problems(400, 401, 403, 404, 409) },
      handle: async ({ params, headers }, context) => answer('Gift card taken away.', await carts.removeGiftCard(shopperOf(headers, context), params.id)),
    }),
    defineRoute({
      method: 'put', path: '/cart/store-credit', summary: 'Pay with store credit, or not', tag: 'Cart', access: { scope: 'cart:write', user: 'required' }, headers: cartHeaders, body: storeCreditBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer(body.use ? 'Store credit pays first.' : 'Store credit is kept.', await carts.payWithCredit(shopperOf(headers, context), body.use)),
    }),
    defineRoute({
      ...writing, method: 'put', path: '/cart/carbon-offset', summary: 'Pay for what the order emits, or not', body: carbonOffsetBody,
      description: 'Shown as the fee carbon_offset: grams of the goods and their way (GET /orders/:id/footprint has them afterwards) times the price of a kilogram. Comes back with the goods.',
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer(body.offset ? 'The order pays for what it emits.' : 'Nothing is offset.', await carts.offsetCarbon(shopperOf(headers, context), body.offset)),
    }),
    defineRoute({
      ...writing, method: 'put', path: '/cart/vat-id', summary: 'Set the VAT identification number of a business', rate: 'auth',
      description: 'A number that is none, or that the register does not know, is refused. While the register is away it is taken as unverified and tax is charged.',
      body: vatIdBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer(body.vatId === null ? 'Bought privately.' : 'VAT identification number set.', await carts.setVatId(shopperOf(headers, context), body.vatId)),
    }),
    defineRoute({
      ...writing, method: 'put', path: '/cart/shipping-method', summary: 'Choose how it is sent',
      body: shippingMethodBody,
      responses: { 200: successOf(cartReply), ...refusals },
      handle: async ({ headers, body }, context) => answer('Shipping method set.', await carts.setShippingMethod(shopperOf(headers, context), body)),
    }),
    defineRoute({
      ...reading, method: 'get', path: '/cart/shipping-methods', summary: 'How the cart can be sent, and for how much',
      query: shippingMethodsQuery,
      responses: { 200: successOf(shippingMethodsReply), ...problems(400, 401, 403, 404) },
      handle: async ({ headers, query }, context) => {
        const delivery = await carts.deliveryOf(shopperOf(headers, context));
        const { country, region, postalCode } = query;
        const items = await quoting.shipping.methodsFor({ ...delivery, ...(country !== undefined && { country, region, postalCode }) });
        return { status: 200, body: success('Shipping methods.', { items }) };
      },
    }),
  ];
}
