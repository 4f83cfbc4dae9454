import { openCardShop, type CardShop } from '../support/card-shop.js';

let shop: CardShop;
let commands: string[] = [];

beforeAll(async () => {
  shop = await openCardShop({ webhooks: false });
  // Keys of the month and the day, and a stock of keys for guests, are made with the first order that a process takes.
  await shop.order((await shop.given.cart((await shop.given.variant()).sku)).guest).expect(201);
  // What is asked at most once a second (keys, the category tree, warehouses) or counted every five is not part of the work.
  shop.connection.getClient().on('commandStarted', ({ commandName, command }) => { commands.push(`${commandName} ${String((command as Record<string, unknown>)[commandName])}`); });
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const ASKED_ONCE_A_SECOND = /^(find (api_keys|risk_settings|shipping_zones|shipping_methods|price_revisions|promotions|return_policies|payment_settings|warehouses|categories|category_tree)|update api_keys|update api_key_usage|hello |ping |aggregate api_keys)/;
async function tripsOf(work: () => Promise<unknown>): Promise<string[]> {
  commands = [];
  await work();
  return commands.filter((command) => !ASKED_ONCE_A_SECOND.test(command));
}
const atMost = (most: number, trips: string[]) => { if (trips.length > most) throw new Error(`${trips.length} round trips, ${most} allowed:\n${trips.join('\n')}`); };

test('a product that is not cached is one round trip, a list two', async () => {
  const { productId } = await shop.given.variant();

  atMost(1, await tripsOf(() => shop.call('get', `/products/${productId}`)));
  atMost(2, await tripsOf(() => shop.call('get', '/products?per_page=20')));
  atMost(0, await tripsOf(() => shop.call('get', `/products/${productId}`)));
  atMost(0, await tripsOf(() => shop.call('get', '/products?per_page=20')));
});

test('adding a line is at most three round trips, into a new cart and into one of fifty lines', async () => {
  const skus = await Promise.all(Array.from({ length: 50 }, async () => (await shop.given.variant()).sku));
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(...skus);

  atMost(3, await tripsOf(() => shop.call('post', '/cart/items', { body: { sku } })));
  atMost(3, await tripsOf(() => shop.call('post', '/cart/items', { headers: guest, body: { sku } })));
});

test('an order of two lines is at most 18 round trips paid on delivery, and 24 paid by card', async () => {
  const [a, b] = [await shop.given.variant(), await shop.given.variant()];
  const [offline, card] = [await shop.given.cart(a.sku, b.sku), await shop.given.cart(a.sku, b.sku)];

  atMost(18, await tripsOf(() => shop.order(offline.guest)));
  atMost(24, await tripsOf(() => shop.order(card.guest, { payment: { provider: 'simulator', method: 'card', token: 'ok' } })));
});
