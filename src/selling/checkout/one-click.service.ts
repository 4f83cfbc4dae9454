import { randomUUID } from 'node:crypto';
import { later, type Clock } from '../../shared/clock.js';
import type { Address } from '../../shared/address.js';
import { newToken, sha256 } from '../../shared/crypto/tokens.js';
import type { Actor } from '../../shared/actor.js';
import type { IdempotencyRequest } from '../../shared/http/idempotency.js';
import type { Reply } from '../../shared/http/reply.js';
import { success } from '../../shared/http/schemas.js';
import { zero, type Money } from '../../shared/money.js';
import { presentOrder } from '../../fulfilment/orders/index.js';
import type { Payments } from '../../fulfilment/payments/index.js';
import { unitPriceOf, type Cart } from '../cart/index.js';
import type { CheckoutDeps } from './checkout.deps.js';
import { CheckoutService } from './checkout.service.js';
import { OneClickNotSetUp, OneClickTokenInvalid, OneClickTokenUsed } from './one-click.errors.js';
import type { Origin } from './draft.js';
import type { OneClickTokenRepository } from './one-click.repository.js';
import { usualMethod } from './usual-method.js';

const GOOD_FOR_MS = 10 * 60_000;

/** What the customer chose to be asked for no more. */
type Profile = Readonly<{ addresses: ReadonlyArray<Address & { id: string }>; defaultShippingAddressId?: string; defaultBillingAddressId?: string }>;
export type OneClickDeps = Readonly<{
  tokens: OneClickTokenRepository;
  findDefaultMethod: Payments['findDefaultMethod'];
  findProfile(userId: string): Promise<Profile | null>;
  defaultCurrency: string;
  now: Clock;
}>;
type User = Readonly<{ id: string; email: string }>;
export type OneClickBody = { token: string; sku?: string; quantity?: number; cart?: boolean; currency?: string; shippingMethod?: string; expectedTotal?: Money };
export type OneClickRequest = Readonly<{ user: User; device: string; origin: Origin; channel?: string | undefined; actor: Actor; body: OneClickBody; idempotency: IdempotencyRequest }>;

/** Buying with what is on file: one token, one device, one order, however often the button is pressed. */
export class OneClickService {
  private readonly wholeCart: CheckoutService;

  constructor(private readonly deps: OneClickDeps, private readonly checkout: CheckoutDeps) {
    this.wholeCart = new CheckoutService(checkout);
  }

  async issueToken(user: User, device: string): Promise<{ token: string; expiresAt: Date }> {
    const token = newToken();
    const expiresAt = later(this.deps.now(), GOOD_FOR_MS);
    await this.deps.tokens.insert({ hash: sha256(token), userId: user.id, deviceHash: sha256(device), expiresAt });
    return { token, expiresAt };
  }

  async buy(request: OneClickRequest): Promise<Reply> {
    const holder = { hash: sha256(request.body.token), userId: request.user.id, deviceHash: sha256(request.device) };
    const token = await this.deps.tokens.find(holder);
    if (!token || (token.orderId === undefined && token.expiresAt <= this.deps.now())) throw new OneClickTokenInvalid();
    try {
      return await this.place(request, async (orderId) => {
        if (!await this.deps.tokens.consume(holder, orderId, this.deps.now())) throw new OneClickTokenUsed();
      });
    } catch (error) {
      if (!(error instanceof OneClickTokenUsed)) throw error;
      const used = await this.deps.tokens.find(holder);
      // It ended between our look and our use of it.
      if (used?.orderId === undefined) throw new OneClickTokenInvalid();
      const order = await this.checkout.orders.get(used.orderId, { userId: request.user.id });
      return { status: 200, location: `/orders/${order.id}`, body: success(`Order ${order.number} is ${order.status}.`, presentOrder(order)) };
    }
  }

  private async place({ user, channel, origin, actor, body, idempotency }: OneClickRequest, alongside: (orderId: string) => Promise<void>): Promise<Reply> {
    const { sku, quantity = 1, expectedTotal } = body;
    const method = await this.deps.findDefaultMethod(user.id);
    const profile = await this.deps.findProfile(user.id);
    const shippingAddress = addressOf(profile, profile?.defaultShippingAddressId);
    const billingAddress = addressOf(profile, profile?.defaultBillingAddressId) ?? shippingAddress;
    if (!method || !shippingAddress || !billingAddress) throw new OneClickNotSetUp([...(method ? [] : ['paymentMethod']), ...(shippingAddress ? [] : ['shippingAddress'])]);
    const shopper = { userId: user.id, channel };
    const cart = sku === undefined ? await this.checkout.carts.findForCheckout(shopper) : await this.cartOf({ user, channel, sku, quantity, currency: body.currency ?? this.deps.defaultCurrency });
    const service = sku === undefined || !cart ? this.wholeCart : this.checkoutOf(cart);
    const chosen = body.shippingMethod !== undefined || !cart || cart.lineItems.length === 0
      ? { ...(body.shippingMethod !== undefined && { shippingMethod: body.shippingMethod }) }
      : await usualMethod(this.checkout, { cart, userId: user.id, channel, email: user.email, address: shippingAddress });
    return service.place({
      shopper, userEmail: user.email, actor, idempotency, alongside, origin,
      body: {
        shippingAddress, billingAddress, ...chosen,
        payment: { provider: method.provider, savedMethodId: method.id }, ...(expectedTotal && { expectedTotal }),
      },
    });
  }

  /** A purchase beside the cart: what the customer has gathered there stays there. */
  private checkoutOf(cart: Cart): CheckoutService {
    return new CheckoutService({ ...this.checkout, carts: { ...this.checkout.carts, findForCheckout: async () => cart, findLatest: async () => cart, complete: async () => {} } });
  }

  private async cartOf({ user, channel, sku, quantity, currency }: { user: User; channel: string | undefined; sku: string; quantity: number; currency: string }): Promise<Cart> {
    const buyer = await this.checkout.quoting.buyerOf({ userId: user.id, channel });
    const offer = (await this.checkout.findOffers([sku], currency, buyer)).get(sku);
    const unitPrice = unitPriceOf(offer, quantity) ?? zero(currency);
    return {
      id: this.checkout.orders.newId(), state: 'active', userId: user.id, tokenHash: null, currency, version: 0,
      lineItems: [{ id: randomUUID(), sku, productId: offer?.productId ?? '', name: offer?.name ?? sku, unitPrice, quantity }],
    };
  }
}

function addressOf(profile: Profile | null, id: string | undefined): Address | undefined {
  const found = id === undefined ? undefined : profile?.addresses.find((address) => address.id === id);
  if (!found) return undefined;
  const { id: _id, ...address } = found;
  return address;
}
