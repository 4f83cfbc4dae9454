import { eur, openPayments, type Adapter, type PaymentWorld } from './payment-world.js';

/** The second half of the contract: what happens to money once it is ours or held for us. */
export function describeMovements(adapter: Adapter): void {
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

  /** The worker, once a silent payment is due to be asked about. */
  async function reconcile(seconds = 4): Promise<void> {
    world.clock.offsetMs += seconds * 1000;
    await world.schedule('reconcile-payments');
  }

  describe('money back', () => {
    const refund = (payment: { id: string }, key: string, amount?: number) =>
      world.payments.refund({ paymentId: payment.id, reason: 'test', key: `${payment.id}:${key}`, ...(amount !== undefined && { amount: eur(amount) }) });

    test('a part, then the rest, then nothing more', async () => {
      const payment = await world.pay('ok');

      expect((await refund(payment, 'a', 1500)).payment).toMatchObject({ status: 'partially_refunded', refundedAmount: 1500, refundingAmount: 0 });
      expect((await refund(payment, 'b')).payment).toMatchObject({ status: 'refunded', refundedAmount: 5000, refundingAmount: 0, live: false });
      await expect(refund(payment, 'c', 1)).rejects.toMatchObject({ status: 409, code: 'refund_exceeds_captured' });

      expect(world.simulator.refunds(payment.orderId)).toEqual([1500, 3500]);
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded', 'payment.refunded', 'payment.refunded']);
      expect(await world.violations()).toEqual([]);
    });

    test('30 at once of 10 % each: ten get through', async () => {
      const payment = await world.pay('ok');

      const results = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => refund(payment, String(n), 500)));

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      await reconcile(10);
      expect(world.simulator.refunds(payment.orderId)).toEqual(Array(10).fill(500));
      expect(await world.now_of(payment)).toMatchObject({ status: 'refunded', refundedAmount: 5000, refundingAmount: 0 });
      expect(await world.violations()).toEqual([]);
    });

    test('whose answer is lost is under way until the provider is asked again, and goes back once', async () => {
      const payment = await world.pay('ok');
      world.simulator.faults.add({ on: 'refund', hang: 'after', count: 1, probability: 1, skip: 0 });

      expect((await refund(payment, 'lost', 2000)).payment).toMatchObject({ status: 'succeeded', refundingAmount: 2000, refundedAmount: 0 });
      await reconcile(10);

      expect(await world.now_of(payment)).toMatchObject({ status: 'partially_refunded', refundingAmount: 0, refundedAmount: 2000 });
      expect(world.simulator.refunds(payment.orderId)).toEqual([2000]);
    });

    test('of a payment that was captured in two parts', async () => {
      const payment = await world.pay('ok', { capture: false });
      await world.payments.capture({ paymentId: payment.id, amount: eur(2000), reason: 'part', key: `${payment.id}:c1` });
      await world.payments.capture({ paymentId: payment.id, reason: 'rest', key: `${payment.id}:c2` });

      expect((await refund(payment, 'most', 4500)).payment).toMatchObject({ status: 'partially_refunded', refundedAmount: 4500, refundingAmount: 0 });
      expect((await refund(payment, 'rest')).payment).toMatchObject({ status: 'refunded', refundedAmount: 5000 });

      expect(world.simulator.refunds(payment.orderId).reduce((so, one) => so + one, 0)).toBe(5000);
      expect(await world.violations()).toEqual([]);
    });
  });

  describe('money that is only held', () => {
    test('30 captures of 10 % at once: ten get through', async () => {
      const payment = await world.pay('ok', { capture: false });

      const results = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => world.payments.capture({ paymentId: payment.id, amount: eur(500), reason: 'part', key: `${payment.id}:${n}` })));

      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(10);
      await reconcile(10);
      expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', capturedAmount: 5000, capturingAmount: 0 });
      expect(world.simulator.charges(payment.orderId)).toBe(10);
      expect(await world.violations()).toEqual([]);
    });

    test('a capture whose answer is lost is made once', async () => {
      const payment = await world.pay('ok', { capture: false });
      world.simulator.faults.add({ on: 'capture', hang: 'after', count: 1, probability: 1, skip: 0 });

      await world.payments.capture({ paymentId: payment.id, amount: eur(3000), reason: 'part', key: `${payment.id}:lost` });
      expect(await world.now_of(payment)).toMatchObject({ capturingAmount: 3000, capturedAmount: 0 });
      await reconcile(10);

      expect(await world.now_of(payment)).toMatchObject({ capturingAmount: 0, capturedAmount: 3000 });
      expect(world.simulator.charges(payment.orderId)).toBe(1);
    });

    test('is let go with the order, and cannot be captured any more', async () => {
      const payment = await world.pay('ok', { capture: false });

      await world.payments.voidOrRefundForOrder(payment.orderId, 'order.cancelled');

      expect(await world.now_of(payment)).toMatchObject({ status: 'voided', live: false });
      expect(await world.rows(payment.id)).toEqual([['authorization', 'success', 5000], ['void', 'success', 5000]]);
      await expect(world.payments.capture({ paymentId: payment.id, reason: 'late', key: `${payment.id}:late` })).rejects.toMatchObject({ code: 'capture_exceeds_authorized' });
      expect(world.simulator.charges(payment.orderId)).toBe(0);
    });

    test('says until when the bank holds it', async () => {
      const payment = await world.pay('ok', { capture: false });
      const inDays = (payment.authorizedUntil!.getTime() - world.now().getTime()) / 86_400_000;
      expect(inDays).toBeGreaterThan(6.9);
      expect(inDays).toBeLessThanOrEqual(7);
    });
  });

  describe('webhooks', () => {
    beforeEach(() => { world.simulator.sendWebhooksTo(world.url); });
    afterEach(() => { world.simulator.target.url = undefined; });
    /** Until nothing is on its way, and whatever waited for its own record was tried again. */
    const settle = async () => {
      await world.simulator.idle();
      world.clock.offsetMs += 120_000;
      await world.schedule('apply-payment-webhooks');
      await world.simulator.idle();
    };

    test('tell of money whose answer was lost', async () => {
      const payment = await world.pay('timeout');
      expect(payment.status).toBe('pending');

      await settle();

      expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded']);
    });

    test('five times each, the later before the earlier, end the same', async () => {
      world.simulator.faults.add({ duplicateWebhooks: 5, reorderWebhooks: true, probability: 1, skip: 0 });
      const payment = await world.pay('ok', { capture: false });
      await world.payments.capture({ paymentId: payment.id, reason: 'all', key: `${payment.id}:all` });
      await world.payments.refund({ paymentId: payment.id, amount: eur(1000), reason: 'some', key: `${payment.id}:some` });

      await settle();

      expect(await world.now_of(payment)).toMatchObject({ status: 'partially_refunded', capturedAmount: 5000, refundedAmount: 1000 });
      expect(await world.rows(payment.id)).toEqual([['authorization', 'success', 5000], ['capture', 'success', 5000], ['refund', 'success', 1000]]);
      expect((await world.events(payment.orderId)).filter((type) => type !== 'payment.captured')).toEqual(['payment.authorized', 'payment.succeeded', 'payment.refunded']);
      expect(await world.violations()).toEqual([]);
    });

    test('without a signature, or with one for another body, are refused and kept nowhere', async () => {
      const heard: Array<{ headers: Record<string, string>; body: string }> = [];
      const original = globalThis.fetch;
      globalThis.fetch = (async (input: string | URL | Request, init?: RequestInit) => {
        if (String(input).includes('/webhooks/payments/')) heard.push({ headers: init?.headers as Record<string, string>, body: String(init?.body) });
        return original(input, init);
      }) as typeof fetch;
      const payment = await world.pay('ok', { capture: false });
      await world.simulator.idle();
      globalThis.fetch = original;
      const before = await world.connection.collection('payment_webhooks').countDocuments();
      const { headers, body } = heard[0]!;
      const send = (sent: Record<string, string>, text: string) => fetch(`${world.url}/webhooks/payments/${adapter}`, { method: 'POST', headers: sent, body: text }).then(({ status }) => status);

      expect(await send(headers, body)).toBe(200);
      expect(await send({ 'content-type': 'application/json' }, body)).toBe(401);
      expect(await send(headers, body.replace('5000', '1').replace('50.00', '0.01'))).toBe(401);

      expect(await world.connection.collection('payment_webhooks').countDocuments()).toBe(before);
      expect(await world.now_of(payment)).toMatchObject({ status: 'authorized', amount: eur(5000) });
    });

    test('of a chargeback: the money is disputed and cannot be refunded as well', async () => {
      const payment = await world.pay('ok');
      world.simulator.ledger.chargeBack(world.simulator.paymentsOf(payment.orderId)[0]!, 4000);

      await settle();

      const disputed = await world.now_of(payment);
      expect(disputed).toMatchObject({ disputedAmount: 4000, capturedAmount: 5000 });
      expect(world.payments.projection(disputed).details.disputed).toEqual(eur(4000));
      expect(await world.rows(payment.id)).toContainEqual(['chargeback', 'success', 4000]);
      await expect(world.payments.refund({ paymentId: payment.id, amount: eur(1001), reason: 'test', key: `${payment.id}:x` })).rejects.toMatchObject({ code: 'refund_exceeds_captured', facts: { refundable: eur(1000) } });
      expect(await world.events(payment.orderId, 'payment.disputed')).toHaveLength(1);
    });

    test.each([
      { outcome: 'won', disputed: 0, refundable: 5000, balances: [['customers', -5000], ['disputes', 0], [`provider:${adapter}`, 5000]] },
      { outcome: 'lost', disputed: 4000, refundable: 1000, balances: [['customers', -5000], ['disputes', 0], ['losses:disputes', 4000], [`provider:${adapter}`, 1000]] },
    ] as const)('of a dispute that was $outcome: counted once, however often and in whichever order it is told, and debits equal credits', async ({ outcome, disputed, refundable, balances }) => {
      world.simulator.faults.add({ duplicateWebhooks: 3, reorderWebhooks: true, probability: 1, skip: 0 });
      const payment = await world.pay('ok');
      const inBooks = world.simulator.paymentsOf(payment.orderId)[0]!;
      world.simulator.ledger.chargeBack(inBooks, 4000);
      const dispute = inBooks.operations.at(-1)!.id;
      await settle();
      expect(await world.now_of(payment)).toMatchObject({ disputedAmount: 4000 });
      const refund = (amount: number, key: string) => world.payments.refund({ paymentId: payment.id, amount: eur(amount), reason: 'test', key: `${payment.id}:${key}` });
      await expect(refund(1001, 'open')).rejects.toMatchObject({ code: 'refund_exceeds_captured' });

      world.simulator.ledger.closeDispute(inBooks, dispute, outcome);
      await settle();

      expect(await world.now_of(payment)).toMatchObject({ disputedAmount: disputed, capturedAmount: 5000, status: 'succeeded' });
      expect((await world.rows(payment.id)).slice(2)).toEqual([['chargeback', 'success', 4000], [`dispute_${outcome}`, 'success', 4000]]);
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded', 'payment.disputed', `payment.dispute_${outcome}`]);
      expect(await world.balancesOf(payment.id)).toEqual(balances);
      await expect(refund(refundable + 1, 'too much')).rejects.toMatchObject({ code: 'refund_exceeds_captured', facts: { refundable: eur(refundable) } });
      expect((await refund(refundable, 'all')).payment).toMatchObject({ refundedAmount: refundable, refundingAmount: 0 });
      expect(world.simulator.refunds(payment.orderId)).toEqual([refundable]);
      expect(await world.violations()).toEqual([]);
    });

    test('of a refund that somebody made at the provider: counted, and somebody is told', async () => {
      const payment = await world.pay('ok');
      const capture = world.simulator.ledger.report().charges.find(({ orderId }) => orderId === payment.orderId)!;
      world.simulator.ledger.refund(world.simulator.paymentsOf(payment.orderId)[0]!, 700, undefined, { of: capture.id.replace(/^cap_/, 'C-') });

      await settle();

      expect(await world.now_of(payment)).toMatchObject({ status: 'partially_refunded', refundedAmount: 700 });
      expect(await world.events(payment.orderId)).toEqual(['payment.succeeded', 'payment.refunded', 'payment.mismatch']);
    });
  });

  test("the nightly comparison lists what the provider's books have and ours have not, and nothing else", async () => {
    const [good, back, odd, gone, taken] = [await world.pay('ok'), await world.pay('ok'), await world.pay('ok'), await world.pay('ok'), await world.pay('ok')];
    for (const payment of [back, gone]) await world.payments.refund({ paymentId: payment.id, amount: eur(1234), reason: 'test', key: `${payment.id}:r` });
    const inBooks = ({ orderId }: { orderId: string }) => world.simulator.paymentsOf(orderId)[0]!;
    const { ledger } = world.simulator;
    world.clock.offsetMs += 4 * 3_600_000;
    await world.schedule('compare-payment-ledgers');
    const known = async () => (await world.connection.collection('payment_differences').find().toArray()).map(({ orderId, detail }) => [orderId, detail]);
    const before = await known();

    ledger.edit(inBooks(odd), { add: { kind: 'refund', amount: 77 } });
    ledger.edit(inBooks(gone), { remove: inBooks(gone).operations.find(({ kind }) => kind === 'refund')!.id });
    ledger.edit(inBooks(taken), { add: { kind: 'chargeback', amount: 500 } });
    const foreign = world.takeUnheard({ ...good, orderId: 'nobody', idempotencyKey: 'nobody:1' }, 300);
    ledger.authorize(foreign);
    world.clock.offsetMs += 4 * 3_600_000;
    await world.schedule('compare-payment-ledgers');

    const fresh = (await known()).filter(([orderId]) => !before.some(([one]) => one === orderId));
    expect(fresh.sort()).toEqual([
      [odd.orderId, "refunded: ours 0, the provider's 77"], [gone.orderId, "refunded: ours 1234, the provider's 0"], [taken.orderId, "disputed: ours 0, the provider's 500"],
      ['nobody', 'the provider captured 300 for a payment that we do not know'],
    ].sort());
    for (const { orderId } of [good, back]) expect(before.map(([one]) => one)).not.toContain(orderId);
  });
}
