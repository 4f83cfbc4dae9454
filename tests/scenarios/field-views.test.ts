import { randomUUID } from 'node:crypto';
import type { Role } from '../../src/people/auth/auth.js';
import { givenUser, type GivenUser } from '../support/given.js';
import { ADDRESS, openShop, type Shop } from '../support/shop.js';

type Headers = Record<string, string>;
const STAFF = ['moderator', 'support', 'operations', 'admin'] as const satisfies readonly Role[];
const PHONE = '+44 20 7946 0018';
const LICENCE = 'LICENCE-OF-THE-BUYER';

let shop: Shop;
let buyer: GivenUser;
let readers: Record<string, Headers>;
/** What there is to read, each once, and the fields that matter of it. */
let places: Record<string, readonly [path: string, ...fields: string[]]>;

beforeAll(async () => {
  shop = await openShop();
  const { call, keys } = shop;
  buyer = await givenUser(shop);
  const { productId } = await shop.given.variant({ sku: 'BOOK-1', prices: [{ currency: 'EUR', base: 1999, wholesale: 1200 }] });
  await call('patch', '/customers/me', { headers: buyer.headers, body: { phone: PHONE } });
  for (const [sku, digital] of [['GIFT-1', { kind: 'gift_card' }], ['KEY-1', { kind: 'licence_key' }], ['FILE-1', { kind: 'download', maxDownloads: 5, expiresInDays: 7 }]] as const) {
    await call('post', '/products', { headers: keys.secret, body: { name: sku, description: 'x', categoryIds: [], status: 'active', variants: [{ sku, prices: [{ currency: 'EUR', base: 1500 }], digital }] } });
  }
  await call('post', '/digital/KEY-1/keys', { headers: keys.secret, body: { importId: 'first', keys: [LICENCE] } });
  await shop.api.put('/api/v1/digital/FILE-1/file').set(keys.secret).attach('file', Buffer.from('manual'), 'manual.pdf');
  for (const sku of ['BOOK-1', 'GIFT-1', 'KEY-1', 'FILE-1']) await call('post', '/cart/items', { headers: buyer.headers, body: { sku } });
  const order = await call('post', '/orders', {
    headers: { ...buyer.headers, 'idempotency-key': randomUUID() }, body: { shippingAddress: { ...ADDRESS, phone: PHONE }, shippingMethod: 'standard', payment: { provider: 'offline' } },
  });
  const draft = await call('post', '/orders/drafts', { headers: keys.secret, body: { email: buyer.email, shippingAddress: { ...ADDRESS, phone: PHONE }, lines: [{ sku: 'BOOK-1', quantity: 1 }] } });
  const supplier = await call('post', '/suppliers', { headers: keys.secret, body: { code: 'PRESS', name: 'The Press', currency: 'EUR' } });
  const source = await call('put', `/suppliers/${supplier.body.data.id}/skus/BOOK-1`, { headers: keys.secret, body: { cost: { amount: 700, currency: 'EUR' } } });
  const customer = await shop.connection.collection('customers').findOne({ userId: buyer.id });
  if (order.status !== 201 || draft.status !== 201 || source.status >= 300 || !customer) throw new Error(JSON.stringify([order.body, draft.body, source.body, customer]));
  await shop.runEvents();
  const customerId = customer._id.toHexString();
  const email = encodeURIComponent(buyer.email);
  const contact = ['email', 'phone', 'firstName', 'shippingAddress', 'billingAddress'];
  await shop.connection.collection('orders').updateOne({ number: order.body.data.number }, { $set: { 'risk.review': { state: 'approved', claimedBy: null, claimedUntil: null } } });
  places = {
    'bought gift cards': [`/orders/${order.body.data.id}/gift-cards`, 'items'], 'what is downloaded': [`/orders/${order.body.data.id}/downloads`, 'items'],
    'assessment of an order': [`/admin/fraud/orders/${order.body.data.id}`, 'email', 'riskStatus'], 'reviews of orders': ['/admin/fraud/reviews?state=approved', 'email', 'riskStatus'],
    order: [`/orders/${order.body.data.id}`, ...contact, 'currency'], orders: ['/orders', ...contact], 'orders of a user': [`/orders/user/${buyer.id}`, 'email'], 'orders by e-mail': [`/orders?email=${email}`, 'email'],
    draft: [`/orders/drafts/${draft.body.data.id}`, ...contact], 'drafts by e-mail': [`/orders/drafts?email=${email}`, 'email'],
    customer: [`/customers/${customerId}`, ...contact], customers: [`/customers?q=${buyer.email}`, ...contact], 'all customers': ['/customers', ...contact], 'own profile': ['/customers/me', ...contact],
    product: [`/products/${productId}?fields=name,variants.prices`, 'name', 'variants'], 'price history': [`/products/${productId}/variants/${await variantOf(productId)}/price-history`, 'kind'], 'price lists': ['/price-lists', 'name'],
    'cost of a supplier': [`/suppliers/${supplier.body.data.id}/skus`, 'sku', 'cost'], users: ['/admin/users?role=customer', 'roles'], mails: ['/admin/mails?milestone=order_placed', 'to', 'milestone'], 'audit log': ['/admin/audit?per_page=1', 'action'],
  };
  readers = {
    app: {}, 'the customer': buyer.headers, 'another customer': (await givenUser(shop)).headers, vendor: (await givenUser(shop, { roles: ['vendor'] })).headers,
    ...Object.fromEntries(await Promise.all(STAFF.map(async (role) => [role, (await givenUser(shop, { roles: [role] })).headers]))),
    'server with orders:read': await server(['orders:read']), 'server with customers:read': await server(['customers:read']),
  };
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const server = async (scopes: string[]): Promise<Headers> => {
  const { key, appSecret } = await shop.container.apiKeys.issue({ name: 'server', kind: 'secret', scopes: [...scopes] });
  return { 'x-api-key': key, 'x-app-secret': appSecret! };
};
const variantOf = async (productId: string): Promise<string> => (await shop.call('get', `/products/${productId}`)).body.data.variants[0].id as string;

async function viewOf(headers: Headers): Promise<Record<string, unknown>> {
  const view: Record<string, unknown> = {};
  for (const [name, [path, ...fields]] of Object.entries(places)) {
    const { status, body } = await shop.call('get', path, { headers });
    const pick = (item: Record<string, unknown>) => Object.fromEntries(fields.filter((field) => field in item).map((field) => [field, item[field]]));
    const isPage = status === 200 && 'per_page' in body.data;
    view[name] = status !== 200 ? `${status} ${body.code}` : isPage ? body.data.items.map(pick) : pick(body.data as Record<string, unknown>);
  }
  const text = JSON.stringify(view).replaceAll(buyer.email, 'THE E-MAIL').replaceAll(PHONE, 'THE PHONE').replace(/"[0-9a-f]{24}"/g, '"ID"').replace(/"\d{4}-\d\d-\d\dT[^"]+"/g, '"TIME"')
    .replace(/"(number|subject|code|url|last4|itemId)":"[^"]*"/g, '"$1":"..."').replace(/someone\.[0-9a-f]+@example\.com/g, 'SOMEONE ELSE');
  return JSON.parse(text) as Record<string, unknown>;
}

test.each(['app', 'the customer', 'another customer', 'vendor', ...STAFF, 'server with orders:read', 'server with customers:read'])('what %s sees, field by field', async (reader) => {
  expect(await viewOf(readers[reader]!)).toMatchSnapshot();
});

test('who does not hold contacts:read meets neither the e-mail address nor the telephone of the customer anywhere', async () => {
  for (const reader of ['moderator', 'operations', 'another customer', 'vendor', 'app', 'server with orders:read', 'server with customers:read']) {
    const seen = JSON.stringify(await viewOf(readers[reader]!));
    expect([reader, seen.includes('THE E-MAIL'), seen.includes('THE PHONE')]).toEqual([reader, false, false]);
  }
  expect(JSON.stringify(await viewOf(readers['support']!))).toMatch(/THE E-MAIL.*THE PHONE/);
});

test('what can be spent or used by whoever knows it is shown to its owner, and of staff to those who may issue it', async () => {
  const seen = async (reader: string) => {
    const [cards, sent] = await Promise.all(['bought gift cards', 'what is downloaded'].map((place) => shop.call('get', places[place]![0], { headers: readers[reader]! })));
    const [key, file] = sent!.body.data.items as [{ keys?: string[] }, { url?: string }];
    return [reader, cards!.body.data.items.map(({ code }: { code?: string }) => typeof code), key.keys, typeof file.url];
  };

  expect(await Promise.all(['the customer', 'admin', 'operations', 'support', 'server with orders:read'].map(seen))).toEqual([
    ['the customer', ['string'], [LICENCE], 'string'], ['admin', ['string'], [LICENCE], 'string'], ['operations', ['undefined'], [LICENCE], 'string'],
    ['support', ['undefined'], undefined, 'undefined'], ['server with orders:read', ['undefined'], undefined, 'undefined'],
  ]);
});

test('an answer that is repeated under its Idempotency-Key is cut for its reader as the first was', async () => {
  const headers = { ...readers['operations']!, 'idempotency-key': randomUUID() };
  const { guest } = await shop.given.cart('BOOK-1');
  const placed = await shop.order(guest, { shippingAddress: { ...ADDRESS, phone: PHONE } });
  const cancel = () => shop.call('post', `/orders/${placed.body.data.id}/cancellation`, { headers, body: {} });

  const [first, again] = [await cancel(), await cancel()];

  expect([first.status, again.status, again.headers['idempotent-replayed']]).toEqual([200, 200, 'true']);
  expect(again.body).toEqual(first.body);
  expect(JSON.stringify(first.body)).not.toContain(PHONE);
  expect(first.body.data).not.toHaveProperty('email');
  expect(placed.body.data).toMatchObject({ email: 'ada@example.com', shippingAddress: { phone: PHONE } });
});
