import { randomInt, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Writable } from 'node:stream';
import sharp from 'sharp';
import winston from 'winston';
import { isSealed, readMasterKeys } from '../../src/shared/crypto/sealing.js';
import { personalCollections } from '../../src/shared/db/personal.js';
import { Vault } from '../../src/shared/db/vault.js';
import { givenUser, PASSWORD, type GivenUser } from '../support/given.js';
import { openShop, type Shop } from '../support/shop.js';

let shop: Shop;
const lines: string[] = [];
beforeAll(async () => {
  shop = await openShop();
  const stream = new Writable({ write: (line: Buffer, _encoding, done) => { lines.push(line.toString()); done(); } });
  shop.container.logger.configure({ silent: false, level: 'silly', format: winston.format.json(), transports: [new winston.transports.Stream({ stream })] });
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

/** Everything that is under our names, whatever its type. */
async function cached(): Promise<string> {
  const { client } = shop.redis;
  const found = await Promise.all((await client.keys(`${shop.config.redis.keyPrefix}*`)).map(async (prefixed) => {
    const key = prefixed.slice(shop.config.redis.keyPrefix.length);
    const read = { string: () => client.get(key), hash: () => client.hgetall(key), list: () => client.lrange(key, 0, -1), set: () => client.smembers(key), zset: () => client.zrange(key, '0', '-1') }[await client.type(key) as 'string'];
    return [key, await read?.()];
  }));
  return JSON.stringify(found);
}
const WITHOUT_KEYS = (name: string) => name !== 'data_keys';
const collections = async () => (await shop.connection.db!.listCollections({}, { nameOnly: true }).toArray()).map(({ name }) => name).sort();
const dump = async () => Object.fromEntries(await Promise.all((await collections()).filter(WITHOUT_KEYS).map(async (name) => [name, await shop.connection.collection(name).find().toArray()] as const)));
const restore = async (dumped: Awaited<ReturnType<typeof dump>>) => {
  for (const [name, rows] of Object.entries(dumped)) {
    await shop.connection.collection(name).deleteMany({});
    if (rows.length > 0) await shop.connection.collection(name).insertMany(rows);
  }
};
const runJobs = async () => { while (await shop.container.jobs.runDue() > 0); await shop.runEvents(); };
const jobOf = async (id: string) => (await shop.call('get', `/jobs/${id}`, { headers: shop.keys.secret })).body.data;

/** Everything that somebody can type about themselves, each value unlike any other. */
async function plant() {
  const tag = String(randomInt(1_000_000, 9_999_999));
  const address = (kind: string) => ({
    firstName: `Cfirst${kind}${tag}`, lastName: `Clast${kind}${tag}`, company: `Ccompany${kind}${tag}`, line1: `Cline1${kind}${tag}`, line2: `Cline2${kind}${tag}`,
    city: `Ccity${kind}${tag}`, postalCode: 'SW1Y 4JH', country: 'GB', phone: `+44 20 7946 ${tag.slice(0, 4)}`,
  });
  const email = `cuser.${tag}@example.com`;
  const device = { 'user-agent': `Cagent${tag}` };
  await shop.call('post', '/auth/register', { headers: device, body: { email, password: PASSWORD, firstName: `Cgiven${tag}`, lastName: `Cborn${tag}`, username: `Cuser${tag}` } }).expect(201);
  const { accessToken } = (await shop.call('post', '/auth/login', { headers: device, body: { email, password: PASSWORD } }).expect(200)).body.data;
  const headers = { authorization: `Bearer ${accessToken}` };
  const user = { email, password: PASSWORD, headers, id: (await shop.call('get', '/auth/me', { headers }).expect(200)).body.data.id as string };
  const post = (path: string, body: object, extra: object = {}) => shop.call('post', path, { headers: { ...headers, ...extra }, body });
  await shop.call('patch', '/customers/me', { headers, body: { firstName: `Cname${tag}`, lastName: `Cfamily${tag}`, phone: `+44 30 7946 ${tag.slice(0, 4)}`, customFields: { nick: `Cnick${tag}` } } }).expect(200);
  await post('/customers/me/addresses', address('saved')).expect(201);
  const { sku, productId } = await shop.given.variant();
  await post('/cart/items', { sku, quantity: 1 }).expect(201);
  const order = { email: `corder${tag}@example.com`, shippingAddress: address('to'), billingAddress: address('bill'), shippingMethod: 'standard', payment: { provider: 'offline' }, notes: `Cnotes${tag}` };
  const placed = await post('/orders', order, { 'idempotency-key': randomUUID() }).expect(201);
  await post('/cart/items', { sku, quantity: 1 }).expect(201);
  await shop.call('put', '/cart/addresses', { headers, body: { email: `ccart${tag}@example.com`, shippingAddress: address('cart') } });
  const guestCart = await shop.given.cart((await shop.given.variant()).sku);
  await shop.order(guestCart.guest, { email: `cguest${tag}@example.com`, shippingAddress: address('guest') }).expect(201);
  await shop.call('post', '/orders/drafts', { headers: shop.keys.secret, body: { email: `cdraft${tag}@example.com`, lines: [{ sku, quantity: 1 }], shippingAddress: address('draft'), notes: `Cdraftnotes${tag}` } });
  await post('/cart/items', { sku, quantity: 1 });
  await post('/customers/me/carts', { name: `Csaved${tag}` }).expect(201);
  const list = await post('/customers/me/wishlists', { name: `Cwishes${tag}` }).expect(201);
  await post(`/customers/me/wishlists/${list.body.data.id}/items`, { productId, note: `Cfor${tag}` }).expect(201);
  await shop.call('post', '/wishlists/guest/items', { body: { productId, note: `Cguestnote${tag}` } }).expect(201);
  await shop.call('post', `/orders/${placed.body.data.id}/notes`, { headers: shop.keys.secret, body: { text: `Cstaffnote${tag}` } }).expect(201);
  await shop.call('post', '/auth/password/forgot', { body: { email } }).expect(202);
  await shop.call('post', '/auth/password/forgot', { body: { email: `cnobody${tag}@example.com` } }).expect(202);
  await shop.call('post', '/auth/login', { body: { email: `cstuffed${tag}@example.com`, password: PASSWORD } }).expect(401);
  await post('/auth/email/change', { newEmail: `cnext${tag}@example.com`, currentPassword: PASSWORD }).expect(202);
  await shop.call('post', '/orders/lookup', { body: { number: placed.body.data.number, email: order.email } }).expect(202);
  await shop.api.post('/api/v1/media').set({ ...shop.headers, ...headers }).attach('file', await sharp({ create: { width: 8, height: 8, channels: 3, background: 'red' } }).png().toBuffer(), `Cface${tag}.png`).expect(201);
  for (const q of [`Cname${tag}`, order.email]) await shop.call('get', `/customers?q=${q}&email=${order.email}`, { headers: shop.keys.secret }).expect(200);
  const profile = await shop.connection.model('Customer').findOne({ userId: user.id }).lean<{ _id: object }>();
  await shop.call('patch', `/customers/${String(profile!._id)}`, { headers: shop.keys.secret, body: { lastName: `Cbystaff${tag}` } }).expect(200);
  await shop.runEvents();
  // What is refused quotes nothing of what was sent.
  const refused = [
    await post('/customers/me/carts', { name: `Csaved${tag}` }), await post('/customers/me/addresses', { ...address('bad'), country: `Cland${tag}`, phone: { number: `Cphone${tag}` } }),
    await shop.call('post', '/auth/register', { body: { email: `cbad${tag}@@example.com`, password: `Cpass${tag}`, firstName: `Cf${tag}`, lastName: `Cl${tag}`, username: `Cbad ${tag}!` } }), await shop.call('post', '/auth/register', { body: { email, password: PASSWORD, firstName: `Cf${tag}`, lastName: `Cl${tag}` } }),
    await shop.call('put', '/cart/vat-id', { headers, body: { vatId: `CVAT${tag}` } }), await shop.call('put', '/cart/addresses', { headers, body: { email: `Cmail${tag}`, shippingAddress: { ...address('wrong'), postalCode: `Cpost${tag}` } } }),
    await post('/customers/me/erasure', { confirmEmail: `celse${tag}@example.com` }), await shop.call('post', '/auth/login', { body: { email: `cstuffed${tag}@example.com`, password: `Cguess${tag}` } }),
  ];
  return { tag, user, refused: refused.filter(({ status }) => status >= 400).map(({ text }) => text), orderId: placed.body.data.id as string, canaries: new RegExp(`C\\w*${tag}|c\\w+${tag}@|7946 ${tag.slice(0, 4)}|cuser\\.${tag}`, 'i') };
}

const completed = (orderId: string) => shop.connection.collection('orders').updateOne({ _id: new (shop.connection.base.Types.ObjectId)(orderId) }, { $set: { status: 'completed' } });
const exported = async ({ headers }: Pick<GivenUser, 'headers'>) => {
  await shop.call('post', '/customers/me/data-export', { headers }).expect(202);
  await runJobs();
  return (await shop.call('get', '/customers/me/data-export', { headers }).expect(200)).body.data.data;
};

test('values planted in every personal field are found in no collection, no key of Redis, no log line, no metric and no refusal', async () => {
  const { tag, canaries, user, refused } = await plant();

  const dumped = await dump();
  expect(Object.entries(dumped).flatMap(([name, rows]) => { const found = canaries.exec(JSON.stringify(rows)); return found ? [`${name}: ${found[0]}`] : []; })).toEqual([]);
  expect(canaries.exec(await cached())?.[0]).toBeUndefined();
  await pause(200);
  // The log is one that would have said it: it has the lines of these requests.
  expect(lines.join('')).toMatch(/"path":"\/api\/v1\/customers\/me\/addresses"/);
  expect(canaries.exec(lines.join('') + await shop.metrics.registry.metrics())?.[0]).toBeUndefined();
  expect(refused).toHaveLength(8);
  for (const text of refused) expect(canaries.exec(text)?.[0]).toBeUndefined();
  // The same words are there for whom they belong to.
  const told = JSON.stringify(await exported(user));
  for (const word of ['Cuser', 'Cagent', 'Csaved', 'Cwishes', 'Cfor', 'Cface', 'cnext', 'Cname', 'Cline1saved', 'Cline1to', 'corder', 'Cnick']) expect(told).toContain(`${word}${tag}`);
});

test('an erased account is gone everywhere, also from a dump that is restored; the invoice stays readable', async () => {
  const { canaries, user, orderId } = await plant();
  const refused = await shop.call('post', '/customers/me/erasure', { headers: user.headers, body: { confirmEmail: user.email, currentPassword: user.password } });
  expect([refused.status, refused.body.code]).toEqual([409, 'orders_still_open']);
  await completed(orderId);
  await exported(user);
  const before = await dump();
  await shop.call('post', '/customers/me/erasure', { headers: user.headers, body: { confirmEmail: 'else@example.com', currentPassword: user.password } }).expect(409);

  const { jobId } = (await shop.call('post', '/customers/me/erasure', { headers: user.headers, body: { confirmEmail: user.email, currentPassword: user.password } }).expect(202)).body.data;
  await runJobs();

  expect(await jobOf(jobId)).toMatchObject({ state: 'succeeded' });
  expect((await shop.call('post', '/auth/login', { body: { email: user.email, password: user.password } })).status).toBe(401);
  const order = async () => (await shop.call('get', `/orders/${orderId}`, { headers: shop.keys.secret }).expect(200)).body.data;
  expect(await order()).toMatchObject({ email: 'erased@erased.invalid', shippingAddress: { line1: 'erased' }, items: [{ quantity: 1 }] });
  for (const name of ['customers', 'carts', 'activity', 'sessions', 'consents', 'data_exports']) expect([name, await shop.count(name, { userId: user.id })]).toEqual([name, 0]);
  const left: string[] = [];
  for (const { model, options } of personalCollections(shop.connection)) {
    if (options.isKeptByLaw) continue;
    const opened = (await model.find().lean()).filter((row) => !/cguest|cdraft|Cguestnote|cnobody/.test(JSON.stringify(row)));
    left.push(...opened.map((row) => JSON.stringify(row)).filter((row) => canaries.test(row)).map((row) => `${model.modelName}: ${row}`));
  }
  expect(left).toEqual([]);
  const audit = (await shop.call('get', '/admin/audit?action=customer.updated', { headers: shop.keys.secret })).body.data.items;
  expect(JSON.stringify(audit)).not.toMatch(canaries);
  expect((await shop.call('get', '/admin/audit/verify', { headers: shop.keys.secret })).body.data.ok).toBe(true);

  await restore(before);
  shop.container.vault.forgetKeys();
  expect(await order()).toMatchObject({ email: 'erased@erased.invalid', shippingAddress: { line1: 'erased' } });
  const opened = await shop.connection.model('Customer').findOne({ userId: user.id }).lean();
  expect(opened).toMatchObject({ firstName: 'erased', addresses: [] });
  expect(JSON.stringify(await shop.connection.model('User').find().lean())).not.toMatch(canaries);
});

test('staff are not erased, and nobody else may erase', async () => {
  const support = await givenUser(shop, { roles: ['support'] });
  expect((await shop.call('post', `/admin/users/${support.id}/erasure`, { headers: shop.keys.secret })).body.code).toBe('staff_account');
  await shop.call('post', `/admin/users/${support.id}/erasure`, { headers: support.headers }).expect(403);
  expect(await shop.count('users', { _id: new (shop.connection.base.Types.ObjectId)(support.id) })).toBe(1);
});

test('what was stored plain is sealed by a rotation, which leaves nothing unreadable and nothing under an old version', async () => {
  const user = await givenUser(shop);
  const customers = shop.connection.collection('customers');
  await customers.updateOne({ userId: user.id }, { $set: { phone: '+44 plain', email: user.email }, $unset: { emailKey: 1 } });
  const { key: _key, ...first } = await shop.container.vault.keyOf(`u.${user.id}`);
  shop.clock.offsetMs = 2_000;

  const { jobId } = (await shop.call('post', '/admin/data-keys/rotations', { headers: shop.keys.secret, body: { renew: true } }).expect(202)).body.data;
  await runJobs();
  shop.clock.offsetMs = 0;

  expect(await jobOf(jobId)).toMatchObject({ state: 'succeeded', result: { undecryptable: 0, underOldMaster: 0 } });
  const stored = await customers.findOne({ userId: user.id });
  expect(isSealed(stored!['phone'])).toBe(true);
  expect(stored!['emailKey']).toBe(shop.container.vault.mark(user.email));
  expect((await shop.container.vault.keyOf(`u.${user.id}`)).v).toBeGreaterThan(first.v);
  expect(JSON.stringify(await customers.find().toArray())).not.toContain(`e1|u.${user.id}|1|`);
  expect((await shop.call('get', '/customers/me', { headers: user.headers }).expect(200)).body.data).toMatchObject({ email: user.email, phone: '+44 plain' });
});

test('a sealed text that was changed, or stands in another document or field, is refused', async () => {
  const { vault } = shop.container;
  const key = await vault.keyOf('u.somebody');
  const sealed = vault.seal('secret', key, 'orders|email|1');
  await vault.prepare([sealed]);

  expect(vault.open(sealed, 'orders|email|1')).toBe('secret');
  for (const place of ['orders|email|2', 'orders|notes|1', 'carts|email|1']) expect(() => vault.open(sealed, place)).toThrow();
  const flipped = sealed.slice(0, -2) + (sealed.at(-2) === 'A' ? 'B' : 'A') + sealed.at(-1)!;
  expect(() => vault.open(flipped, 'orders|email|1')).toThrow();
  expect(vault.seal('secret', key, 'orders|email|1')).not.toBe(sealed);
});

test('a new master key wraps the same data keys, and without the old one nothing is lost after it', async () => {
  const list = (...kids: string[]) => readMasterKeys(kids.map((kid) => `${kid}:${Buffer.alloc(32, kid).toString('base64')}`).join(','))!;
  const { connection } = shop;
  const now = () => new Date();
  const indexKey = Buffer.alloc(32);
  await connection.collection('data_keys').deleteMany({});
  const old = new Vault({ connection, now, indexKey, masters: list('k1') });
  const sealed = old.seal('kept', await old.keyOf('u.long-ago'), 'here');

  await new Vault({ connection, now, indexKey, masters: list('k2', 'k1') }).rotateBatch(null, { renew: false, since: now(), limit: 100 });

  const later = new Vault({ connection, now, indexKey, masters: list('k2') });
  await later.prepare([sealed]);
  expect(later.open(sealed, 'here')).toBe('kept');
  expect(await later.countWrappedByOld()).toBe(0);
  expect(readMasterKeys('k1:short')).toBeNull();
});
