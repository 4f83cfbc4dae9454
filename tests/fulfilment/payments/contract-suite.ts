import { eur, newOrderId, openPayments, TIMEOUT_MS, type Adapter, type PaymentWorld } from './payment-world.js';
import { soon } from '../../support/soon.js';

/** What every adapter has to pass, word for word the same: each contract-*.test.ts runs it on one of them. */
export function describeContract(adapter: Adapter): void {
  let world: PaymentWorld;
  beforeAll(async () => { world = await openPayments({ webhooks: false, adapter }); });
  afterAll(() => world.close());
  beforeEach(async () => {
    // Whatever the test before did to the breaker: it is half open by now, and this closes it.
    world.simulator.faults.clear();
    world.clock.offsetMs += 3_000;
    await world.pay('ok');
  });
  afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });

  const book = (orderId: string) => world.simulator.paymentsOf(orderId).map(({ status, operations }) => ({ status, operations: operations.map(({ kind, amount, state }) => [kind, amount, state]) }));
  /** The worker, once a silent payment is due to be asked about. */
  async function reconcile(seconds = 4): Promise<void> {
    world.clock.offsetMs += seconds * 1000;
    await world.schedule('reconcile-payments');
  }
  const CHARGED = { status: 'captured', operations: [['authorization', 5000, 'success'], ['capture', 5000, 'success']] };

  describe('a card that works', () => {
    test('is authorised and captured in one call', async () => {
      const payment = await world.pay('ok');

      expect(payment).toMatchObject({ status: 'succeeded', live: true, capturedAmount: 5000, refundedAmount: 0, version: 2 });
      expect(await world.rows(payment.id)).toEqual([['authorization', 'success', 5000], ['capture', 'success', 5000]]);
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
      expect(book(payment.orderId)).toEqual([CHARGED]);
      expect(world.told.at(-1)).toMatchObject({ id: payment.id, status: 'succeeded' });
    });

    test('is shown without a token or a secret', async () => {
      const payment = await world.pay('slow:1');

      const shown = world.payments.projection(payment);
      expect(shown).toEqual({
        id: payment.id, provider: adapter, method: payment.method, status: 'succeeded', nextAction: null,
        details: { attempt: 1, reference: payment.providerReference, amount: eur(5000), captured: eur(5000), refunded: eur(0), disputed: eur(0) },
      });
      const stored = await world.connection.collection('payments').find({ orderId: payment.orderId }).toArray();
      expect(JSON.stringify([shown, stored, await world.outbox.findEvents({ aggregateId: payment.orderId })])).not.toContain('slow:1');
    });

    test.each(['JPY', 'KWD', 'GBP'])('is charged the very minor units in %s', async (currency) => {
      const payment = await world.pay('ok', { amount: 12_345, currency });

      expect(payment.amount).toEqual({ amount: 12_345, currency });
      expect(world.simulator.paymentsOf(payment.orderId)[0]!.amount).toEqual({ amount: 12_345, currency });
    });

    test('is authorised only, then captured in two parts, and never beyond the authorisation', async () => {
      const payment = await world.pay('ok', { capture: false });
      expect(payment).toMatchObject({ status: 'authorized', live: true, capturedAmount: 0 });

      const first = await world.payments.capture({ paymentId: payment.id, amount: eur(2000), reason: 'part', key: `${payment.id}:1` });
      expect(first.payment).toMatchObject({ status: 'authorized', capturedAmount: 2000 });
      expect(world.payments.outcomeOf(first.payment)).toBe('partially_paid');
      await expect(world.payments.capture({ paymentId: payment.id, amount: eur(3001), reason: 'too much', key: `${payment.id}:2` }))
        .rejects.toMatchObject({ status: 409, code: 'capture_exceeds_authorized', facts: { requested: eur(3001), capturable: eur(3000) } });
      const rest = await world.payments.capture({ paymentId: payment.id, reason: 'the rest', key: `${payment.id}:3` });
      expect(rest.payment).toMatchObject({ status: 'succeeded', capturedAmount: 5000, capturingAmount: 0 });
      expect(book(payment.orderId)).toEqual([{ status: 'captured', operations: [['authorization', 5000, 'success'], ['capture', 2000, 'success'], ['capture', 3000, 'success']] }]);
    });

    test('an expired authorisation is refused by the provider and frees what was set aside', async () => {
      const payment = await world.pay('ok', { capture: false });
      world.clock.offsetMs += 8 * 24 * 3_600_000;

      const { transaction, payment: after } = await world.payments.capture({ paymentId: payment.id, reason: 'late', key: `${payment.id}:late` });

      expect(transaction).toMatchObject({ state: 'failure', failure: { code: 'authorization_expired' } });
      expect(after).toMatchObject({ status: 'authorized', capturedAmount: 0, capturingAmount: 0 });
      expect(await world.events(payment.orderId)).toEqual(['payment.authorized', 'payment.capture_refused']);
    });
  });

  describe('a card that is refused', () => {
    test.each([
      ['declined', 'card_declined'], ['insufficient_funds', 'insufficient_funds'], ['expired_card', 'expired_card'], ['no-such-token', 'token_unknown'],
    ])('%s: the payment fails with %s and takes nothing', async (token, code) => {
      const payment = await world.pay(token);

      expect(payment).toMatchObject({ status: 'failed', live: false, failure: { code }, capturedAmount: 0 });
      expect(await world.events(payment.orderId)).toEqual(['payment.failed']);
      expect(world.simulator.charges(payment.orderId)).toBe(0);
      expect((await world.rows(payment.id)).filter(([, state]) => state === 'success')).toEqual([]);
    });

    test('the next attempt of the same order may succeed', async () => {
      const { orderId } = await world.pay('declined');

      const second = await world.pay('ok', { orderId, attempt: 2 });

      expect(second.status).toBe('succeeded');
      expect(await world.events(orderId)).toEqual(['payment.failed', 'payment.succeeded']);
      expect(world.simulator.charges(orderId)).toBe(1);
    });

    test.each(['4242424242424242', '4242 4242 4242 4242', '378282246310005', '6304-0000-0000-0000', '4000000000000000006'])('a card number instead of a token is refused and not repeated', async (token) => {
      const orderId = newOrderId();

      const refusal = await world.open({ orderId, token }).then(() => null, (error: unknown) => error);

      expect(refusal).toMatchObject({ status: 400, code: 'card_number_refused', errors: [{ pointer: '#/body/payment/token', code: 'card_number_refused' }] });
      expect(JSON.stringify(refusal)).not.toContain(token);
      expect(await world.payments.findByOrder(orderId)).toEqual([]);
    });

    test.each([
      { _case: 'an unknown provider', choice: { provider: 'barter' }, code: 'payment_provider_unknown', allowed: ['offline', adapter] },
      { _case: 'a method of another provider', choice: { provider: adapter, method: 'cash_on_delivery', token: 'ok' }, code: 'payment_method_unknown', allowed: adapter === 'paypal' ? ['paypal', 'card'] : ['card'] },
      { _case: 'no token', choice: { provider: adapter, method: 'card' }, code: 'payment_token_required', allowed: undefined },
    ])('$_case is refused before anything is stored', ({ choice, code, allowed }) => {
      expect(() => world.payments.checkMethod(choice)).toThrow(expect.objectContaining({ status: 400, code, facts: expect.objectContaining(allowed ? { allowed } : {}) }));
    });
  });

  describe('a cardholder who has to confirm', () => {
    const visit = (url: string, outcome: string) => fetch(`${url}?outcome=${outcome}`).then((answer) => answer.json());

    test('succeeds on coming back', async () => {
      const payment = await world.pay('requires_action');
      expect(payment).toMatchObject({ status: 'requires_action', live: true, nextAction: { type: 'redirect' }, capturedAmount: 0 });
      expect(world.payments.projection(payment).nextAction).toEqual(payment.nextAction);

      await visit(payment.nextAction!.url, 'succeed');
      const after = await world.payments.confirm(payment.orderId, payment.id);

      expect(after).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
      expect(after.nextAction).toBeUndefined();
      expect(await world.payments.confirm(payment.orderId, payment.id)).toMatchObject({ status: 'succeeded', version: after.version });
    });

    test('fails when the bank says so', async () => {
      const payment = await world.pay('requires_action');

      await visit(payment.nextAction!.url, 'fail');

      expect(await world.payments.confirm(payment.orderId, payment.id)).toMatchObject({ status: 'failed', failure: { code: 'authentication_failed' } });
      expect(world.simulator.charges(payment.orderId)).toBe(0);
    });

    test('a browser that claims success without it is not believed', async () => {
      const payment = await world.pay('requires_action');

      expect(await world.payments.confirm(payment.orderId, payment.id)).toMatchObject({ status: 'requires_action', capturedAmount: 0 });
      await expect(world.payments.confirm(newOrderId(), payment.id)).rejects.toMatchObject({ status: 404, code: 'payment_not_found' });
    });

    test('who never comes back is found by the worker', async () => {
      const payment = await world.pay('requires_action');
      await visit(payment.nextAction!.url, 'succeed');

      await reconcile();

      expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded' });
    });

    test('who leaves and chooses another card pays once: the abandoned attempt is voided', async () => {
      const abandoned = await world.pay('requires_action');

      const second = await world.pay('ok', { orderId: abandoned.orderId, attempt: 2 });

      expect(second.status).toBe('succeeded');
      expect(await world.now_of(abandoned)).toMatchObject({ status: 'voided', live: false });
      await fetch(`${abandoned.nextAction!.url}?outcome=succeed`);
      await world.payments.confirm(abandoned.orderId, abandoned.id);
      await reconcile(10);
      expect(world.simulator.charges(abandoned.orderId)).toBe(1);
    });
  });

  describe('a provider that is silent', () => {
    test('timeout after the charge: pending at once, one charge, found by the worker', async () => {
      const started = performance.now();
      const payment = await world.pay('timeout');
      expect(performance.now() - started).toBeLessThan(soon(TIMEOUT_MS + 400));
      expect(payment).toMatchObject({ status: 'pending', live: true, capturedAmount: 0 });
      expect(await world.events(payment.orderId)).toEqual([]);

      await reconcile();

      expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
      expect(book(payment.orderId)).toEqual([CHARGED]);
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
    });

    test('timeout after the charge, and the client repeats itself: still one charge', async () => {
      const payment = await world.pay('timeout');

      const again = await Promise.all([1, 2, 3].map(() => world.payments.execute(payment, { token: 'timeout' })));

      expect(again.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
      expect(book(payment.orderId)).toEqual([CHARGED]);
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
    });

    test('timeout without effect: unknown is not failed until the provider has never heard of it for a while', async () => {
      const payment = await world.pay('hang_no_effect');
      expect(payment.status).toBe('pending');

      await reconcile(2.5);
      expect((await world.now_of(payment)).status).toBe('pending');
      await expect(world.open({ orderId: payment.orderId, attempt: 2 })).rejects.toMatchObject({ status: 409, code: 'payment_in_progress' });
      await reconcile(6);
      expect(await world.now_of(payment)).toMatchObject({ status: 'failed', live: false, failure: { code: 'not_received' } });
      expect(world.simulator.paymentsOf(payment.orderId)).toEqual([]);
      expect(await world.events(payment.orderId)).toEqual(['payment.failed']);
    });

    test('a connection that breaks after the charge is tried again with the same key: one charge', async () => {
      const payment = await world.pay('error_after_effect');

      expect(payment.status).toBe('succeeded');
      expect(book(payment.orderId)).toEqual([CHARGED]);
    });

    test('a connection that breaks before the charge is tried again', async () => {
      world.simulator.faults.add({ on: 'authorize', reset: 'before', count: 1, probability: 1, skip: 0 });

      const payment = await world.pay('ok');

      expect(payment.status).toBe('succeeded');
      expect(book(payment.orderId)).toEqual([CHARGED]);
    });

    test('one answer of 500 is tried again', async () => {
      world.simulator.faults.add({ on: 'authorize', status: 500, count: 1, probability: 1, skip: 0 });

      expect((await world.pay('ok')).status).toBe('succeeded');
    });

    test('a card that only ever gets 500 stays pending, and is failed by its absence at the provider, not by the 500', async () => {
      const payment = await world.pay('error_500');
      expect(payment.status).toBe('pending');

      await reconcile(8);

      expect(await world.now_of(payment)).toMatchObject({ status: 'failed', failure: { code: 'not_received' } });
    });

    test('429 leaves it pending and calls no second time', async () => {
      world.simulator.faults.add({ on: 'authorize', status: 429, retryAfterSeconds: 1, count: 1, probability: 1, skip: 0 });

      const payment = await world.pay('ok');

      expect(payment.status).toBe('pending');
      expect(world.simulator.faults.list()).toMatchObject([{ count: 0 }]);
    });

    test('an answer of another shape is no answer', async () => {
      const payment = await world.open();
      const odd = Object.assign(world.takeUnheard(payment), { status: 'wonderful' });

      await reconcile();

      expect((await world.now_of(payment)).status).toBe('pending');
      odd.status = 'pending';
      world.simulator.ledger.authorize(odd);
      await reconcile(10);
      expect((await world.now_of(payment)).status).toBe('succeeded');
    });

    test('a payment that the provider settles later by itself is found', async () => {
      const payment = await world.pay('pending');
      expect(payment).toMatchObject({ status: 'pending', providerReference: expect.any(String) });
      const inBooks = world.simulator.paymentsOf(payment.orderId)[0]!;

      await reconcile();
      expect((await world.now_of(payment)).status).toBe('pending');
      world.simulator.ledger.authorize(inBooks);
      await reconcile(10);
      expect((await world.now_of(payment)).status).toBe('succeeded');
    });

    test('money that arrives after we had given up is taken, and the order hears of it', async () => {
      const payment = await world.pay('hang_no_effect');
      await reconcile(8);
      expect((await world.now_of(payment)).status).toBe('failed');

      const late = world.takeUnheard(payment);
      world.simulator.sendWebhooksTo(world.url);
      world.simulator.ledger.authorize(late);
      await world.simulator.idle();
      world.simulator.target.url = undefined;

      expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', live: true });
      expect((await world.now_of(payment)).failure).toBeUndefined();
      expect(await world.events(payment.orderId)).toEqual(['payment.failed', 'payment.succeeded']);
    });

    test('money that arrives although another attempt has paid goes back by itself, once', async () => {
      const first = await world.pay('hang_no_effect');
      await reconcile(8);
      const second = await world.pay('ok', { orderId: first.orderId, attempt: 2 });

      const late = world.takeUnheard(first);
      world.simulator.sendWebhooksTo(world.url);
      world.simulator.ledger.authorize(late);
      await world.simulator.idle();
      await world.simulator.idle();
      world.simulator.target.url = undefined;

      expect(await world.now_of(first)).toMatchObject({ status: 'refunded', live: false, capturedAmount: 5000, refundedAmount: 5000 });
      expect(await world.now_of(second)).toMatchObject({ status: 'succeeded', live: true });
      expect(world.simulator.refunds(first.orderId)).toEqual([5000]);
      expect(await world.violations()).toEqual([]);
    });
  });

  describe('the breaker', () => {
    test('after three failures in a row nobody waits any more, and one call finds out that the provider is back', async () => {
      world.simulator.faults.add({ on: 'authorize', hang: 'before', probability: 1, skip: 0 });
      const waits: number[] = [];
      for (let call = 0; call < 5; call++) {
        const payment = await world.open();
        const started = performance.now();
        expect((await world.payments.execute(payment, { token: 'ok' })).status).toBe('pending');
        waits.push(performance.now() - started);
      }

      expect(waits.slice(0, 3).every((ms) => ms >= TIMEOUT_MS - 20)).toBe(true);
      expect(waits.slice(3).every((ms) => ms < TIMEOUT_MS / 2)).toBe(true);
      world.simulator.faults.clear();
      expect((await world.pay('ok')).status).toBe('pending');
      world.clock.offsetMs += 2_100;
      expect((await world.pay('ok')).status).toBe('succeeded');
    }, 20_000);
  });
}
