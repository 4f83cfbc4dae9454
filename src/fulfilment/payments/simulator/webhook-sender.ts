import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../../shared/clock.js';
import { webhookHeaders, webhookSecret } from '../../../shared/crypto/standard-webhooks.js';
import type { Fault } from './faults.js';
import type { SimPayment, Wire } from './ledger.js';
import { paypalEvent, paypalHeaders } from './paypal-wire.js';
import { stripeEvent, stripeHeaders } from './stripe-wire.js';
import { wireOf } from './wire.js';

const TIMEOUT_MS = 5_000;
const BASE_MS = 300;
const CEILING_MS = 60_000;
const ATTEMPTS = 14;
/** As with real providers the answer of the call comes first, usually. */
const USUAL_MS = 100;
const REORDER_MS = 150;
const LATE_MS = 300;

type Target = { url: string | undefined };
type Delivery = Readonly<{ id: string; wire: Wire; body: string; afterMs: number }>;

/** Sends every change to the shop, signed, until it is taken: at least once, in no promised order. */
export class WebhookSender {
  private readonly halt = new AbortController();
  private readonly open = new Set<Promise<void>>();

  constructor(private readonly deps: { target: Target; secret: string; now: Clock; random: () => number }) {}

  /** `position`: the how manieth event of one call this is, so that they can be turned round. */
  send(type: string, payment: SimPayment, fault: Fault, position: number): void {
    if (fault.dropWebhooks !== undefined && this.deps.random() < fault.dropWebhooks) return;
    const told = fault.wrongAmountWebhooks ? withWrongAmount(payment) : payment;
    const reorderMs = fault.reorderWebhooks ? Math.max(0, REORDER_MS * (2 - position)) : 0;
    const afterMs = USUAL_MS + reorderMs + this.deps.random() * (fault.delayWebhooksMs ?? 0);
    const id = `msg_${randomUUID().replaceAll('-', '')}`;
    const wire = wireOf(payment);
    const body = this.bodyOf(id, fault.wrongAmountWebhooks ? 'payment.captured' : type, told);
    if (body === null) return;
    for (let copy = 0; copy < (fault.duplicateWebhooks ?? 1); copy++) this.start({ id, wire, body, afterMs });
    if (fault.lateFailureWebhook && type === 'payment.captured') {
      const failed: SimPayment = { ...payment, status: 'failed', failure: { code: 'late', message: 'News from before.' }, operations: [] };
      const late = this.bodyOf(`${id}_late`, 'payment.failed', failed);
      if (late !== null) this.start({ id: `${id}_late`, wire, body: late, afterMs: LATE_MS });
    }
  }

  /** Resolves when nothing is on its way any more. */
  async idle(): Promise<void> {
    while (this.open.size > 0) await Promise.allSettled([...this.open]);
  }

  async stop(): Promise<void> {
    this.halt.abort();
    await this.idle();
  }

  /** Null: this wire format has no event for it. */
  private bodyOf(id: string, type: string, payment: SimPayment): string | null {
    const now = this.deps.now();
    if (payment.wire === 'stripe') return JSON.stringify(stripeEvent(id, type, payment, now));
    if (payment.wire === 'paypal') return paypalEvent(id, type, payment, now);
    return JSON.stringify({ type, timestamp: now.toISOString(), data: { payment } });
  }

  private headersOf({ id, wire, body }: Delivery): Record<string, string> {
    const { secret, now } = this.deps;
    if (wire === 'stripe') return stripeHeaders(secret, body, now());
    if (wire === 'paypal') return paypalHeaders(secret, { id, body }, now());
    return webhookHeaders(webhookSecret(secret), { id, timestamp: Math.floor(now().getTime() / 1000), body });
  }

  private start(delivery: Delivery): void {
    const running = this.deliver(delivery).finally(() => { this.open.delete(running); });
    this.open.add(running);
  }

  private async deliver(delivery: Delivery): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS && !this.halt.signal.aborted; attempt++) {
      const wait = attempt === 0 ? delivery.afterMs : Math.min(CEILING_MS, BASE_MS * 2 ** attempt) * (0.75 + this.deps.random() / 2);
      if (wait > 0) await pause(wait, undefined, { signal: this.halt.signal }).catch(() => {});
      if (this.deps.target.url === undefined || this.halt.signal.aborted) return;
      if (await this.post(this.deps.target.url.replace(/simulator$/, delivery.wire), delivery)) return;
    }
  }

  private async post(url: string, delivery: Delivery): Promise<boolean> {
    try {
      const response = await fetch(url, {
        method: 'POST', body: delivery.body, signal: AbortSignal.any([AbortSignal.timeout(TIMEOUT_MS), this.halt.signal]),
        headers: { 'content-type': 'application/json', ...this.headersOf(delivery) },
      });
      await response.body?.cancel();
      return response.ok;
    } catch {
      return false;
    }
  }
}

function withWrongAmount(payment: SimPayment): SimPayment {
  const amount = payment.amount.amount * 10;
  return { ...payment, amount: { ...payment.amount, amount }, status: 'captured', operations: [{ id: `cap_wrong_${payment.id}`, kind: 'capture', amount, state: 'success', at: payment.updatedAt }] };
}
