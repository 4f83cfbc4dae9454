import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Policy } from '../../src/shared/http/policy.js';
import { openCardShop, type CardShop } from '../support/card-shop.js';
import { givenUser, type GivenUser } from '../support/given.js';
import { until } from '../support/redis-server.js';
import { ADDRESS } from '../support/shop.js';

type Asked = { params: Record<string, string>; body?: object; headers?: Record<string, string> };
type Json = Record<string, any>; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an answer holds is what the test asserts

const { routes } = JSON.parse(readFileSync(new URL('../../policy.json', import.meta.url), 'utf8')) as Policy;
/** Every route of apps that names something in its path. Staff routes ask for a permission instead, which policy.test.ts tries. */
const named = Object.entries(routes).filter(([route, { access }]) => route.includes(':') && access.startsWith('app ')).map(([route]) => route);

/** Not tried, each with its reason. */
const SHARED: Record<string, string> = {
  'GET /attributes/:code': 'belongs to the shop', 'GET /categories/:idOrSlug': 'belongs to the shop', 'GET /categories/:idOrSlug/products': 'belongs to the shop',
  'GET /products/:idOrSlug': 'belongs to the shop', 'GET /products/:idOrSlug/variants': 'belongs to the shop', 'GET /products/:id/variants/:variantId': 'belongs to the shop',
  'GET /products/:id/variants/:variantId/prior-price': 'belongs to the shop', 'GET /products/:id/reviews': 'reviews that are published are for everybody',
  'POST /products/:id/reviews': 'makes something of one\'s own at a product', 'POST /reviews/:id/votes': 'a vote is about what somebody else wrote', 'POST /reviews/:id/flags': 'a flag is about what somebody else wrote',
  'GET /wishlists/shared/:token': 'the token in the link is the permission', 'DELETE /wishlists/guest/items/:productId': 'the token in the header is the permission: only the list that it names is changed',
  ...Object.fromEntries(['GET /products/:idOrSlug/seo', 'GET /categories/:idOrSlug/seo', 'GET /products/:id/recommendations'].map((route) => [route, 'belongs to the shop'])),
  'POST /products/:id/views': 'is noted for who is asking, whoever that is',
  ...Object.fromEntries(['GET /products/:id/questions', 'GET /questions/:id', 'GET /questions/:id/answers'].map((route) => [route, 'questions that are published are for everybody'])),
  ...Object.fromEntries(['POST /products/:id/questions', 'POST /questions/:id/answers'].map((route) => [route, 'makes something of one\'s own'])),
  ...Object.fromEntries(['POST /questions/:id/votes', 'POST /questions/:id/flags', 'POST /answers/:id/votes', 'POST /answers/:id/flags'].map((route) => [route, 'is about what somebody else wrote'])),
  'PUT /reviews/:id/reply': 'is for the shop and the vendor of the product: nobody else may, whatever it names',
  ...Object.fromEntries(['DELETE /auth/identities/:provider', 'POST /auth/identities/:provider', 'POST /auth/identities/:provider/callback', 'POST /auth/providers/:provider/callback', 'POST /auth/providers/:provider/sign-in']
    .map((route) => [route, 'a provider belongs to nobody: only the own account is joined, left or signed in to'])),
  'GET /products/:id/changes': 'lists nothing but what the caller proposed', 'POST /products/:id/changes': 'is for the vendor of the product: to everybody else it is not there',
  'DELETE /cart/coupons/:code': 'a code names nothing of anybody: only the own cart is changed',
};

let shop: CardShop;
let [owner, stranger]: GivenUser[] = [];
let asked: Record<string, Asked>;

beforeAll(async () => {
  shop = await openCardShop();
  [owner, stranger] = [await givenUser(shop), await givenUser(shop)];
  const make = async (path: string, body: object | undefined, headers: Record<string, string> = {}, method: 'post' | 'put' = 'post'): Promise<Json> => {
    const reply = await shop.call(method, path, { headers: { ...owner!.headers, ...headers }, ...(body && { body }) });
    if (reply.status >= 300) throw new Error(`${path}: ${JSON.stringify(reply.body)}`);
    return reply.body.data as Json;
  };
  const { sku, productId } = await shop.given.variant({ stock: 50 });
  const order = async () => {
    await make('/cart/items', { sku, quantity: 4 });
    return make('/orders', { shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'simulator', method: 'card', token: 'ok' } }, { 'idempotency-key': randomUUID() });
  };
  const [open, sent] = [await order(), await order()];
  for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${sent['id']}/status`, { headers: shop.keys.secret, body: { status } });
  const lines = [{ itemId: sent['items'][0].id as string, quantity: 1, reason: 'changed_mind' }];
  const claimLines = [{ itemId: sent['items'][0].id as string, quantity: 1 }];
  const returned = await make(`/orders/${sent['id']}/returns`, { lines });
  const exchange = await make(`/orders/${sent['id']}/exchanges`, { lines, items: [{ sku, quantity: 1 }] });
  const claim = await make(`/orders/${sent['id']}/claims`, { type: 'damaged', lines: claimLines });
  const address = await make('/customers/me/addresses', ADDRESS);
  const wishlist = await make('/customers/me/wishlists', { name: 'Mine' });
  await make(`/customers/me/wishlists/${wishlist['id']}/items`, { productId });
  await make(`/customers/me/wishlists/${wishlist['id']}/sharing`, undefined);
  const review = await make(`/products/${productId}/reviews`, { rating: 5, title: 'Good', text: 'Read it twice.' });
  const question = await make(`/products/${productId}/questions`, { text: 'Does it fold?' });
  const answer = await make(`/questions/${question['id']}/answers`, { text: 'It does.' });
  const cart = await make('/cart/items', { sku, quantity: 1 });
  const method = await make('/customers/me/payment-methods', { provider: 'simulator', token: 'ok' });
  const session = (await shop.call('get', '/auth/sessions', { headers: owner!.headers })).body.data.items[0] as Json;
  const fulfilment = (await shop.call('get', `/orders/${sent['id']}/fulfilments`, { headers: owner!.headers })).body.data.items[0] as Json;
  const payment = await shop.connection.collection('payments').findOne({ orderId: open['id'] });
  const { code } = (await shop.call('post', '/gift-cards', { headers: shop.keys.secret, body: { amount: { amount: 100, currency: 'EUR' }, reason: 'goodwill' } })).body.data as Json;
  const withCard = await make('/cart/gift-cards', { code: code as string });
  const saved = await make('/customers/me/carts', { name: 'Kept' });
  const { file } = await make('/media/uploads', { name: 'up.jpg', contentType: 'image/jpeg', bytes: 1000 });
  const change = { params: { id: productId, changeId: new (shop.connection.base.Types.ObjectId)().toHexString() } };
  await shop.connection.collection('product_changes').insertOne({ _id: new (shop.connection.base.Types.ObjectId)(change.params.changeId), productId, vendorId: owner!.id, state: 'pending', baseVersion: 1, changes: { name: 'Mine' }, diff: [], note: null, reason: null, createdAt: new Date(), decidedAt: null });
  const key = { 'idempotency-key': randomUUID() };

  const ofOrder = (more: Partial<Asked> = {}): Asked => ({ params: { id: open['id'] as string }, ...more });
  const ofSent = (more: Partial<Asked> = {}): Asked => ({ params: { id: sent['id'] as string }, ...more });
  const of = (thing: Json, body?: object): Asked => ({ params: { id: thing['id'] as string }, ...(body && { body }) });
  asked = {
    'DELETE /auth/sessions/:id': of(session),
    'DELETE /cart/gift-cards/:id': of((withCard['tenders'] as Json[])[0]!), 'DELETE /cart/items/:itemId': { params: { itemId: cart['items'][0].id } }, 'PUT /cart/items/:itemId': { params: { itemId: cart['items'][0].id }, body: { quantity: 2 } },
    'GET /customers/me/addresses/:id': of(address), 'PUT /customers/me/addresses/:id': of(address, ADDRESS), 'DELETE /customers/me/addresses/:id': of(address),
    'DELETE /customers/me/payment-methods/:id': of(method), 'PUT /customers/me/payment-methods/:id/default': of(method),
    'GET /customers/me/wishlists/:id': of(wishlist), 'PUT /customers/me/wishlists/:id': of(wishlist, { name: 'Theirs' }), 'DELETE /customers/me/wishlists/:id': of(wishlist),
    'POST /customers/me/wishlists/:id/items': of(wishlist, { productId }), 'DELETE /customers/me/wishlists/:id/items/:productId': { params: { id: wishlist['id'], productId } },
    'POST /customers/me/wishlists/:id/sharing': of(wishlist), 'DELETE /customers/me/wishlists/:id/sharing': of(wishlist),
    'POST /customers/me/wishlists/:id/items/:productId/move-to-cart': { params: { id: wishlist['id'], productId } },
    'GET /customers/me/carts/:id': of(saved), 'DELETE /customers/me/carts/:id': of(saved), 'POST /customers/me/carts/:id/restoration': of(saved),
    'GET /media/files/:id': of(file), 'DELETE /media/files/:id': of(file), 'POST /media/uploads/:id/complete': of(file),
    'PUT /questions/:id': of(question, { text: 'Theirs?' }), 'DELETE /questions/:id': of(question), 'POST /questions/:id/appeal': of(question, { text: 'No.' }),
    'PUT /questions/:id/accepted-answer': of(question, { answerId: answer['id'] as string }), 'DELETE /questions/:id/accepted-answer': of(question),
    'PUT /answers/:id': of(answer, { text: 'It does not.' }), 'DELETE /answers/:id': of(answer), 'POST /answers/:id/appeal': of(answer, { text: 'No.' }),
    'POST /reviews/:id/media': of(review, { mediaIds: [file.id as string] }), 'DELETE /reviews/:id/media/:mediaId': { params: { id: review['id'], mediaId: file.id as string } },
    'PUT /reviews/:id': of(review, { rating: 1, title: '', text: '' }), 'DELETE /reviews/:id': of(review), 'POST /reviews/:id/appeal': of(review, { text: 'No.' }),
    ...Object.fromEntries(['', '/documents', '/downloads', '/footprint', '/gift-cards', '/invoice', '/pickup', '/timeline', '/shipments', '/fulfilments', '/returns', '/exchanges', '/claims'].map((part) => [`GET /orders/:id${part}`, ofSent()])),
    'GET /orders/:id/fulfilments/:fulfilmentId': { params: { id: sent['id'], fulfilmentId: fulfilment['id'] } }, 'GET /orders/user/:userId': { params: { userId: owner!.id } },
    'POST /orders/:id/cancellation': ofOrder({ body: {} }), 'POST /orders/:id/payments': ofOrder({ body: { payment: { provider: 'offline' } }, headers: key }),
    'POST /orders/:id/payments/:paymentId/confirmation': { params: { id: open['id'], paymentId: payment!._id.toString() }, body: {} }, 'POST /orders/:id/reorder': ofOrder(),
    'POST /orders/:id/returns': ofSent({ body: { lines } }), 'POST /orders/:id/exchanges': ofSent({ body: { lines, items: [{ sku, quantity: 1 }] } }), 'POST /orders/:id/claims': ofSent({ body: { type: 'lost', lines: claimLines } }),
    'GET /returns/:id': of(returned), 'POST /returns/:id/cancellation': of(returned, {}), 'GET /exchanges/:id': of(exchange), 'POST /exchanges/:id/cancellation': of(exchange, {}),
    'GET /products/:id/changes/:changeId': change, 'DELETE /products/:id/changes/:changeId': change,
    'GET /claims/:id': of(claim), 'POST /claims/:id/cancellation': of(claim, {}),
  };
  await shop.work();
  await until(async () => await shop.count('outbox', { state: 'pending' }) === 0, { what: 'every event to be delivered' });
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('every route that names something is tried or has a reason', () => {
  expect(named.filter((route) => !(route in asked) && !(route in SHARED))).toEqual([]);
  expect([...Object.keys(asked), ...Object.keys(SHARED)].filter((route) => !named.includes(route))).toEqual([]);
});

/** What requests leave behind that change nothing: when a key or a session was used last, and how often. */
const TRACES = /^(api_key_usage|api_keys|sessions|system\..*)$/;
async function everything(): Promise<Record<string, string>> {
  const collections = (await shop.connection.db!.listCollections().toArray()).map(({ name }) => name).filter((name) => !TRACES.test(name)).sort();
  return Object.fromEntries(await Promise.all(collections.map(async (name) => [name, JSON.stringify(await shop.connection.collection(name).find().sort({ _id: 1 }).toArray())] as const)));
}

/** Names alone: what stands in them would be pages. */
const changed = (before: Record<string, string>, after: Record<string, string>) => [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name]);

async function answers(who: Record<string, string>): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [route, { params, body, headers }] of Object.entries(asked)) {
    const [method = '', path = ''] = route.split(' ');
    const reply = await shop.call(method.toLowerCase() as 'get', path.replace(/:(\w+)/g, (_all, name: string) => params[name] ?? 'missing'), { headers: { ...who, ...headers }, ...(body && { body }) });
    found[route] = `${reply.status} ${reply.body.code ?? ''}`.trim();
  }
  return found;
}

test('what belongs to somebody is 404 to somebody else, on every route, and nothing changes', async () => {
  const before = await everything();

  const found = await answers(stranger!.headers);

  expect(Object.entries(found).filter(([, answer]) => !answer.startsWith('404'))).toEqual([]);
  expect(changed(before, await everything())).toEqual([]);
});

test('a guest finds nothing either, with no token and with a token of nothing', async () => {
  const before = await everything();

  const found = [await answers({}), await answers({ 'x-order-token': 'a'.repeat(32), 'x-cart-token': 'b'.repeat(32) })];

  expect(found.flatMap((all) => Object.entries(all)).filter(([, answer]) => !/^(401 authentication_required|404 .*)$/.test(answer))).toEqual([]);
  expect(changed(before, await everything())).toEqual([]);
});

test('to its owner each of them is there: none of the answers above is 404 for another reason', async () => {
  const reads = Object.entries(asked).filter(([route]) => route.startsWith('GET '));
  const statuses = await Promise.all(reads.map(async ([route, { params }]) => [route, (await shop.call('get', route.slice(4).replace(/:(\w+)/g, (_all, name: string) => params[name]!), { headers: owner!.headers })).status] as const));

  // nothing to fetch at a counter was bought
  expect(statuses.filter(([route, status]) => status !== 200 && route !== 'GET /orders/:id/pickup')).toEqual([]);
});
