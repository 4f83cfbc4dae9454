import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';
import { startSmtp, type Smtp } from '../../support/smtp.js';

let shop: Shop;
let smtp: Smtp;
beforeAll(async () => {
  smtp = await startSmtp();
  shop = await openShop({ env: { SMTP_URL: smtp.url } });
});
beforeEach(() => { smtp.received.splice(0); });
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(async () => {
  await shop.close();
  await smtp.close();
});

const placed = async () => {
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);
  const { id, number, orderToken } = (await shop.order(guest)).body.data as { id: string; number: string; orderToken: string };
  return { id, number, orderToken };
};
const lookup = (number: string, email = 'ada@example.com') => shop.call('post', '/orders/lookup', { body: { number, email } });
const open = (token: string) => shop.call('post', '/orders/lookup/confirmation', { body: { token } });
const claim = (token: string, headers: Record<string, string>) => shop.call('post', '/orders/claims', { headers, body: { token } });
const mailedCodes = async () => {
  await shop.runEvents();
  await shop.container.schedules.find(({ name }) => name === 'send-mails')!.run(new AbortController().signal);
  return smtp.received.filter(({ text }) => text.includes('asked for access')).map(({ to, text, subject }) => ({ to: to[0], subject, token: /^([\w-]{43})$/m.exec(text)?.[1] ?? '' }));
};
const codeFor = async (number: string) => {
  await lookup(number);
  return (await mailedCodes()).at(-1)!.token;
};

describe('looking an order up', () => {
  test('answers the same whether number and address are right, half right or wrong; only the right ones bring a mail', async () => {
    const { number } = await placed();

    const replies = [await lookup(number), await lookup(number, 'eve@example.com'), await lookup('K-00000-00000'), await lookup('K-00000-00000', 'eve@example.com')];

    expect(new Set(replies.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect([replies[0]!.status, replies[0]!.body.data]).toEqual([202, {}]);
    expect(replies.map(({ headers }) => headers['content-length']).every((length, _at, [first]) => length === first)).toBe(true);
    expect((await mailedCodes()).map(({ to }) => to)).toEqual(['ada@example.com']);
  });

  test('does the same work in the request for an order that exists and one that does not', async () => {
    const { number } = await placed();
    // the least of five: what any request may do once a second is not part of the work
    const commandsOf = async (asked: string) => {
      const counts: number[] = [];
      for (let i = 0; i < 5; i++) {
        const before = await commandCount();
        await lookup(asked);
        counts.push(await commandCount() - before);
      }
      return Math.min(...counts);
    };
    const commandCount = async () => (await shop.metrics.registry.getSingleMetric('mongodb_command_duration_seconds')!.get()).values
      .filter(({ labels, ...value }) => (labels as Record<string, unknown>)['route'] === 'POST /orders/lookup' && String((value as { metricName?: string }).metricName).endsWith('_count')).reduce((so, { value }) => so + value, 0);
    await lookup(number);

    expect(await commandsOf(number)).toBe(await commandsOf('K-00000-00000'));
  });

  test('asked for fifty times at once brings one mail', async () => {
    const { number } = await placed();

    const replies = await Promise.all(Array.from({ length: 50 }, () => lookup(number)));

    expect(new Set(replies.map(({ status }) => status))).toEqual(new Set([202]));
    expect((await mailedCodes()).filter(({ subject }) => subject.endsWith(number))).toHaveLength(1);
  });

  test('the mailed code opens the order and gives its token, until a day has passed', async () => {
    const { id, number, orderToken } = await placed();
    const token = await codeFor(number);

    const opened = await open(token);

    expect([opened.status, opened.body.data.id, opened.body.data.orderToken]).toEqual([200, id, orderToken]);
    expect((await shop.call('get', `/orders/${id}`, { headers: { 'x-order-token': opened.body.data.orderToken } })).status).toBe(200);
    expect((await open('guessed')).body).toMatchObject({ status: 404, code: 'order_access_not_found' });
    shop.clock.offsetMs = 25 * 3_600_000;
    expect((await open(token)).body).toMatchObject({ status: 404, code: 'order_access_not_found' });
  });

  test('the code itself is stored nowhere', async () => {
    const { number } = await placed();
    const token = await codeFor(number);

    for (const collection of ['order_accesses', 'mails', 'outbox', 'idempotency_keys']) {
      expect(JSON.stringify(await shop.connection.collection(collection).find().toArray())).not.toContain(token);
    }
  });
});

describe('claiming a guest order', () => {
  test('of twenty uses of one code at once, by two people, one succeeds', async () => {
    const [ada, eve] = [await givenUser(shop), await givenUser(shop)];
    const { id, number, orderToken } = await placed();
    const token = await codeFor(number);

    const replies = await Promise.all(Array.from({ length: 20 }, (_none, at) => claim(token, (at % 2 === 0 ? ada : eve).headers)));

    expect(replies.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(404)]);
    const owner = replies.find(({ status }) => status === 200)!.body.data.userId as string;
    const [winner, loser] = owner === ada.id ? [ada, eve] : [eve, ada];
    expect((await shop.call('get', `/orders/${id}`, { headers: winner.headers })).status).toBe(200);
    expect((await shop.call('get', `/orders/${id}`, { headers: loser.headers })).status).toBe(404);
    expect((await shop.call('get', `/orders/${id}`, { headers: { 'x-order-token': orderToken } })).status).toBe(404);
    expect(await shop.count('outbox', { type: 'order.claimed', aggregateId: id })).toBe(1);
  });

  test('shows the order among the user\'s own, and in its timeline', async () => {
    const ada = await givenUser(shop);
    const { id, number } = await placed();

    await claim(await codeFor(number), ada.headers);

    expect((await shop.call('get', '/orders', { headers: ada.headers })).body.data.items).toMatchObject([{ id, userId: ada.id }]);
    expect((await shop.call('get', `/orders/${id}/timeline`, { headers: ada.headers })).body.data.items.at(-1)).toMatchObject({ event: 'order.claimed', actor: { type: 'user', id: ada.id } });
  });

  test('takes what was sent instead of its goods along, however often they were replaced; no token opens any of it then', async () => {
    const ada = await givenUser(shop);
    const staff = async (method: 'get' | 'post' | 'put', path: string, body?: object) => {
      const { status, body: { data, ...refusal } } = await shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
      expect([status < 300, data === undefined ? refusal : null]).toEqual([true, null]);
      return data;
    };
    const [{ sku: bought }, card] = [await shop.given.variant(), await staff('post', '/gift-cards', { amount: { amount: 9000, currency: 'EUR' }, reason: 'so that it is paid' })];
    const { guest } = await shop.given.cart(bought);
    await shop.call('post', '/cart/gift-cards', { headers: guest, body: { code: card.code } });
    const first = (await shop.order(guest)).body.data as { id: string; number: string; orderToken: string };
    const replaced = async (id: string) => {
      await staff('put', `/orders/${id}/status`, { status: 'shipped' });
      const { items: [item] } = await staff('get', `/orders/${id}`);
      const asked = await staff('post', `/orders/${id}/claims`, { type: 'damaged', lines: [{ itemId: item.id, quantity: 1 }] });
      const { replacementOrderId } = await staff('post', `/claims/${asked.id as string}/resolution`, { resolution: 'replacement' });
      return await staff('get', `/orders/${replacementOrderId as string}`) as { id: string; number: string };
    };
    const second = await replaced(first.id);
    const third = await replaced(second.id);
    const seen = async (headers: Record<string, string>) => Promise.all([first, second, third].map(async ({ id }) => (await shop.call('get', `/orders/${id}`, { headers })).status));

    // The code that is mailed for a replacement opens it, and so does the token that comes with it.
    const opened = await open(await codeFor(third.number));
    expect([opened.body.data.id, await seen({ 'x-order-token': opened.body.data.orderToken })]).toEqual([third.id, [200, 200, 200]]);
    expect((await claim(await codeFor(first.number), ada.headers)).status).toBe(200);

    expect([await seen(ada.headers), await seen({ 'x-order-token': first.orderToken })]).toEqual([[200, 200, 200], [404, 404, 404]]);
  });

  test('needs a signed-in user and a code that was mailed; a refusal changes nothing', async () => {
    const ada = await givenUser(shop);
    const { id, number, orderToken } = await placed();
    const token = await codeFor(number);

    expect((await claim(token, {})).body).toMatchObject({ status: 401, code: 'authentication_required' });
    for (const wrong of ['guessed', orderToken, number]) expect((await claim(wrong, ada.headers)).body).toMatchObject({ status: 404, code: 'order_access_not_found' });
    expect((await shop.call('get', `/orders/${id}`, { headers: { 'x-order-token': orderToken } })).body.data.userId).toBeUndefined();
  });

  test('an order that has an owner cannot be claimed with an older code', async () => {
    const [ada, eve] = [await givenUser(shop), await givenUser(shop)];
    const { id, number } = await placed();
    const first = await codeFor(number);
    shop.clock.offsetMs = 10 * 60_000;
    const second = await codeFor(number);
    expect(first).not.toBe(second);

    await claim(second, ada.headers);

    expect((await claim(first, eve.headers)).body).toMatchObject({ status: 404, code: 'order_access_not_found' });
    expect((await shop.call('get', `/orders/${id}`, { headers: ada.headers })).body.data.userId).toBe(ada.id);
  });
});
