import { randomUUID } from 'node:crypto';
import type { Actor } from '../../shared/actor.js';
import type { RecordAudit } from '../../shared/audit.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import { requireVersion } from '../../shared/http/etag.js';
import type { IdempotencyRequest } from '../../shared/http/idempotency.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { Reply } from '../../shared/http/reply.js';
import type { Order, Orders } from '../../fulfilment/orders/index.js';
import type { Money } from '../../shared/money.js';
import { problemsOf, quoteCart, type CartProblem, type Quote } from '../cart/index.js';
import type { Checkout, PaymentBody } from '../checkout/index.js';
import { cartOf, checkoutOf, localeOf, offersOf, quotingOf, type DraftCheckoutDeps } from './draft-checkout.js';
import { DraftNotFound, DraftNotOpen, wrongField } from './draft-orders.errors.js';
import type { DraftContent, DraftLine, DraftOrder } from './draft-orders.js';
import type { DraftFilter, DraftOrderRepository } from './draft-orders.repository.js';

export type DraftOrderDeps = DraftCheckoutDeps & Readonly<{
  drafts: DraftOrderRepository; checkout: Pick<Checkout, 'serviceWith'>; orders: Orders['service']; audit: RecordAudit; now: Clock; inTransaction: InTransaction;
  defaultCurrency: string; defaultCountry: string;
}>;
export type NewDraft = Readonly<Omit<DraftContent, 'lines'> & { userId?: string | undefined; email?: string | undefined; currency?: string | undefined; lines: ReadonlyArray<Omit<DraftLine, 'id'>> }>;
export type Priced = Readonly<{ draft: DraftOrder; quote: Quote; problems: readonly CartProblem[]; order: Order | null }>;

/** Orders that staff prepares for somebody. What makes them an order is checkout itself, given a cart that the draft stands for. */
export class DraftOrderService {
  constructor(private readonly deps: DraftOrderDeps) {}

  async create({ userId, email, currency = this.deps.defaultCurrency, ...content }: NewDraft, actor: Actor): Promise<Priced> {
    const to = email ?? (userId === undefined ? undefined : (await this.deps.findCustomer(userId))?.email);
    if (to === undefined) throw wrongField(userId === undefined ? 'email' : 'userId', 'any_required', 'name a customer, or the e-mail address of somebody who is none');
    const checked = this.check(content, currency);
    const draft = await this.deps.inTransaction(async () => {
      const made = await this.deps.drafts.insert({ ...checked, state: 'open', userId: userId ?? null, email: to, currency, createdBy: actor }, this.deps.now());
      await this.noteByHand(made, actor, 'draft_order.created');
      return made;
    });
    return this.priced(draft);
  }

  async get(id: string): Promise<Priced> {
    return this.priced(await this.read(id));
  }

  list(filter: DraftFilter, query: PageQuery): Promise<Page<DraftOrder>> {
    return this.deps.drafts.list(filter, query);
  }

  async change(id: string, content: Omit<NewDraft, 'userId' | 'email' | 'currency'>, { actor, ifMatch }: { actor: Actor; ifMatch: number | undefined }): Promise<Priced> {
    const draft = await this.deps.inTransaction(async () => {
      const { shippingAddress: _s, billingAddress: _b, shippingMethod: _m, pickupLocationId: _p, notes: _n, ...kept } = await this.readOpen(id, ifMatch);
      const saved = await this.deps.drafts.save({ ...kept, ...this.check(content, kept.currency) }, this.deps.now());
      await this.noteByHand(saved, actor, 'draft_order.changed');
      return saved;
    });
    return this.priced(draft);
  }

  cancel(id: string, ifMatch: number | undefined): Promise<DraftOrder> {
    return this.deps.inTransaction(async () => this.deps.drafts.save({ ...await this.readOpen(id, ifMatch), state: 'cancelled' }, this.deps.now()));
  }

  /** The same steps as any checkout: problems, stock, limits, tax, payment. A second completion answers the order of the first. */
  async complete(id: string, { payment, expectedTotal, actor, idempotency }: { payment: PaymentBody; expectedTotal?: Money; actor: Actor; idempotency: IdempotencyRequest }): Promise<Reply> {
    const draft = await this.read(id);
    if (draft.state === 'cancelled') throw new DraftNotOpen(draft.state);
    const service = this.deps.checkout.serviceWith(checkoutOf(this.deps, draft, payment.provider === 'link'));
    return service.place({
      shopper: { userId: draft.userId ?? undefined }, userEmail: draft.email, actor, idempotency, locale: await localeOf(this.deps, draft),
      body: { email: draft.email, payment, ...(draft.notes !== undefined && { notes: draft.notes }), ...(expectedTotal && { expectedTotal }) },
    });
  }

  private async priced(draft: DraftOrder): Promise<Priced> {
    const cart = await cartOf(this.deps, draft);
    const offers = await offersOf(this.deps, draft)(cart.lineItems.map(({ sku }) => sku), draft.currency, await this.deps.quoting.buyerOf({ userId: draft.userId }));
    const quote = await quoteCart({ ...cart, email: draft.email }, offers, quotingOf(this.deps, draft), {
      address: draft.shippingAddress ?? { country: this.deps.defaultCountry }, method: draft.shippingMethod, pickupLocationId: draft.pickupLocationId,
    });
    return { draft, quote, problems: problemsOf(cart.lineItems, offers), order: draft.state === 'completed' ? await this.deps.orders.findByCart(draft.id) : null };
  }

  private check({ lines, ...content }: Omit<NewDraft, 'userId' | 'email' | 'currency'>, currency: string): DraftContent {
    const foreign = lines.findIndex(({ unitPrice }) => unitPrice && unitPrice.currency !== currency);
    if (foreign >= 0) throw wrongField(`lines/${foreign}/unitPrice/currency`, 'any_only', `must be ${currency}, like the draft`);
    if (content.discount?.amount && content.discount.amount.currency !== currency) throw wrongField('discount/amount/currency', 'any_only', `must be ${currency}, like the draft`);
    const twice = lines.findIndex(({ sku }, at) => lines.findIndex((line) => line.sku === sku) < at);
    if (twice >= 0) throw wrongField(`lines/${twice}/sku`, 'array_unique', 'is in the draft already');
    return { ...content, lines: lines.map((line) => ({ id: randomUUID(), ...line })) };
  }

  /** Money that somebody gave away by hand is on record with who did it and why. */
  private async noteByHand({ id, lines, discount }: DraftOrder, actor: Actor, action: string): Promise<void> {
    const prices = lines.filter(({ unitPrice }) => unitPrice).map(({ sku, unitPrice, priceReason }) => ({ sku, unitPrice, reason: priceReason }));
    if (prices.length > 0 || discount) await this.deps.audit({ actor, action, subject: `draft_order:${id}`, after: { prices, discount } });
  }

  private async read(id: string): Promise<DraftOrder> {
    const found = await this.deps.drafts.find(id);
    if (!found) throw new DraftNotFound();
    return found;
  }

  private async readOpen(id: string, ifMatch: number | undefined): Promise<DraftOrder> {
    const draft = await this.read(id);
    if (draft.state !== 'open') throw new DraftNotOpen(draft.state);
    requireVersion(ifMatch, draft.version);
    return draft;
  }
}
