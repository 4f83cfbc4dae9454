import { createStripeProvider } from '../../../src/fulfilment/payments/providers/stripe.js';
import type { Payment } from '../../../src/fulfilment/payments/payments.js';
import { createBreaker } from '../../../src/shared/breaker.js';
import { eur } from './payment-world.js';
import { startStripeMock } from './tools.js';

/**
 * stripe-mock knows Stripe's own description of its API and refuses every request that does not fit it. It keeps nothing, so of the contract
 * only the requests can be tried here; docs/payment-adapters.md lists what is left out and why.
 */
const mock = await startStripeMock();
afterAll(() => { if ('stop' in mock) mock.stop(); });
const here = (name: string, work: (url: string) => Promise<void>) => ('url' in mock ? test(name, () => work(mock.url)) : test.skip(`${name} (stripe-mock: ${mock.missing})`, () => {}));

const providerAt = (url: string) => createStripeProvider({
  config: { secretKey: 'sk_test_123', webhookSecret: 'whsec_1', apiBase: url }, timeoutMs: 5_000, returnUrl: 'https://shop.example/thanks', breaker: createBreaker({ name: 'stripe-mock', now: () => new Date() }),
});
const payment: Payment = {
  id: 'a'.repeat(24), orderId: 'b'.repeat(24), attempt: 1, provider: 'stripe', method: 'card', amount: eur(5000), status: 'pending', live: true, idempotencyKey: `${'b'.repeat(24)}:1`, providerReference: 'pi_123',
  capturedAmount: 0, capturingAmount: 0, refundedAmount: 0, refundingAmount: 0, disputedAmount: 0, version: 1, createdAt: new Date(), updatedAt: new Date(),
};
const move = { payment, amount: eur(1000), key: 'order:capture:1', reason: 'test' };
/** Its intents carry none of our words, so an accepted request ends as an answer of another shape; a refused one would say which parameter. */
const ACCEPTED = { kind: 'unknown', cause: 'an answer of another shape' };

here('a charge is a legal request', async (url) => { expect(await providerAt(url).authorize({ payment, token: 'pm_card_visa', capture: true })).toEqual(ACCEPTED); });
here('an authorisation with captures in parts is', async (url) => { expect(await providerAt(url).authorize({ payment, token: 'pm_card_visa', capture: false, returnUrl: 'https://shop.example/back' })).toEqual(ACCEPTED); });
here('a charge of a saved card is', async (url) => {
  expect(await providerAt(url).authorize({ payment: { ...payment, savedMethod: { customer: 'cus_1', method: 'pm_1' } }, token: undefined, capture: true })).toEqual(ACCEPTED);
});
here('a part capture is', async (url) => { expect(await providerAt(url).capture(move)).toEqual(ACCEPTED); });
here('a void is', async (url) => { expect(await providerAt(url).void(move)).toEqual(ACCEPTED); });
here('a refund is', async (url) => { expect((await providerAt(url).refund(move)).kind).toBe('unknown'); });
here('look-ups by reference and of an event are', async (url) => {
  expect(await providerAt(url).lookUp(payment)).toEqual(ACCEPTED);
  expect(await providerAt(url).lookUpAbout!('pi_1')).toEqual(ACCEPTED);
});
here('saving and forgetting a card are', async (url) => {
  expect((await providerAt(url).saveMethod!({ token: 'pm_card_visa', userId: 'u', key: 'k' })).kind).toBe('saved');
  expect(await providerAt(url).forgetMethod!({ customer: 'cus_1', method: 'pm_1' })).toBe(true);
  expect(await providerAt(url).forgetCustomer!('cus_1')).toBe(true);
});
here('what Stripe does not know is refused here, so that the others prove something', async (url) => {
  const answer = await fetch(`${url}/v1/payment_intents`, { method: 'POST', headers: { authorization: 'Bearer sk_test_123', 'content-type': 'application/x-www-form-urlencoded' }, body: 'amount=5000&currency=eur&made_up=1' });
  expect(answer.status).toBe(400);
});
