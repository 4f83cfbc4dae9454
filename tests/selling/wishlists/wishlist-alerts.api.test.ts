import { givenUser, PASSWORD } from '../../support/given.js';
import { euros, openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(async () => {
  expect(shop.defects.splice(0)).toEqual([]);
  expect(await shop.violations()).toEqual([]);
});
afterAll(() => shop.close());

type Person = Awaited<ReturnType<typeof givenUser>>;
const base = '/customers/me/wishlists';
const times = <T>(n: number, work: (at: number) => Promise<T>) => Promise.all(Array.from({ length: n }, (_none, at) => work(at)));
const wish = async (person: Pick<Person, 'headers'>, productId: string, id = 'default') => expect((await shop.call('post', `${base}/${id}/items`, { headers: person.headers, body: { productId } })).status).toBe(201);
const alertsOf = async (person: Person) => (await shop.call('get', '/customers/me/wishlist-alerts', { headers: person.headers })).body.data.items;
const itemsOf = async (person: Person) => (await shop.call('get', `${base}/default`, { headers: person.headers })).body.data.items;
async function mails(milestone: string, name: string) {
  const { service } = shop.container.notifications;
  const { items } = await service.list({ milestone } as never, { page: 1, limit: 100 } as never);
  return Promise.all(items.filter(({ subject }) => subject.includes(name)).map(({ id }) => service.get(id)));
}
/** What the worker does: events, then the looks that are due, then the mails of what was found. */
async function settle(): Promise<void> {
  await shop.runEvents();
  while (await shop.container.wishlists.tell() > 0);
  await shop.runEvents();
}
async function setPrice(productId: string, prices: object): Promise<void> {
  const product = (await shop.call('get', `/products/${productId}`, { headers: shop.keys.secret })).body.data;
  const [{ id, sku, version }] = product.variants;
  const changed = await shop.call('put', `/products/${productId}/variants/${id}`, { headers: { ...shop.keys.secret, 'if-match': `"${version}"` }, body: { sku, prices: [{ currency: 'EUR', ...prices }] } });
  expect(changed.status).toBe(200);
}

test('one alert for each drop, however often it is looked at, on however many lists it is; none for what is below the threshold', async () => {
  const ada = await givenUser(shop);
  const { productId, sku } = await shop.given.variant({ price: 2000 });
  const { id } = (await shop.call('post', base, { headers: ada.headers, body: { name: 'Second' } })).body.data;
  await wish(ada, productId);
  await wish(ada, productId, id);

  await setPrice(productId, { base: 1950 });
  await settle();
  expect(await alertsOf(ada)).toEqual([]);

  await setPrice(productId, { base: 1900 });
  await shop.runEvents();
  await times(8, () => shop.container.wishlists.tell());
  await shop.container.wishlists.hear([productId]);
  await settle();
  expect(await alertsOf(ada)).toMatchObject([{ productId, kind: 'price_drop', before: euros(2000), after: euros(1900) }]);
  const [mail, ...more] = await mails('price_drop', sku);
  expect([mail!.to, mail!.text.includes('€19.00'), more.length]).toEqual([ada.email, true, 0]);

  await setPrice(productId, { base: 2100 });
  await settle();
  await setPrice(productId, { base: 1500 });
  await settle();
  expect(await alertsOf(ada)).toMatchObject([{ before: euros(2100), after: euros(1500) }, { before: euros(2000), after: euros(1900) }]);
});

test('five units and a hundred who wait: the ten longest waiting are told at once, ten more after the pause, each once', async () => {
  const { productId, sku } = await shop.given.variant({ stock: 0 });
  const people = await times(4, () => givenUser(shop));
  for (const person of people) await wish(person, productId);
  const waiting = Array.from({ length: 96 }, (_none, at) => ({ userId: `5f00000000000000000000${(at + 16).toString(16)}`, at }));
  await shop.connection.collection('wishlists').insertMany(waiting.map(({ userId }) => ({ userId, name: 'W', isDefault: true, items: [{ productId, sku: null, note: '', price: null, addedAt: new Date() }], shareTokenHash: null, guestTokenHash: null, expiresAt: null, version: 1, createdAt: new Date(), updatedAt: new Date() })));
  await shop.connection.collection('wishlist_watches').insertMany(waiting.map(({ userId, at }) => ({ userId, productId, sku: '', wishes: 1, price: euros(1999), waitingSince: new Date(Date.now() + 60_000 + at), alerts: 0 })));
  const told = () => shop.count('wishlist_alerts', { productId, kind: 'back_in_stock' });

  await shop.restock(sku, 5);
  await shop.runEvents();
  await times(10, () => shop.container.wishlists.tell());
  await settle();
  expect(await told()).toBe(10);
  expect((await mails('back_in_stock', sku)).map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort());

  await shop.container.wishlists.hear([productId]);
  await settle();
  expect(await told()).toBe(10);

  shop.clock.offsetMs += 25 * 3_600_000;
  await settle();
  expect(await told()).toBe(20);
  expect((await shop.connection.collection('wishlist_alerts').distinct('userId', { productId })).length).toBe(20);
  shop.clock.offsetMs = 0;
});

test('what is sold out and comes back is told again; the link in the mail ends that, and a wrong one ends nothing', async () => {
  const [ada, bob] = [await givenUser(shop), await givenUser(shop)];
  const { productId, sku } = await shop.given.variant({ stock: 1 });
  await wish(ada, productId);
  await wish(bob, productId);
  const cart = await shop.given.cart(sku);
  expect((await shop.order(cart.guest)).status).toBe(201);
  await settle();
  await shop.restock(sku, 3);
  await settle();
  const [mail] = (await mails('back_in_stock', sku)).filter(({ to }) => to === ada.email);
  const link = /http\S+\/wishlist-alerts\/stop\/\S+/.exec(mail!.text)![0];
  expect(mail!.stopUrl).toBe(link);
  const path = new URL(link).pathname;

  expect((await shop.api.get(path)).text).toContain('<form method="post">');
  expect((await shop.api.post(`${path}x`)).status).toBe(404);
  await setPrice(productId, { base: 1000 });
  await settle();
  expect(await alertsOf(ada)).toHaveLength(2);

  expect((await shop.api.post(path).type('form').send('List-Unsubscribe=One-Click')).status).toBe(200);
  await setPrice(productId, { base: 500 });
  await settle();
  expect([(await alertsOf(ada)).length, (await alertsOf(bob)).length]).toEqual([2, 3]);
});

test('a guest wishes by token; signing in on two devices at once takes everything over, each thing once', async () => {
  const ada = await givenUser(shop);
  const [one, two, three] = [await shop.given.variant(), await shop.given.variant(), await shop.given.variant()];
  const begun = await shop.call('post', '/wishlists/guest/items', { body: { productId: one.productId } });
  const guest = { 'x-wishlist-token': begun.body.data.token as string };
  await shop.call('post', '/wishlists/guest/items', { headers: guest, body: { productId: two.productId } });
  await wish(ada, two.productId);
  await wish(ada, three.productId);
  expect((await shop.call('get', '/wishlists/guest', { headers: guest })).body.data.items).toHaveLength(2);

  const signedIn = await times(2, () => shop.call('post', '/auth/login', { headers: guest, body: { email: ada.email, password: PASSWORD } }));
  const merged = await times(5, () => shop.call('post', `${base}/merge`, { headers: { ...ada.headers, ...guest } }));

  expect([...signedIn, ...merged].map(({ status }) => status)).toEqual(Array(7).fill(200));
  expect((await itemsOf(ada)).map(({ productId }: { productId: string }) => productId).sort()).toEqual([one, two, three].map(({ productId }) => productId).sort());
  expect((await shop.call('get', '/wishlists/guest', { headers: guest })).status).toBe(404);
  expect((await shop.call('get', '/wishlists/guest')).status).toBe(404);
});

test('moving to the cart: of ten devices one does it; what the cart refuses stays on the list', async () => {
  const ada = await givenUser(shop);
  const { productId, sku } = await shop.given.variant();
  await wish(ada, productId);
  const move = (id: string, body: object = {}) => shop.call('post', `${base}/default/items/${id}/move-to-cart`, { headers: ada.headers, body });

  const moved = await times(10, () => move(productId));

  expect(moved.map(({ status }) => status).sort()).toEqual([200, ...Array(9).fill(404)]);
  expect(await itemsOf(ada)).toEqual([]);
  expect((await shop.call('get', '/cart', { headers: ada.headers })).body.data.lineItems ?? (await shop.call('get', '/cart', { headers: ada.headers })).body.data.items).toMatchObject([{ sku, quantity: 1 }]);

  await wish(ada, productId);
  const other = await shop.given.variant();
  for (const wrong of ['NOT-THERE', other.sku]) expect((await move(productId, { sku: wrong })).body).toMatchObject({ status: 404, code: 'variant_not_found' });
  expect((await shop.call('post', `${base}/default/items`, { headers: ada.headers, body: { productId, sku: other.sku } })).body).toMatchObject({ status: 404, code: 'variant_not_found' });
  expect(await itemsOf(ada)).toHaveLength(1);
  expect((await move(productId, { quantity: 0 })).status).toBe(400);
});
