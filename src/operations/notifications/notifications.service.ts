import type { RecordAudit } from '../../shared/audit.js';
import type { Actor } from '../../shared/actor.js';
import type { Clock } from '../../shared/clock.js';
import type { InTransaction } from '../../shared/db/transaction.js';
import type { Outbox, StoredEvent } from '../../shared/events/outbox.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { dueAccountMail, type MailedAccount } from './account-mails.js';
import { MailNotDead, MailNotFound } from './notifications.errors.js';
import { dueMail, keyOf, modelOf, type Mail, type MailedOrder, type MailModel, type Milestone } from './notifications.js';
import type { MailFilter, MailRepository } from './notifications.repository.js';
import { isSupported, renderMail } from './templates/render.js';

export type NotificationDeps = Readonly<{
  mails: MailRepository; outbox: Pick<Outbox, 'once'>; inTransaction: InTransaction; now: Clock; audit: RecordAudit;
  /** Null when the event is about no order that we know. */
  findOrder(orderId: string): Promise<MailedOrder | null>;
  /** Null when there is no such account any more. */
  findAccount(userId: string): Promise<MailedAccount | null>;
  findLocaleOfUser(userId: string): Promise<string | undefined>;
  config: Readonly<{ shopName: string; fallbackLocale: string; isDelivering: boolean }>;
}>;

/** A mail that some other part asks for: a code to sign in with, a gift card. */
export type MailRequest = Readonly<{ milestone: Milestone; subject: string; to: string; locale?: string | undefined; model: MailModel; secretRef?: string; orderId?: string; userId?: string }>;

const SUBSCRIBER = 'notifications';

export class NotificationService {
  constructor(private readonly deps: NotificationDeps) {}

  /** The mail is written in the transaction that marks the event as heard; sending it is another's work. */
  hear(event: StoredEvent): Promise<void> {
    return this.deps.outbox.once(event, SUBSCRIBER, async () => {
      const order = await this.deps.findOrder(event.aggregateId);
      if (!order) return;
      const locale = await this.localeFor(order);
      const due = dueMail(event, order, locale);
      if (!due) return;
      const { milestone, subject, secretRef } = due;
      await this.write({ milestone, subject, to: due.to ?? order.email, locale, model: modelOf(order, due, locale), orderId: order.id, ...(order.userId !== null && { userId: order.userId }), ...(secretRef !== undefined && { secretRef }) });
    });
  }

  /** The same for what concerns an account and not an order. */
  hearAccount(event: StoredEvent): Promise<void> {
    return this.deps.outbox.once(event, SUBSCRIBER, async () => {
      const account = await this.deps.findAccount(String(event.data['userId']));
      const due = dueAccountMail(event, this.supported(account?.locale));
      if (!due || !account) return;
      const { milestone, subject, to = account.email, more, secretRef } = due;
      await this.request({
        milestone, subject, to, userId: String(event.data['userId']), locale: account.locale, model: { ...(account.name !== undefined && { name: account.name }), ...more }, ...(secretRef !== undefined && { secretRef }),
      });
    });
  }

  /** Once per milestone, subject and recipient. Joins the caller's transaction. */
  async request(request: MailRequest): Promise<boolean> {
    return this.write({ ...request, locale: this.supported(request.locale) });
  }

  list(filter: MailFilter, query: PageQuery): Promise<Page<Mail>> {
    return this.deps.mails.list(filter, query);
  }

  async get(id: string): Promise<Mail> {
    const found = await this.deps.mails.find(id);
    if (!found) throw new MailNotFound();
    return found;
  }

  /** Gives a mail that was set aside another round. */
  async retry(id: string, actor: Actor): Promise<Mail> {
    return this.deps.inTransaction(async () => {
      const revived = await this.deps.mails.revive(id, this.deps.now());
      if (!revived) throw new MailNotDead((await this.get(id)).state);
      await this.deps.audit({ actor, action: 'mail.retried', subject: `mail:${id}` });
      return revived;
    });
  }

  private async write({ milestone, subject, to, locale = this.deps.config.fallbackLocale, model, secretRef, orderId, userId }: MailRequest): Promise<boolean> {
    const { mails, now, config } = this.deps;
    const rendered = renderMail(milestone, model, { locale, shop: config.shopName });
    return mails.addOnce({
      key: keyOf(milestone, subject, to), milestone, to, locale, orderId: orderId ?? null, ...(userId !== undefined && { userId }), ...rendered, ...(secretRef !== undefined && { secretRef }), ...(model.stopUrl !== undefined && { stopUrl: model.stopUrl }),
      state: config.isDelivering ? 'pending' : 'kept', dueAt: now(), createdAt: now(),
    });
  }

  /** The language of the order, else of the customer, else of the shop: the first that we have. */
  private async localeFor({ locale, userId }: MailedOrder): Promise<string> {
    if (locale !== undefined && isSupported(locale)) return locale;
    return this.supported(userId === null ? undefined : await this.deps.findLocaleOfUser(userId));
  }

  private supported(locale: string | undefined): string {
    return locale !== undefined && isSupported(locale) ? locale : this.deps.config.fallbackLocale;
  }
}
