import type { Clock } from '../../shared/clock.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Outbox, StoredEvent } from '../../shared/events/outbox.js';
import type { Failpoint } from '../../shared/failpoint.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { KeyedQueue } from '../../shared/keyed-queue.js';
import type { Money } from '../../shared/money.js';
import { InvoiceNotFound } from './invoices.errors.js';
import { creditLines, faultOf, isDue, dueLines, seriesFor, differenceOf, grossOf, negated, openLines, totalsOf, type Attribution, type Document, type DocumentKind, type DocumentLine, type InvoicedOrder, type IssueAt, type Seller } from './invoices.js';
import type { DocumentFilter, InvoiceRepository } from './invoices.repository.js';

export type InvoiceConfig = Readonly<{ issueAt: IssueAt; invoiceSeries: string; creditNoteSeries: string; seller: Seller; fallbackLocale: string }>;
export type InvoiceDeps = Readonly<{
  invoices: InvoiceRepository; outbox: Pick<Outbox, 'once' | 'record'>; queue: KeyedQueue; now: Clock; failpoint: Failpoint; config: InvoiceConfig;
  /** Null when the event is about no order that we know. */
  findOrder(orderId: string): Promise<InvoicedOrder | null>;
  /** What one movement of money gave back for; null when nobody knows such a refund. */
  findRefund(orderId: string, key: string): Promise<Readonly<{ attribution: Attribution; reason?: string }> | null>;
}>;

const SUBSCRIBER = 'invoices';

export class InvoiceService {
  constructor(private readonly deps: InvoiceDeps) {}

  /** Whatever an event says, the order as it is now decides. Documents of one process take turns: they would only collide at the number. */
  async hear(event: StoredEvent): Promise<void> {
    if (event.type === 'order.placed' && await this.isTooSoon(event.aggregateId)) return;
    await this.deps.queue.run([SUBSCRIBER], async () => {
      for (let attempt = 1; ; attempt++) {
        try {
          return await this.deps.outbox.once(event, SUBSCRIBER, () => this.write(event));
        } catch (error) {
          // Two first documents of a new series: the other one has begun it now.
          if (duplicateKeyOf(error) !== 'series' || attempt === 5) throw error;
        }
      }
    });
  }

  /** Most new orders are not paid or sent yet; what makes them due later is an event of its own. Told without a transaction and a mark of the event. */
  private async isTooSoon(orderId: string): Promise<boolean> {
    const order = await this.deps.findOrder(orderId);
    return !order || !isDue(order, this.deps.config.issueAt);
  }

  async ofOrder(orderId: string): Promise<Document> {
    const found = await this.deps.invoices.find({ orderId, kind: 'invoice' });
    if (!found) throw new InvoiceNotFound();
    return found;
  }

  allOf(orderId: string): Promise<Document[]> {
    return this.deps.invoices.ofOrder(orderId);
  }

  async get(id: string, kind: DocumentKind): Promise<Document> {
    const found = await this.deps.invoices.find({ id, kind });
    if (!found) throw new InvoiceNotFound();
    return found;
  }

  list(filter: DocumentFilter, query: PageQuery): Promise<Page<Document>> {
    return this.deps.invoices.list(filter, query);
  }

  private async write(event: StoredEvent): Promise<void> {
    const order = await this.deps.findOrder(event.aggregateId);
    if (!order) return;
    const known = await this.deps.invoices.ofOrder(order.id);
    if (event.type === 'payment.refunded') return this.credit(order, known, event.data);
    if (event.type === 'order.tenders_refunded') return this.credit(order, known, { ...event.data, refundAmount: event.data['amount'] });
    if (event.type === 'order.refunded_to_store_credit') {
      return this.credit(order, known, { key: `store-credit:${event.id}`, ...event.data, refundAmount: (event.data['amount'] as Money).amount });
    }
    if (event.type === 'order.owed_less') return this.creditUnpaid(order, known, event);
    if (event.type === 'order.cancelled') return this.writeOffUnpaid(order, known, event.data);
    const hasInvoice = known.some(({ kind }) => kind === 'invoice');
    if (!hasInvoice && isDue(order, this.deps.config.issueAt)) await this.first(order);
    if (hasInvoice && event.type === 'order.edited') await this.supplement(order, known, event);
  }

  private async first(order: InvoicedOrder): Promise<void> {
    await this.issue(order, 'invoice', dueLines(order), {});
    if (order.origin?.type === 'exchange' && (order.prepaid ?? 0) > 0) await this.creditExchanged(order.origin, order.prepaid!);
  }

  /** Goods that were exchanged paid a part of the new ones, so no money moves: the invoice of the old ones is corrected all the same. */
  private async creditExchanged(origin: { id: string; orderId: string }, worth: number): Promise<void> {
    const order = await this.deps.findOrder(origin.orderId);
    if (!order) return;
    const data = { key: `exchange:${origin.id}`, refundAmount: worth };
    await this.credit(order, await this.deps.invoices.ofOrder(order.id), data);
  }

  /** A refund of what was never invoiced needs no correction. */
  private async credit(order: InvoicedOrder, known: readonly Document[], data: Readonly<Record<string, unknown>>): Promise<void> {
    const invoice = known.find(({ kind }) => kind === 'invoice');
    const refundKey = String(data['key']);
    if (!invoice || known.some((document) => document.refundKey === refundKey)) return;
    const amount: Money = { amount: Number(data['refundAmount']), currency: order.currency };
    const refund = await this.deps.findRefund(order.id, refundKey);
    const attribution = (data['attribution'] as Attribution | undefined) ?? refund?.attribution;
    const lines = creditLines(known, amount, attribution ?? { lines: [], shipping: 0, goodwill: amount.amount });
    const reason = refund?.reason ?? (data['reason'] as string | undefined);
    await this.issue(order, 'credit_note', lines, { refundKey, invoiceNumber: invoice.number, ...(reason !== undefined && { reason }) });
  }

  /** Dearer: a second invoice about the difference. Cheaper by money that was never paid: a credit note; what is paid back gets one by its refund. */
  private async supplement(order: InvoicedOrder, known: readonly Document[], event: StoredEvent): Promise<void> {
    const lines = differenceOf(order, known);
    const invoiceNumber = known.find(({ kind }) => kind === 'invoice')!.number;
    const gross = grossOf(lines);
    if (gross > 0) return this.issue(order, 'invoice', lines, { supplements: event.id, invoiceNumber });
    const unpaid = -gross - Number(event.data['refund'] ?? 0);
    if (unpaid <= 0) return;
    const refundKey = `${order.id}:edit:${String(event.data['editId'])}:unpaid`;
    const amount = { amount: unpaid, currency: order.currency };
    await this.issue(order, 'credit_note', unpaid === -gross ? negated(lines) : creditLines(known, amount, { lines: [], shipping: 0, goodwill: unpaid }), { refundKey, invoiceNumber });
  }

  /** Units were given up or came back before anybody paid them: an invoice that was written before still asks for them. */
  private async creditUnpaid(order: InvoicedOrder, known: readonly Document[], { data, occurredAt }: StoredEvent): Promise<void> {
    const invoice = known.find(({ kind }) => kind === 'invoice');
    if (!invoice) return;
    const knewIt = invoice.orderVersion === undefined ? invoice.issuedAt >= occurredAt : invoice.orderVersion >= Number(data['version']);
    if (!knewIt) await this.credit(order, known, { ...data, refundAmount: data['amount'] });
  }

  /** Given up while it was paid in part: the part that never came is asked for no more. What did come gets its credit note by its refund. */
  private async writeOffUnpaid(order: InvoicedOrder, known: readonly Document[], { goesBack }: Readonly<Record<string, unknown>>): Promise<void> {
    const refundKey = `${order.id}:cancelled:unpaid`;
    const invoice = known.find(({ kind }) => kind === 'invoice');
    if (!invoice || goesBack === undefined || known.some((document) => document.refundKey === refundKey)) return;
    const unpaid = grossOf(openLines(known)) - Number(goesBack);
    if (unpaid <= 0) return;
    const lines = creditLines(known, { amount: unpaid, currency: order.currency }, { lines: [], shipping: 0, goodwill: unpaid });
    await this.issue(order, 'credit_note', lines, { refundKey, invoiceNumber: invoice.number });
  }

  private async issue(order: InvoicedOrder, kind: DocumentKind, lines: readonly DocumentLine[], more: Pick<Document, 'refundKey' | 'reason' | 'invoiceNumber' | 'supplements'>): Promise<void> {
    const { invoices, outbox, now, failpoint, config } = this.deps;
    const issuedAt = now();
    const { currency, billingAddress, shippingAddress, userId, email, taxation } = order;
    const content = { lines, totals: totalsOf(lines, currency), currency };
    const fault = faultOf(content);
    if (fault !== null) throw new RangeError(`The ${kind} of order ${order.id} does not add up: ${fault}`);
    await failpoint('invoices.before_number');
    const document = await invoices.issue({
      kind, series: seriesFor(kind === 'invoice' ? config.invoiceSeries : config.creditNoteSeries, billingAddress.country, issuedAt), issuedAt,
      orderId: order.id, orderNumber: order.number, userId, email, locale: order.locale ?? config.fallbackLocale, seller: config.seller,
      ...(taxation?.vatId && { buyerVatId: taxation.vatId.number }), billingAddress, shippingAddress, taxIncluded: order.totals.taxIncluded, ...(order.version !== undefined && { orderVersion: order.version }), ...content, ...more,
    }, () => failpoint('invoices.after_number'));
    await outbox.record({
      type: kind === 'invoice' ? 'invoice.issued' : 'credit_note.issued', aggregateId: order.id,
      data: { documentId: document.id, number: document.number, orderId: order.id, gross: document.totals.gross, ...(more.refundKey !== undefined && { refundKey: more.refundKey }) },
    });
    await failpoint('invoices.before_commit');
  }
}
