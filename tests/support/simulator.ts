import { createSimulator, type SimulatorOptions } from '../../src/fulfilment/payments/index.js';

export const SIMULATOR_SECRET = 'a-secret-of-the-simulator';

/** A payment simulator of the test's own. Its URL goes into PAYMENT_SIMULATOR_URL; webhooks flow once `sendWebhooksTo` was told where. */
export async function startSimulator(options: Partial<SimulatorOptions> = {}) {
  const simulator = createSimulator({ secret: SIMULATOR_SECRET, ...options });
  const { url, port } = await simulator.listen(0);
  return {
    ...simulator, url, port,
    /** The base URL of the shop. */
    sendWebhooksTo: (shopUrl: string) => { simulator.target.url = `${shopUrl.replace(/\/$/, '')}/webhooks/payments/simulator`; },
    /** How often money was taken for an order, as the provider's books have it. */
    charges: (orderId: string) => simulator.ledger.report().charges.filter((charge) => charge.orderId === orderId).length,
    refunds: (orderId: string) => simulator.ledger.report().refunds.filter((refund) => refund.orderId === orderId).map(({ amount }) => amount),
    paymentsOf: (orderId: string) => simulator.ledger.all().filter((payment) => payment.orderId === orderId),
  };
}

export type Simulator = Awaited<ReturnType<typeof startSimulator>>;
