import { eur, openPayments, type PaymentWorld } from './payment-world.js';

let world: PaymentWorld;
beforeAll(async () => { world = await openPayments({ webhooks: false }); });
afterAll(() => world.close());
beforeEach(async () => { world.simulator.faults.clear(); world.clock.offsetMs += 3_000; await world.pay('ok'); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });

const DAY_MS = 86_400_000;
const later = (days: number) => { world.clock.offsetMs += days * DAY_MS; };
const onTerms = async (userId: string | null = 'a-company') => {
  const payment = await world.inTransaction(() => world.payments.open({ orderId: Math.random().toString(16).slice(2).padEnd(24, '0').slice(0, 24), attempt: 1, amount: eur(5000), provider: 'offline', method: 'net_terms', userId }));
  return payment;
};

describe('money that a bank holds', () => {
  test('is there within its days, so goods may leave', async () => {
    const payment = await world.pay('ok', { capture: false });
    later(6.9);
    await expect(world.payments.ensureSecured(payment.orderId)).resolves.toBeUndefined();
    expect(await world.events(payment.orderId, 'payment.authorization_expired')).toEqual([]);
  });

  test('is gone afterwards: nothing may leave, and somebody is told once', async () => {
    const payment = await world.pay('ok', { capture: false });
    later(7.1);

    for (let time = 0; time < 3; time++) await expect(world.payments.ensureSecured(payment.orderId)).rejects.toMatchObject({ status: 409, code: 'authorization_expired' });
    await world.schedule('payment-deadlines');

    expect(await world.events(payment.orderId)).toEqual(['payment.authorized', 'payment.authorization_expired']);
  });

  test('is told of by the schedule also where nobody ships, once, whoever races', async () => {
    const payment = await world.pay('ok', { capture: false });
    later(7.1);

    await Promise.all(Array.from({ length: 10 }, () => world.schedule('payment-deadlines')));

    expect(await world.events(payment.orderId)).toEqual(['payment.authorized', 'payment.authorization_expired']);
  });

  test('was captured in time: nothing is said', async () => {
    const payment = await world.pay('ok', { capture: false });
    await world.payments.capture({ paymentId: payment.id, reason: 'sent', key: `${payment.id}:c` });
    later(8);

    await world.schedule('payment-deadlines');

    expect(await world.events(payment.orderId, 'payment.authorization_expired')).toEqual([]);
    await expect(world.payments.ensureSecured(payment.orderId)).resolves.toBeUndefined();
  });

  test('was let go by the provider itself: found when the goods are to leave', async () => {
    const payment = await world.pay('ok', { capture: false });
    world.simulator.ledger.void(world.simulator.paymentsOf(payment.orderId)[0]!, 'by the bank');
    later(7.1);

    await expect(world.payments.ensureSecured(payment.orderId)).rejects.toMatchObject({ code: 'authorization_expired' });
    expect(await world.now_of(payment)).toMatchObject({ status: 'voided' });
  });

  test('paid, or nothing to pay: goods may leave', async () => {
    const { orderId } = await world.pay('ok');
    await expect(world.payments.ensureSecured(orderId)).resolves.toBeUndefined();
    await expect(world.payments.ensureSecured('0'.repeat(24))).resolves.toBeUndefined();
  });
});

describe('net terms', () => {
  test('say when the money is due', async () => {
    const payment = await onTerms();
    expect(payment).toMatchObject({ status: 'pending', provider: 'offline', method: 'net_terms' });
    expect(payment.dueAt!.getTime() - payment.createdAt.getTime()).toBe(30 * DAY_MS);
    expect(world.payments.projection(payment).details.dueAt).toBe(payment.dueAt!.toISOString());
  });

  test('overdue is told exactly once, however many look', async () => {
    const payment = await onTerms();
    later(29.9);
    await world.schedule('payment-deadlines');
    expect(await world.events(payment.orderId)).toEqual([]);
    later(0.2);

    await Promise.all(Array.from({ length: 20 }, () => world.schedule('payment-deadlines')));
    later(30);
    await world.schedule('payment-deadlines');

    expect(await world.events(payment.orderId)).toEqual(['payment.overdue']);
    expect((await world.now_of(payment)).overdueAt).toBeInstanceOf(Date);
    await expect(world.payments.ensureSecured(payment.orderId)).resolves.toBeUndefined();
  });

  test('paid in time is not overdue', async () => {
    const payment = await onTerms();
    await world.payments.capture({ paymentId: payment.id, reason: 'bank transfer came', key: `${payment.id}:paid` });
    later(31);

    await world.schedule('payment-deadlines');

    expect(await world.events(payment.orderId, 'payment.overdue')).toEqual([]);
    expect(await world.now_of(payment)).toMatchObject({ status: 'succeeded', capturedAmount: 5000 });
  });

  test('are not offered to guests, nor to whom the shop does not trust', async () => {
    await expect(onTerms(null)).rejects.toMatchObject({ status: 400, code: 'net_terms_not_offered' });
    world.payments.offerTermsIf(async (userId) => userId === 'a-company');
    await expect(onTerms('somebody')).rejects.toMatchObject({ status: 400, code: 'net_terms_not_offered' });
    expect((await onTerms('a-company')).method).toBe('net_terms');
  });
});
