import { CARD, openCardShop, type CardShop } from '../../support/card-shop.js';

let shop: CardShop;
beforeAll(async () => { shop = await openCardShop(); });
afterEach(async () => {
  shop.clock.offsetMs = 0;
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

const DAY_MS = 86_400_000;
const staff = (method: 'get' | 'post' | 'put', path: string, body?: object) => shop.call(method, path, { headers: shop.keys.secret, ...(body && { body }) });
const completeDue = () => shop.container.schedules.find(({ name }) => name === 'complete-delivered-orders')!.run(new AbortController().signal);
const bought = async (quantity = 2) => {
  const { sku } = await shop.given.variant({ price: 1000 });
  const { guest } = await shop.given.cart([sku, quantity]);
  const order = (await shop.order(guest, CARD)).body.data;
  return { id: order.id as string, item: order.items[0].id as string };
};
const delivered = async (quantity = 2) => {
  const order = await bought(quantity);
  for (const status of ['shipped', 'delivered']) await staff('put', `/orders/${order.id}/status`, { status });
  return order;
};
const later = (days: number) => { shop.clock.offsetMs = days * DAY_MS; };
const completions = (id: string) => shop.count('outbox', { type: 'order.completed', aggregateId: id });

test('a delivered order completes when the time to return it is over, not a moment before, and says so once however many workers run', async () => {
  const { id } = await delivered();
  const { deliveredAt, completesAt } = await shop.show(id);
  expect(new Date(completesAt).getTime()).toBe((Math.floor(new Date(deliveredAt).getTime() / DAY_MS) + 15) * DAY_MS - 1);
  shop.clock.offsetMs = new Date(completesAt).getTime() - Date.now() - 5_000;
  await completeDue();
  expect([(await shop.show(id)).status, await completions(id)]).toEqual(['placed', 0]);

  shop.clock.offsetMs += 6_000;
  await Promise.all(Array.from({ length: 20 }, completeDue));

  expect([(await shop.show(id)).status, await completions(id)]).toEqual(['completed', 1]);
  const timeline = (await staff('get', `/orders/${id}/timeline`)).body.data.items;
  expect(timeline.at(-1)).toMatchObject({ event: 'order.completed', actor: { type: 'system' }, before: { status: 'placed' }, after: { status: 'completed' }, cause: 'delivered, and the time to return it is over' });
});

test('what is only sent, or sent in part, waits', async () => {
  const [unsent, sent] = [await bought(), await bought()];
  await staff('put', `/orders/${sent.id}/status`, { status: 'shipped' });
  later(400);

  await completeDue();

  expect([(await shop.show(unsent.id)).status, (await shop.show(sent.id)).status]).toEqual(['placed', 'placed']);
});

test('an open return puts it off until it is settled; a return of everything completes it at once', async () => {
  const { id, item } = await delivered();
  const asked = async (quantity: number) => (await staff('post', `/orders/${id}/returns`, { lines: [{ itemId: item, quantity, reason: 'changed_mind' }], outsidePolicy: true })).body.data.id as string;
  const settle = async (returnId: string, quantity: number) => {
    await staff('post', `/returns/${returnId}/receipts`, { lines: [{ itemId: item, quantity, condition: 'ok' }] });
    await staff('post', `/returns/${returnId}/inspection`, {});
    await completeDue();
    expect((await shop.show(id)).status).toBe('placed');
    await staff('post', `/returns/${returnId}/refund`, {});
  };
  const first = await asked(1);
  later(20);
  await completeDue();
  expect((await shop.show(id)).status).toBe('placed');

  const second = await asked(1);
  await settle(first, 1);
  await settle(second, 1);
  await completeDue();

  expect(await shop.show(id)).toMatchObject({ status: 'completed', returnStatus: 'returned' });
  expect(await completions(id)).toBe(1);
});

test('one that staff completed by hand is not completed again, and goods of a completed order can still come back', async () => {
  const { id, item } = await delivered();
  await staff('put', `/orders/${id}/status`, { status: 'completed' });
  later(30);

  await completeDue();
  const back = await staff('post', `/orders/${id}/returns`, { lines: [{ itemId: item, quantity: 1, reason: 'defective' }], outsidePolicy: true });

  expect([back.status, await completions(id)]).toEqual([201, 1]);
});
