import { randomUUID } from 'node:crypto';
import { generateSync } from 'otplib';
import { givenUser, newEmail, PASSWORD } from '../support/given.js';
import { euros, openShop, type Shop } from '../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('a refund above the limit wants a fresh second factor of people who have one; below it, and of a server, it does not', async () => {
  const { sku } = await shop.given.variant({ price: 150_000 });
  const { guest } = await shop.given.cart(sku);
  const { id } = (await shop.order(guest)).body.data as { id: string };
  const captured = await shop.call('post', `/orders/${id}/captures`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: {} });
  expect(captured.status).toBe(201);
  const admin = await givenUser(shop, { roles: ['admin'] });
  const { secret } = (await shop.call('post', '/auth/mfa/totp', { headers: admin.headers, body: { currentPassword: PASSWORD } })).body.data as { secret: string };
  const code = () => generateSync({ secret, epoch: Math.floor((Date.now() + shop.clock.offsetMs) / 1000) });
  await shop.call('post', '/auth/mfa/totp/confirmation', { headers: admin.headers, body: { code: code() } });
  const refund = (body: object, headers: Record<string, string> = admin.headers) => (
    shop.call('post', `/orders/${id}/refunds`, { headers: { ...headers, 'idempotency-key': randomUUID() }, body: { reason: 'agreed', ...body } }));
  shop.clock.offsetMs = 301_000;
  const before = await shop.count('payment_transactions');

  for (const body of [{ amount: euros(50_001) }, {}, { goodwill: euros(50_001) }, { shipping: euros(1), goodwill: euros(50_000) }]) {
    const refused = await refund(body);
    expect([refused.status, refused.body.code, refused.body.endpoint]).toEqual([403, 'step_up_required', '/auth/mfa/step-up']);
  }
  expect(await shop.count('payment_transactions')).toBe(before);
  expect((await refund({ amount: euros(50_000) })).status).toBe(201);
  expect((await refund({ amount: euros(50_001) }, shop.keys.secret)).status).toBe(201);
  expect((await shop.call('post', '/auth/mfa/step-up', { headers: admin.headers, body: { code: code() } })).status).toBe(200);
  // What is left is less than the limit by now.
  expect((await refund({})).status).toBe(201);
  expect(await shop.count('payment_transactions')).toBe(before + 3);
});

describe('other ways for much money to go back', () => {
  let admin: Awaited<ReturnType<typeof givenUser>>;
  beforeAll(async () => {
    admin = await givenUser(shop, { roles: ['admin'] });
    const { secret } = (await shop.call('post', '/auth/mfa/totp', { headers: admin.headers, body: { currentPassword: PASSWORD } })).body.data as { secret: string };
    await shop.call('post', '/auth/mfa/totp/confirmation', { headers: admin.headers, body: { code: generateSync({ secret, epoch: Math.floor((Date.now() + shop.clock.offsetMs) / 1000) }) } });
    shop.clock.offsetMs += 301_000;
  });
  /** Paid by transfer, and the money is there. */
  const givenPaid = async (price: number, quantity = 1) => {
    const { sku } = await shop.given.variant({ price });
    const { guest } = await shop.given.cart([sku, quantity]);
    const { id, items, orderToken } = (await shop.order(guest)).body.data as { id: string; items: Array<{ id: string }>; orderToken: string };
    expect((await shop.call('post', `/orders/${id}/captures`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: {} })).status).toBe(201);
    return { id, itemId: items[0]!.id, orderToken };
  };
  const statusOf = async (id: string) => ((await shop.call('get', `/orders/${id}`, { headers: shop.keys.secret })).body.data as { status: string; paymentStatus: string });

  test('cancelling a dear order, or dear units of it, and asking for it as a status, want the second factor; cheap units do not', async () => {
    const { id, itemId } = await givenPaid(30_000, 3);
    const cancel = (body: object) => shop.call('post', `/orders/${id}/cancellation`, { headers: admin.headers, body });
    const attempts = [await cancel({}), await cancel({ lines: [{ itemId, quantity: 2 }] }), await shop.call('put', `/orders/${id}/status`, { headers: admin.headers, body: { status: 'cancelled' } })];

    expect(attempts.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual(Array.from({ length: 3 }, () => [403, 'step_up_required']));
    expect(await statusOf(id)).toMatchObject({ status: 'placed', paymentStatus: 'paid' });
    expect((await cancel({ lines: [{ itemId, quantity: 1 }] })).status).toBe(200);
    expect(await statusOf(id)).toMatchObject({ status: 'placed', paymentStatus: 'partially_refunded' });
  });

  test('goods that were taken in exchange for dear ones are dear as well, although nobody paid for them', async () => {
    const { id, itemId } = await givenPaid(60_000);
    for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${id}/status`, { headers: shop.keys.secret, body: { status } });
    const { sku } = await shop.given.variant({ price: 60_000 });
    const act = async (path: string, body: object = {}) => {
      const answer = await shop.call('post', path, { headers: shop.keys.secret, body });
      expect(answer.status).toBeLessThan(300);
      return answer.body.data;
    };
    const { return: goods, replacementOrder } = await act(`/orders/${id}/exchanges`, { lines: [{ itemId, quantity: 1, reason: 'wrong_size' }], items: [{ sku, quantity: 1 }] });
    await act(`/returns/${goods.id}/receipts`, { lines: [{ itemId, quantity: 1, condition: 'ok' }] });
    for (const word of ['inspection', 'refund']) await act(`/returns/${goods.id}/${word}`);

    const refused = await shop.call('post', `/orders/${replacementOrder.id}/cancellation`, { headers: admin.headers, body: {} });

    expect([refused.status, refused.body.code]).toEqual([403, 'step_up_required']);
    expect((await shop.call('post', `/orders/${replacementOrder.id}/cancellation`, { headers: shop.keys.secret, body: {} })).status).toBe(200);
    await shop.runEvents();
    expect([await statusOf(id), await statusOf(replacementOrder.id), await shop.violations()]).toMatchObject([{ paymentStatus: 'refunded' }, { status: 'cancelled', paymentStatus: 'none' }, []]);
  });

  test('in parts it is as much as at once: refunds, units and store credit of a day count together', async () => {
    const { id, itemId } = await givenPaid(30_000, 5);
    const refund = (amount: number) => shop.call('post', `/orders/${id}/refunds`, { headers: { ...admin.headers, 'idempotency-key': randomUUID() }, body: { amount: euros(amount), reason: 'agreed' } });
    const cancelUnit = () => shop.call('post', `/orders/${id}/cancellation`, { headers: admin.headers, body: { lines: [{ itemId, quantity: 1 }] } });

    expect((await refund(30_000)).status).toBe(201);
    const refused = [await refund(20_001), await cancelUnit()];

    expect(refused.map(({ status, body }) => [status, (body as { code: string }).code])).toEqual([[403, 'step_up_required'], [403, 'step_up_required']]);
    expect((await refund(20_000)).status).toBe(201);
    await shop.connection.collection('payment_transactions').updateMany({ orderId: id, kind: 'refund' }, { $set: { at: new Date(Date.now() + shop.clock.offsetMs - 25 * 3_600_000) } });
    expect((await cancelUnit()).status).toBe(200);
  });

  test('much store credit and dear gift cards want the second factor; a little, what is taken away, and what a server does, do not', async () => {
    const buyer = await givenUser(shop);
    const { sku } = await shop.given.variant({ price: 90_000 });
    await shop.call('post', '/cart/items', { headers: buyer.headers, body: { sku, quantity: 1 } });
    const { id } = (await shop.order(buyer.headers, { email: buyer.email })).body.data as { id: string };
    expect((await shop.call('post', `/orders/${id}/captures`, { headers: { ...shop.keys.secret, 'idempotency-key': randomUUID() }, body: {} })).status).toBe(201);
    const post = async (path: string, body: object, headers = admin.headers) => (await shop.call('post', path, { headers, body: { reason: 'goodwill', ...body } })).status;
    const credit = (amount: number, headers?: Record<string, string>) => post(`/store-credit/${buyer.id}/adjustments`, { amount, currency: 'EUR' }, headers);
    const refund = (amount: number) => post(`/orders/${id}/store-credit-refunds`, { amount: euros(amount) });
    const balance = async () => ((await shop.call('get', '/customers/me/store-credit', { headers: buyer.headers })).body.data.balances as object[]);

    expect([await credit(50_001), await post('/gift-cards', { amount: euros(50_001) }), await refund(50_001)]).toEqual([403, 403, 403]);
    expect([await balance(), await shop.count('value_accounts', { last4: { $exists: true } })]).toEqual([[], 0]);
    expect([await credit(50_000), await credit(-50_000), await credit(60_000, shop.keys.secret), await credit(-60_000), await post('/gift-cards', { amount: euros(50_000) })]).toEqual([201, 201, 201, 201, 201]);
    expect([await refund(30_000), await refund(20_001), await refund(20_000)]).toEqual([201, 403, 201]);
    expect(await balance()).toEqual([euros(50_000)]);
  });

  test('the customer cancels what was bought without one, and so does a server', async () => {
    const [own, ours] = [await givenPaid(60_000), await givenPaid(60_000)];

    expect((await shop.call('post', `/orders/${own.id}/cancellation`, { headers: { 'x-order-token': own.orderToken }, body: {} })).status).toBe(200);
    expect((await shop.call('post', `/orders/${ours.id}/cancellation`, { headers: shop.keys.secret, body: {} })).status).toBe(200);
  });

  /** Bought dear, paid, sent and delivered. */
  const givenDelivered = async () => {
    const bought = await givenPaid(60_000, 2);
    for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${bought.id}/status`, { headers: shop.keys.secret, body: { status } }).expect(200);
    return bought;
  };
  const ask = (path: string, body: object, headers: Record<string, string>) => shop.call('post', path, { headers, body });
  const codeOf = ({ status, body }: { status: number; body: unknown }) => [status, (body as { code?: string }).code];

  test('refunding a dear return wants it, before which nothing is paid back; what goes before does not', async () => {
    const { id, itemId } = await givenDelivered();
    const back = (await ask(`/orders/${id}/returns`, { lines: [{ itemId, quantity: 1, reason: 'changed_mind' }] }, admin.headers).expect(201)).body.data.id as string;
    await ask(`/returns/${back}/receipts`, { lines: [{ itemId, quantity: 1, condition: 'ok' }] }, admin.headers).expect(200);
    await ask(`/returns/${back}/inspection`, {}, admin.headers).expect(200);

    expect(codeOf(await ask(`/returns/${back}/refund`, {}, admin.headers))).toEqual([403, 'step_up_required']);
    expect((await shop.call('get', `/returns/${back}`, { headers: shop.keys.secret })).body.data.state).toBe('inspected');
    expect((await statusOf(id)).paymentStatus).toBe('paid');
    expect((await ask(`/returns/${back}/refund`, {}, shop.keys.secret)).status).toBe(200);
  });

  test('settling a dear claim with money wants it, with the same goods again it does not', async () => {
    const { id, itemId } = await givenDelivered();
    const claim = async () => (await ask(`/orders/${id}/claims`, { type: 'damaged', lines: [{ itemId, quantity: 1 }] }, admin.headers).expect(201)).body.data.id as string;
    const [first, second] = [await claim(), await claim()];

    expect(codeOf(await ask(`/claims/${first}/resolution`, { resolution: 'refund' }, admin.headers))).toEqual([403, 'step_up_required']);
    expect((await shop.call('get', `/claims/${first}`, { headers: shop.keys.secret })).body.data.state).toBe('requested');
    expect((await statusOf(id)).paymentStatus).toBe('paid');
    expect((await ask(`/claims/${first}/resolution`, { resolution: 'replacement' }, admin.headers)).status).toBe(200);
    expect((await ask(`/claims/${second}/resolution`, { resolution: 'refund' }, shop.keys.secret)).status).toBe(200);
  });

  test('confirming an edit that gives much back wants it, one that gives little back does not', async () => {
    const { id, itemId } = await givenPaid(30_000, 4);
    const preview = async (quantity: number) => (await ask(`/orders/${id}/edits`, { operations: [{ op: 'change_quantity', itemId, quantity }], reason: 'Asked by phone' }, admin.headers).expect(201)).body.data.id as string;
    const confirm = (edit: string) => ask(`/orders/${id}/edits/${edit}/confirm`, {}, admin.headers);
    const dear = await preview(2);

    expect(codeOf(await confirm(dear))).toEqual([403, 'step_up_required']);
    expect((await shop.call('get', `/orders/${id}/edits/${dear}`, { headers: shop.keys.secret })).body.data.state).toBe('previewed');
    expect((await confirm(await preview(3))).status).toBe(200);
  });

  test('erasing an account or a guest, and changing the keys of all, always want it', async () => {
    const user = await givenUser(shop);
    const attempts = [['/admin/guest-erasures', { email: newEmail() }], [`/admin/users/${user.id}/erasure`, undefined], ['/admin/data-keys/rotations', { renew: true }]] as const;

    for (const [path, body] of attempts) expect(codeOf(await shop.call('post', path, { headers: admin.headers, ...(body && { body }) }))).toEqual([403, 'step_up_required']);
    expect(await shop.count('jobs', { type: { $in: ['privacy.erase', 'privacy.erase_guest', 'data_keys.rotate'] } })).toBe(0);
    expect((await shop.call('post', `/admin/users/${user.id}/erasure`, { headers: shop.keys.secret })).status).toBe(202);
  });
});
