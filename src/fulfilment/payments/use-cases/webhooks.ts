import { later, type Clock } from '../../../shared/clock.js';
import type { ReportError } from '../../../shared/http/problem.js';
import { backoffMs } from '../backoff.js';
import { ProviderNotFound, WebhookNotSigned } from '../payments.errors.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { ProviderPayment } from '../payments.js';
import type { WebhookHeaders } from '../provider.js';
import type { Providers } from '../providers/registry.js';
import type { StoredWebhook, WebhookRepository } from '../webhooks.repository.js';
import type { ApplyResult } from './apply-result.js';
import type { MoveMoney } from './move-money.js';
import type { Reconcile } from './reconcile.js';

/** In a storm, or when the database is slow, they wait there for the worker: the sender is answered as fast as they can be stored. */
const APPLIED_AT_ONCE = 4;
const SLOW_STORE_MS = 100;
const BATCH = 200;
const GIVE_UP_AFTER = 12;

type WebhookDeps = {
  webhooks: WebhookRepository; payments: PaymentRepository; providers: Providers; results: ApplyResult; moves: MoveMoney;
  reconcile: Pick<Reconcile, 'refresh'>; now: Clock; report: ReportError;
};

/** Stored first, then answered, then applied; what cannot be applied yet is tried again by the worker. */
export class Webhooks {
  private applying = 0;

  constructor(private readonly deps: WebhookDeps) {}

  /** How many of its events were new. */
  async receive(name: string, headers: WebhookHeaders, body: Buffer): Promise<number> {
    const { providers, webhooks, now } = this.deps;
    const provider = providers.find(name);
    if (!provider?.readWebhook) throw new ProviderNotFound();
    const events = await provider.readWebhook(headers, body, now());
    if (!events) throw new WebhookNotSigned();
    let received = 0;
    for (const { id, ...event } of events) {
      const started = performance.now();
      const stored = await webhooks.store({ id: `${name}:${id}`, provider: name, ...event }, now());
      if (!stored) continue;
      received += 1;
      if (this.applying < APPLIED_AT_ONCE && performance.now() - started < SLOW_STORE_MS) await this.tryNow(stored);
    }
    return received;
  }

  /** The worker's round. */
  async applyDue(): Promise<number> {
    const due = await this.deps.webhooks.findDue(this.deps.now(), BATCH);
    for (const webhook of due) await this.tryNow(webhook);
    return due.length;
  }

  /** The sender is answered all the same: what went wrong here is ours to repeat. */
  private async tryNow(webhook: StoredWebhook): Promise<void> {
    this.applying += 1;
    try {
      await this.apply(webhook);
    } catch (error) {
      await this.deps.webhooks.postpone(webhook.id, later(this.deps.now(), backoffMs(webhook.attempts)));
      this.deps.report(error, { webhook: webhook.id });
    } finally {
      this.applying -= 1;
    }
  }

  private async apply(webhook: StoredWebhook): Promise<void> {
    const { webhooks, payments, results, moves, reconcile, now } = this.deps;
    const { id, provider, attempts } = webhook;
    const reported = webhook.payment ?? await this.lookUp(webhook);
    const payment = reported && await payments.findByKey(reported.idempotencyKey);
    if (!reported || payment?.provider !== provider) {
      // It may be ahead of our own record; a payment that stays unknown is left for the comparison of both ledgers.
      if (attempts >= GIVE_UP_AFTER) await webhooks.settle(id, 'unmatched');
      else await webhooks.postpone(id, later(now(), backoffMs(attempts)));
      return;
    }
    const { mismatch, planned, payment: after } = await results.apply(payment, reported);
    await webhooks.settle(id, mismatch === null ? 'applied' : 'refused');
    for (const { key } of planned) await moves.send(key);
    // A buyer's approval moves no money: the adapter takes it when it is asked what became of the payment.
    if (webhook.about !== undefined && after.status === 'requires_action') await reconcile.refresh(after);
  }

  private async lookUp({ provider, about }: StoredWebhook): Promise<ProviderPayment | null> {
    const answer = about === undefined ? undefined : await this.deps.providers.get(provider).lookUpAbout?.(about);
    return answer?.kind === 'known' ? answer.payment : null;
  }
}
