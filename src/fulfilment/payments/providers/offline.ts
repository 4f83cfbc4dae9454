import type { Failure, ProviderOperation, ProviderPayment } from '../payments.js';
import type { OperationRequest, PaymentProvider, ProviderAnswer } from '../provider.js';

/** The goods are sent now, the money comes within weeks. */
export const NET_TERMS = 'net_terms';

/** Money that changes hands outside: staff record when it came and when it went back, and that is believed at once. */
export function createOfflineProvider(): PaymentProvider {
  return {
    name: 'offline',
    methods: ['cash_on_delivery', 'bank_transfer', NET_TERMS],
    needsToken: () => false,
    offline: true,
    authorize: async ({ payment }) => known({ payment, amount: payment.amount, key: payment.idempotencyKey }, 'pending', []),
    capture: async (request) => done(request, 'captured', 'capture'),
    void: async (request) => (request.payment.capturedAmount > 0
      ? refused({ code: 'already_captured', message: 'Money was received for it. Refund it instead.' }) : done(request, 'voided', 'void')),
    refund: async (request) => done(request, 'captured', 'refund'),
    lookUp: async ({ idempotencyKey: key, ...payment }) => known({ payment: { idempotencyKey: key, ...payment }, amount: payment.amount, key }, 'pending', []),
  };
}

const refused = (failure: Failure): ProviderAnswer => ({ kind: 'refused', failure });

const done = (request: OperationRequest, status: ProviderPayment['status'], kind: ProviderOperation['kind']): ProviderAnswer =>
  known(request, status, [{ id: request.key, key: request.key, kind, amount: request.amount.amount, state: 'success' }]);

function known({ payment }: OperationRequest, status: ProviderPayment['status'], operations: ProviderOperation[]): ProviderAnswer {
  const { idempotencyKey, orderId, amount } = payment;
  return { kind: 'known', payment: { reference: idempotencyKey, idempotencyKey, orderId, amount, status, operations } };
}
