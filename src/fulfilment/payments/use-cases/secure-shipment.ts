import { CaptureRefused, CaptureUnanswered } from '../payments.errors.js';
import { capturable, type Payment } from '../payments.js';
import type { PaymentRepository } from '../payments.repository.js';
import type { CaptureAt } from '../settings/payment-settings.js';
import type { Deadlines } from './deadlines.js';
import type { MoveMoney } from './move-money.js';

type SecureDeps = { payments: PaymentRepository; moves: Pick<MoveMoney, 'capture'>; deadlines: Pick<Deadlines, 'ensureSecured'>; captureAt(): Promise<CaptureAt>; isByHand(payment: Payment): boolean };

/** Before goods leave: the bank still holds the money, and where the shop takes it then, it is taken first. */
export class SecureShipment {
  constructor(private readonly deps: SecureDeps) {}

  /** Asks the provider, so outside of transactions. Throws where the goods have to stay. */
  async secure(orderId: string): Promise<void> {
    const { payments, deadlines, captureAt, isByHand } = this.deps;
    await deadlines.ensureSecured(orderId);
    if (await captureAt() !== 'shipment') return;
    const authorized = (await payments.findByOrders([orderId])).filter((payment) => payment.live && payment.status === 'authorized' && !isByHand(payment));
    for (const payment of authorized) await this.take(payment);
  }

  /** All of it at the first parcel: most banks let go of the rest once a part was taken. Two parcels at once ask under one key. */
  private async take({ id: paymentId, orderId, version, ...payment }: Payment): Promise<void> {
    if (payment.capturingAmount > 0) throw new CaptureUnanswered(orderId);
    if (capturable({ id: paymentId, orderId, version, ...payment }) <= 0) return;
    const { transaction } = await this.deps.moves.capture({ paymentId, reason: 'shipment', key: `${paymentId}:shipment:${version}` });
    if (transaction.state === 'success') return;
    if (transaction.state !== 'failure') throw new CaptureUnanswered(orderId);
    await this.deps.deadlines.ensureSecured(orderId);
    throw new CaptureRefused(orderId, transaction.failure);
  }
}
