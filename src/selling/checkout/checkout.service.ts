import { createHmac } from 'node:crypto';
import { ConcurrentChange, DomainError } from '../../shared/errors.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Stored } from '../../shared/db/idempotency.js';
import type { Actor } from '../../shared/actor.js';
import { RequestInFlight, type IdempotencyRequest } from '../../shared/http/idempotency.js';
import type { Reply } from '../../shared/http/reply.js';
import { subtract, sum } from '../../shared/money.js';
import { success } from '../../shared/http/schemas.js';
import { isHeldForReview } from '../../shared/order-risk.js';
import { asReserved, destinationOf, linesToReserve, presentOrder, sendsAtOnce, type Order, type OrderOwner } from '../../fulfilment/orders/index.js';
import type { Cart, Shopper } from '../cart/index.js';
import type { CheckoutDeps } from './checkout.deps.js';
import type { PaymentBody, PlaceOrderBody } from './checkout.schemas.js';
import { draftOrder, hashOf, orderFrom, type Draft, type Origin } from './draft.js';
import { componentSkus } from './set-shares.js';

export type PlaceOrder = Readonly<{ shopper: Shopper; userEmail: string | undefined; actor: Actor; body: PlaceOrderBody; idempotency: IdempotencyRequest; locale?: string | undefined;
  /** Absent for orders that nobody has to judge. */
  origin?: Origin | undefined;
  /** Runs in the transaction that makes the order. */
  alongside?: (orderId: string) => Promise<void>;
}>;

const ATTEMPTS = 6;

/** Turns a cart into an order: docs/architecture.md tells the steps and what a crash at each of them leaves behind. */
export class CheckoutService {
  constructor(private readonly deps: CheckoutDeps) {}

  /** The same request again, on any node and after any crash, finds the same order. */
  async place(request: PlaceOrder): Promise<Reply> {
    // A key is nearly always new, so nobody asks for it before: the transaction cannot write it twice, and whoever fails looks it up.
    for (let attempt = 1; ; attempt++) {
      try {
        this.deps.payments.checkMethod(request.body.payment);
        await this.deps.failpoint('checkout.started');
        return await this.placeOnce(request);
      } catch (error) {
        // A defect or a database that is away, after the commit perhaps, says nothing about another request.
        const known = error instanceof DomainError || duplicateKeyOf(error) !== null ? await this.deps.idempotency.find(request.idempotency) : null;
        if (known) return this.takeUp(known, request);
        if (!await this.mayTryAgain(error, attempt)) throw error;
      }
    }
  }

  /** Another try on an order that is still waiting for its money. */
  async pay(orderId: string, owner: OrderOwner, { payment, idempotency }: { payment: PaymentBody; idempotency: IdempotencyRequest }): Promise<Reply> {
    const known = await this.deps.idempotency.find(idempotency);
    if (known?.state === 'done') return known.reply;
    const order = await this.deps.orders.get(orderId, owner);
    const paymentId = known ? await this.resumable(known, idempotency) : await this.openAnother(order, payment, idempotency);
    await this.deps.payments.execute(paymentId, payment);
    return this.answer(idempotency, orderId, null);
  }

  /** The customer came back from the provider's page: ask the provider, do not believe the browser. */
  async confirm(orderId: string, owner: OrderOwner, paymentId: string): Promise<Order> {
    await this.deps.orders.get(orderId, owner);
    await this.deps.payments.confirm(orderId, paymentId);
    return this.deps.orders.get(orderId, owner);
  }

  private async openAnother(order: Order, payment: PaymentBody, idempotency: IdempotencyRequest): Promise<string> {
    const { id: orderId, userId } = order;
    this.deps.payments.checkMethod(payment);
    // What is asked for after placement is for goods that may have left.
    const authorizeOnly = order.status === 'pending' && await this.authorizesOnly(order.items, isHeldForReview(order));
    return this.deps.inTransaction(async () => {
      const opened = await this.deps.payments.open({ orderId, ...payment, userId, authorizeOnly, ...await this.deps.orders.beginPayment(orderId) });
      await this.deps.idempotency.begin(idempotency, opened.id, orderId);
      return opened.id;
    });
  }

  /** What the abandoned request had made; its own request may still be at work otherwise. */
  private async resumable(known: Stored & { state: 'in_flight' }, idempotency: IdempotencyRequest): Promise<string> {
    if (!known.abandoned || known.resourceId === undefined || !await this.deps.idempotency.takeUp(idempotency)) throw new RequestInFlight();
    return known.resourceId;
  }

  private async placeOnce(request: PlaceOrder): Promise<Reply> {
    const cart = await this.deps.carts.findForCheckout(request.shopper);
    if (!cart || cart.lineItems.length === 0) {
      // The same request may have ended it between our look at the key and our look at the cart.
      const known = await this.deps.idempotency.find(request.idempotency);
      if (known) return this.takeUp(known, request);
      const existing = await this.orderOfLatestCart(request.shopper);
      if (existing) return this.replyFor(existing, this.tokenOf(existing), 200);
    }
    const draft = await draftOrder(this.deps, cart, request);
    await this.deps.failpoint('checkout.before_transaction');
    const { order, payment, isAnswered } = await this.commit(request, draft);
    await this.deps.failpoint('checkout.after_commit');
    if (isAnswered) return this.replyFor(order, this.tokenOf(order), 201);
    await this.deps.payments.execute(payment, request.body.payment);
    await this.deps.failpoint('checkout.after_payment');
    return this.answer(request.idempotency, order.id, this.tokenOf(order));
  }

  /** Transaction A: key, stock, order, cart and events together; when nothing is to be paid now the answer as well. */
  private async commit({ body, idempotency, actor, locale, alongside }: PlaceOrder, draft: Draft) {
    const { deps } = this;
    const { cart, priced } = draft;
    const orderId = deps.orders.newId();
    const nothingToPayNow = deps.payments.checkMethod(body.payment).nothingToPayNow || priced.amountDue.amount === 0;
    const authorizeOnly = !nothingToPayNow && await this.authorizesOnly([...draft.offers.values()], draft.verdict?.decision === 'review');
    // Buyers of one SKU, of the last uses of a coupon or with one gift card would only collide in the database, so those of this process take turns; the levels decide all the same.
    return deps.queue.run([...cart.lineItems.map(({ sku }) => sku), ...componentSkus(draft.offers), ...priced.promotions.contended, ...priced.tenders.map(({ accountId }) => accountId)], () => deps.inTransaction(async () => {
      if (!nothingToPayNow) await deps.idempotency.begin(idempotency, orderId, orderId);
      await alongside?.(orderId);
      await deps.failpoint('checkout.after_key');
      const payment = await deps.payments.open({ orderId, attempt: 1, ...body.payment, userId: cart.userId, amount: priced.amountDue, authorizeOnly });
      const summary = deps.payments.projection(payment);
      const token = cart.userId === null ? this.guestToken(orderId) : null;
      const made = orderFrom(deps, { id: orderId, draft, payment: summary, nothingToPayNow, tokenHash: hashOf(token), actor, locale });
      const reserved = await deps.inventory.reserve({ orderId, cartId: cart.id, lines: linesToReserve(made.items), to: destinationOf(made), expiresAt: made.expiresAt });
      await deps.failpoint('checkout.after_reserve');
      const order = await deps.orders.create(asReserved(made, reserved));
      await deps.failpoint('checkout.after_order');
      const shop = priced.method?.pickupLocationId;
      if (shop !== undefined) await deps.shipping.planPickup(orderId, shop);
      if (priced.promotions.applied.length > 0 || priced.promotions.refused.length > 0) await deps.redeem({ orderId, email: draft.email, quote: priced });
      if (priced.tenders.length > 0) await deps.tenders.spend(orderId, priced.tenders);
      const { estimate, rounding } = priced.taxation;
      if (estimate) await deps.tax.noteEstimate({ orderId, request: estimate, rounding, charged: subtract(priced.totals.taxTotal, sum(priced.fees.map(({ tax }) => tax), cart.currency)) });
      await deps.carts.complete(cart);
      if (nothingToPayNow) await deps.idempotency.store(idempotency, this.replyFor(order, token, 201), orderId);
      await deps.failpoint('checkout.before_commit');
      return { order, payment, isAnswered: nothingToPayNow };
    }, { repeatable: true }));
  }

  /** What somebody has to look at first, and what the shop takes later, is only promised; what leaves at once is paid at once. */
  private async authorizesOnly(items: Parameters<typeof sendsAtOnce>[0]['items'], isHeld: boolean): Promise<boolean> {
    return isHeld || (!sendsAtOnce({ items }) && await this.deps.payments.captureAt() !== 'placement');
  }

  /** What went wrong may have a good end: another request was first, or stock is tied up in orders that nobody paid. */
  private async mayTryAgain(error: unknown, attempt: number): Promise<boolean> {
    if (attempt >= ATTEMPTS) return false;
    if (error instanceof ConcurrentChange || duplicateKeyOf(error) !== null) return true;
    return error instanceof DomainError && error.code === 'insufficient_stock' && await this.deps.orders.expireDue(shortSkus(error)) > 0;
  }

  /** A crash left this request half done: go on from what was committed. */
  private async takeUp(known: Stored, { idempotency, body }: PlaceOrder): Promise<Reply> {
    if (known.state === 'done') return known.reply;
    const order = await this.deps.orders.get(await this.resumable(known, idempotency), { staff: true });
    if (order.status === 'pending' && order.payment?.status === 'pending') await this.deps.payments.execute(order.payment.id, body.payment);
    return this.answer(idempotency, order.id, this.tokenOf(order));
  }

  private async answer(idempotency: IdempotencyRequest, orderId: string, token: string | null): Promise<Reply> {
    const order = await this.deps.orders.get(orderId, { staff: true });
    const reply = this.replyFor(order, token, 201);
    await this.deps.failpoint('checkout.before_answer');
    await this.deps.idempotency.complete(idempotency, reply);
    return reply;
  }

  private async orderOfLatestCart(shopper: Shopper): Promise<Order | null> {
    const latest: Cart | null = await this.deps.carts.findLatest(shopper);
    return latest && this.deps.orders.findByCart(latest.id);
  }

  private replyFor(order: Order, token: string | null, status: number): Reply {
    return { status, location: `/orders/${order.id}`, body: success(isHeldForReview(order) ? `Order ${order.number} is being checked.` : `Order ${order.number} is ${order.status}.`, presentOrder(order, token ?? undefined)) };
  }

  private tokenOf(order: Order): string | null {
    return order.userId === null ? this.guestToken(order.id) : null;
  }

  private guestToken(orderId: string): string {
    return createHmac('sha256', this.deps.tokenSecret).update(`order-token:${orderId}`).digest('base64url');
  }
}

const shortSkus = ({ facts }: DomainError): string[] => (facts['lines'] as Array<{ sku: string }>).map(({ sku }) => sku);
