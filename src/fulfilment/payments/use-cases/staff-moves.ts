import type { RecordAudit } from '../../../shared/audit.js';
import type { IdempotencyStore, Stored } from '../../../shared/db/idempotency.js';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import { later, type Clock } from '../../../shared/clock.js';
import type { Actor } from '../../../shared/actor.js';
import { RequestInFlight, type IdempotencyRequest } from '../../../shared/http/idempotency.js';
import type { Reply } from '../../../shared/http/reply.js';
import { success } from '../../../shared/http/schemas.js';
import type { Money } from '../../../shared/money.js';
import type { RefundWish } from '../attribution.js';
import { CaptureOnHold, PaymentNotFound, WrongCurrency } from '../payments.errors.js';
import { capturable, refundable, type Payment } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';
import { stateOf, type OrderRefund } from '../refund.js';
import { presentPayment, presentRefund, presentTransaction } from '../payments.schemas.js';
import type { MoveMoney, Moved } from './move-money.js';
import type { RefundOrder } from './refund-order.js';

const LATELY_MS = 24 * 3_600_000;

type StaffMove = Readonly<{
  kind: 'refund' | 'capture'; orderId: string; amount?: Money; reason?: string; paymentId?: string; lines?: RefundWish['lines']; shipping?: Money; goodwill?: Money & { reason?: string }; actor: Actor; idempotency: IdempotencyRequest;
}>;
type RefundAsked = Pick<StaffMove, 'orderId' | 'amount' | 'lines' | 'shipping' | 'goodwill'>;
type StaffDeps = {
  now: Clock;
  /** Whether an order is being checked, so that its money is not to be taken yet. */
  isHeld(orderId: string): Promise<boolean>;
  isLargeRefund(amount: Money): boolean;
  whole: RefundOrder; payments: PaymentRepository; moves: MoveMoney; idempotency: Pick<IdempotencyStore, 'find' | 'begin' | 'takeUp' | 'complete'>; audit: RecordAudit };

/** Refunds and captures that people ask for: once per Idempotency-Key, through any crash, and on record with who asked. */
export class StaffMoves {
  constructor(private readonly deps: StaffDeps) {}

  async move(request: StaffMove): Promise<Reply> {
    const known = await this.deps.idempotency.find(request.idempotency);
    if (known) return this.takeUp(known, request);
    try {
      return isOfOrder(request) ? await this.answerWhole(request, await this.refundOrder(request)) : await this.answer(request, await this.begin(request));
    } catch (error) {
      const other = duplicateKeyOf(error) === '_id' ? await this.deps.idempotency.find(request.idempotency) : null;
      if (other) return this.takeUp(other, request);
      throw error;
    }
  }

  /** Whether a stolen session must not do it by itself. Where lines are to be refunded, or simply all, that is at most what is left. */
  async isLarge({ orderId, amount, lines, shipping, goodwill }: RefundAsked): Promise<boolean> {
    const found = await this.deps.payments.findByOrders([orderId]);
    const lately = await this.paidBackLately(found);
    // In parts it is as much as at once.
    const isLarge = (asked: Money) => this.deps.isLargeRefund({ ...asked, amount: asked.amount + lately });
    if (amount) return isLarge(amount);
    const named = [shipping, goodwill].filter((one) => one !== undefined);
    if (!lines && named.length > 0) return isLarge({ amount: named.reduce((sum, one) => sum + one.amount, 0), currency: named[0]!.currency });
    const [payment] = found;
    return payment !== undefined && isLarge({ amount: await this.deps.whole.left(orderId), currency: payment.amount.currency });
  }

  /** Minor units that went back within a day, or are about to, and what became store credit. */
  async paidBackLately(of: string | readonly Payment[]): Promise<number> {
    const { payments, now } = this.deps;
    const found = typeof of === 'string' ? await payments.findByOrders([of]) : of;
    const since = later(now(), -LATELY_MS);
    const moves = (await payments.findTransactions(found.map(({ id }) => id))).filter(({ kind, state, at }) => kind === 'refund' && state !== 'failure' && at >= since);
    return moves.reduce((so, { amount }) => so + amount.amount, 0) + found.reduce((so, { convertedAmount = 0 }) => so + convertedAmount, 0);
  }

  /** A request that was cut off had written its movement down: whoever repeats it goes on from there. */
  private async takeUp(known: Stored, request: StaffMove): Promise<Reply> {
    if (known.state === 'done') return known.reply;
    if (!known.abandoned || !await this.deps.idempotency.takeUp(request.idempotency)) throw new RequestInFlight();
    if (isOfOrder(request)) return this.answerWhole(request, await this.deps.whole.takeUp({ orderId: request.orderId, key: keyOf(request) }));
    await this.deps.moves.send(keyOf(request));
    return this.answer(request, await this.deps.moves.find(keyOf(request)));
  }

  private async begin(request: StaffMove): Promise<Moved> {
    const { moves, idempotency, audit } = this.deps;
    const { kind, actor } = request;
    if (kind === 'capture' && await this.deps.isHeld(request.orderId)) throw new CaptureOnHold(request.orderId);
    const payment = await this.choose(request);
    const reason = reasonOf(request);
    return moves[kind]({ paymentId: payment.id, amount: request.amount, wish: wishOf(request, payment), reason, key: keyOf(request), alongside: async (planned) => {
      await idempotency.begin(request.idempotency, planned.key);
      await audit({ actor, action: `payment.${kind}_requested`, subject: `payment:${payment.id}`, after: { orderId: request.orderId, amount: planned.amount, reason } });
    } });
  }

  private async refundOrder(request: StaffMove): Promise<OrderRefund> {
    const { whole, payments, idempotency, audit } = this.deps;
    const { orderId, amount, actor } = request;
    const [reason, key] = [reasonOf(request), keyOf(request)];
    const [latest] = await payments.findByOrders([orderId]);
    if (!latest) throw new PaymentNotFound();
    return whole.refund({ orderId, amount, wish: wishOf(request, latest), reason, key, alongside: async (planned) => {
      await idempotency.begin(request.idempotency, key);
      await audit({ actor, action: 'payment.refund_requested', subject: `payment:${planned.payment.id}`, after: { orderId, amount: planned.amount, reason } });
    } });
  }

  /** The named payment, else the latest that has something left, else the latest, whose refusal tells why. */
  private async choose({ kind, orderId, paymentId }: StaffMove): Promise<Payment> {
    const found = await this.deps.payments.findByOrders([orderId]);
    const left = kind === 'refund' ? refundable : capturable;
    const chosen = paymentId === undefined ? found.find((payment) => payment.live && left(payment) > 0) ?? found[0] : found.find(({ id }) => id === paymentId);
    if (!chosen) throw new PaymentNotFound();
    return chosen;
  }

  private async answerWhole({ idempotency, ...request }: StaffMove, refund: OrderRefund): Promise<Reply> {
    const body = success(sentence('refund', stateOf(refund.transactions)), presentRefund(refund, reasonOf(request)));
    const reply: Reply = { status: 201, body };
    await this.deps.idempotency.complete(idempotency, reply);
    return reply;
  }

  private async answer({ kind, idempotency }: StaffMove, { payment, transaction }: Moved): Promise<Reply> {
    const body = success(sentence(kind, transaction.state), { ...presentTransaction(transaction), payment: presentPayment(payment) });
    const reply: Reply = { status: 201, body };
    await this.deps.idempotency.complete(idempotency, reply);
    return reply;
  }
}

function wishOf({ lines, shipping, goodwill }: StaffMove, { amount: { currency } }: Payment): RefundWish | undefined {
  const foreign = [shipping, goodwill].find((one) => one && one.currency !== currency);
  if (foreign) throw new WrongCurrency(foreign.currency, currency);
  return lines || shipping || goodwill ? { lines, shipping, goodwill } : undefined;
}

/** Without a payment's name it is the order's money that goes back. */
const isOfOrder = ({ kind, paymentId }: Pick<StaffMove, 'kind' | 'paymentId'>): boolean => kind === 'refund' && paymentId === undefined;
const reasonOf = ({ reason, goodwill, kind }: Pick<StaffMove, 'reason' | 'goodwill' | 'kind'>): string => reason ?? goodwill?.reason ?? kind;

const keyOf = ({ kind, orderId, idempotency }: StaffMove): string => `${orderId}:${kind}:${idempotency.id}`;

function sentence(kind: 'refund' | 'capture', state: string): string {
  const noun = kind === 'refund' ? 'Refund' : 'Capture';
  if (state === 'success') return `${noun} done.`;
  return state === 'failure' ? `${noun} refused by the payment provider.` : `${noun} under way; the payment provider has not answered yet.`;
}
