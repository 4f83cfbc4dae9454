import { randomUUID } from 'node:crypto';
import { Types, type Schema } from 'mongoose';
import { KeyRotation } from '../../../src/operations/privacy/key-rotation.service.js';
import { PrivacyRepository } from '../../../src/operations/privacy/privacy.repository.js';
import { DEFAULT_RULES, ringRules } from '../../../src/operations/privacy/retention.js';
import type { Job, JobContext } from '../../../src/operations/jobs/index.js';
import { personalCollections } from '../../../src/shared/db/personal.js';
import { NO_PASSWORD } from '../../../src/people/auth/auth.js';
import { readSealed } from '../../../src/shared/crypto/sealing.js';
import { deriveSecret } from '../../../src/shared/crypto/tokens.js';
import { givenUser, newEmail, PASSWORD } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';

let shop: Shop;
beforeAll(async () => { shop = await openShop(); });
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

const raw = (name: string) => shop.connection.collection(name);
const runJobs = async () => { while (await shop.container.jobs.runDue() > 0); await shop.runEvents(); };
const complete = (email: string) => raw('orders').updateMany({ emailKey: shop.container.vault.mark(email) }, { $set: { status: 'completed' } });
const orderOf = async (id: string) => (await shop.call('get', `/orders/${id}`, { headers: shop.keys.secret }).expect(200)).body.data;
const guestOrder = async (email: string) => (await shop.order((await shop.given.cart((await shop.given.variant()).sku)).guest, { email }).expect(201)).body.data as { id: string };

test('retention takes what is older than its rule says, and nothing else', async () => {
  const DAY = 86_400_000;
  const over: Record<string, string> = { draft_orders: 'cancelled', outbox: 'delivered' };
  for (const { collection, field, days, filter, valueAt = (at: Date) => at } of DEFAULT_RULES) {
    const unlike = randomUUID();
    const at = (age: number) => { const value = valueAt(new Date(Date.now() - age * DAY)); return typeof value === 'string' ? value + unlike : value; };
    const row = (age: number, more: { kind: string; state?: string }) => ({ marker: 'retention', key: randomUUID(), [field]: field === '_id' ? `${at(age) as string}${more.kind}` : at(age), state: over[collection] ?? 'sent', ...more });
    await raw(collection).insertMany([row(days + 1, { kind: 'old' }), row(days - 1, { kind: 'young' }), ...(filter ? [row(days + 1, { kind: 'other', state: collection === 'mails' ? 'pending' : 'open' })] : [])]);
  }

  await shop.container.schedules.find(({ name }) => name === 'retention')!.run(new AbortController().signal);

  for (const { collection, filter } of DEFAULT_RULES) {
    const left = await raw(collection).find({ marker: 'retention' }).toArray();
    expect([collection, left.map(({ kind }) => kind as string).sort()]).toEqual([collection, filter ? ['other', 'young'] : ['young']]);
    await raw(collection).deleteMany({ marker: 'retention' });
  }
});

test('the auditor misses no event that retention took, and every other', async () => {
  const { id } = await guestOrder(newEmail());
  const check = async () => (await shop.container.invariants.find(({ name }) => name === 'every order has its events exactly once')!.check()).filter(({ subject }) => subject === `order:${id}`);
  const age = (days: number) => raw('orders').updateOne({ _id: new Types.ObjectId(id) }, { $set: { createdAt: new Date(Date.now() - days * 86_400_000) } });
  await shop.runEvents();
  expect(await check()).toEqual([]);
  await raw('outbox').deleteMany({ aggregateId: id });

  await age(366);
  expect(await check()).toEqual([]);
  await age(364);
  expect((await check()).map(({ detail }) => detail)).toEqual(['order.created: 0 instead of 1', 'order.placed: 0 instead of 1']);
});

/** Fields that are about people, by their last name. */
const ABOUT_PEOPLE = /(^|\.)(userId|ownerId|owner|linkTo|email|to|phone|username|firstName|lastName|authorName|customerKey|device|deviceHash|ipRange|address|\w+Address|notes?|keys)$/;
/** Why these need no entry of their own in export and erasure. */
const WITHOUT_ENTRY: Record<string, string> = {
  alerts: 'about stock and payments; the note is what staff write to each other of that',
  audit_entries: 'the key of who an entry is about is shredded, and the chain still verifies', outbox: 'keys of people are shredded, addresses of others overwritten by their mark; delivered events go with their month',
  idempotency_keys: 'answers are removed by the erasure itself, and by the next day', data_exports: 'removed by the erasure itself, and after seven days',
  order_notes: 'what staff said of an order; its keys are shredded with the order', shipping_labels: 'of an order; its keys are shredded with it', tax_estimates: 'of an order; its keys are shredded with it',
  warehouses: 'a building of the shop', tax_rates: 'a range of postal codes', suppliers: 'a company', sign_in_attempts: 'keyed marks that last fifteen minutes',
};
type Fields = Readonly<{ collection: string; paths: readonly string[] }>;
const pathsOf = (schema: Schema, at = ''): string[] => Object.entries(schema.paths).flatMap(([path, type]) => [at + path, ...(type.schema ? pathsOf(type.schema, `${at}${path}.`) : [])]);
const aboutPeople = (fields: readonly Fields[]) => fields.filter(({ paths }) => paths.some((path) => ABOUT_PEOPLE.test(path))).map(({ collection }) => collection);

test('every collection with fields about people is told in the export and erased, or says why not', () => {
  const models = Object.values(shop.connection.models);
  const sealed = personalCollections(shop.connection).map(({ model }) => model.collection.collectionName);
  const found = new Set([...aboutPeople(models.map(({ collection, schema }) => ({ collection: collection.collectionName, paths: pathsOf(schema) }))), ...sealed]);
  const covered = new Set(shop.container.privacy.parts().flatMap(({ collections }) => collections));

  expect([...found].filter((name) => !covered.has(name) && WITHOUT_ENTRY[name] === undefined).sort()).toEqual([]);
  expect(Object.keys(WITHOUT_ENTRY).filter((name) => covered.has(name) || !models.some(({ collection }) => collection.collectionName === name))).toEqual([]);
  expect([...covered].filter((name) => !models.some(({ collection }) => collection.collectionName === name))).toEqual([]);
  expect(aboutPeople([{ collection: 'planted', paths: ['_id', 'contact.email'] }, { collection: 'prices', paths: ['sku', 'amount'] }])).toEqual(['planted']);
});

test('keys of rings go with their time, and what has a time of its own goes by index after exactly that', async () => {
  const { vault } = shop.container;
  const rings = ringRules(shop.config.retention.cartDays, shop.config.retention.taxYears, DEFAULT_RULES.find(({ name }) => name === 'security_events')!.days);
  const DAY = 86_400_000;
  const keys = rings.map(({ ring, days, periodOf }) => ({ ring, over: `${ring}.${periodOf(new Date(Date.now() - (days + 400) * DAY))}`, last: `${ring}.${periodOf(new Date(Date.now() - days * DAY))}`, now: `${ring}.${periodOf(new Date())}` }));
  for (const { over, last, now } of keys) for (const ring of [over, last, now]) await vault.ringKey(ring);

  const removed = await shop.container.privacy.retention.run();

  for (const { name } of rings) expect([name, removed[name]]).toEqual([name, 1]);
  for (const { over, last, now } of keys) expect(await raw('data_keys').find({ _id: { $in: [over, last, now].map((ring) => `r.${ring}`) as never[] }, shreddedAt: { $exists: true } }).map(({ _id }) => String(_id)).toArray()).toEqual([`r.${over}`]);
  const ttl = Object.fromEntries(Object.values(shop.connection.models).flatMap((model) => model.schema.indexes().flatMap(([fields, { expireAfterSeconds }]) => (expireAfterSeconds === undefined ? [] : [[`${model.collection.collectionName}.${Object.keys(fields).join()}`, Number(expireAfterSeconds) / 86_400]] as const))));
  expect(ttl).toMatchObject({ 'carts.expiresAt': 0, 'sessions.expiresAt': 7, 'mailed_codes.expiresAt': 0, 'idempotency_keys.expiresAt': 0, 'data_exports.expiresAt': 0, 'jobs.expiresAt': 0, 'wishlists.expiresAt': 0, 'payment_webhooks.receivedAt': 90, 'inbox.at': 90 });
});

test('a rotation that is killed midway goes on where it was, and leaves nothing under an old version', async () => {
  const users = [await givenUser(shop), await givenUser(shop), await givenUser(shop)];
  const { vault } = shop.container;
  const rotation = new KeyRotation({ privacy: new PrivacyRepository(shop.connection, vault), vault, settleMs: 0, now: () => new Date(), jobs: shop.container.jobs, inTransaction: (work: () => unknown) => work(), audit: async () => {} } as never);
  let checkpoint: object | null = null;
  let kept = 0;
  const context = (dieAt: number): JobContext => ({ signal: new AbortController().signal, progress: async () => {}, checkpoint: async (state: object) => {
    if (++kept === dieAt) throw new Error('killed');
    checkpoint = structuredClone(state);
  } }) as never;
  const job = () => ({ input: { renew: true, since: new Date(Date.now() + 2_000).toISOString() }, checkpoint }) as unknown as Job;
  const input = job().input;
  await expect(rotation.run({ ...job(), input }, context(4))).rejects.toThrow('killed');
  expect(checkpoint).toMatchObject({ phase: 'rows' });

  expect(await rotation.run({ ...job(), input, checkpoint } as never, context(-1))).toMatchObject({ undecryptable: 0, underOldMaster: 0 });

  const current = Math.floor(Date.parse(String(input['since'])) / 1000);
  for (const { id, email, headers } of users) {
    const stored = await raw('users').findOne({ _id: new Types.ObjectId(id) });
    expect(readSealed(stored!['email'] as string).v).toBe(current);
    expect((await shop.call('get', '/customers/me', { headers }).expect(200)).body.data.email).toBe(email);
  }
});

test('a guest has everything erased with the code that was mailed; another guest keeps theirs', async () => {
  const [email, other] = [newEmail(), newEmail()];
  const [mine, theirs] = [await guestOrder(email), await guestOrder(other)];
  const { number } = await orderOf(mine.id);
  await shop.call('post', '/orders/lookup', { body: { number, email } }).expect(202);
  await shop.runEvents();
  const { container } = shop;
  const granted = await raw('order_accesses').findOne({ orderId: mine.id });
  const token = deriveSecret(shop.config.auth.jwtSecret)(`order-access:${granted!._id.toHexString()}`);
  expect((await shop.call('post', '/orders/lookup/erasure', { body: { token } })).body.code).toBe('orders_still_open');
  await complete(email);

  await shop.call('post', '/orders/lookup/erasure', { body: { token: 'unknown' } }).expect(404);
  await shop.call('post', '/orders/lookup/erasure', { body: { token } }).expect(202);
  await runJobs();

  expect(await orderOf(mine.id)).toMatchObject({ email: 'erased@erased.invalid', shippingAddress: { line1: 'erased' } });
  expect(await orderOf(theirs.id)).toMatchObject({ email: other });
  for (const name of ['orders', 'mails', 'draft_orders']) expect([name, await raw(name).countDocuments({ $or: [{ emailKey: container.vault.mark(email) }, { toKey: container.vault.mark(email) }] })]).toEqual([name, 0]);
  expect(JSON.stringify(await raw('jobs').find().toArray())).not.toContain(email);
});

test('staff erase a guest by address; an address with an account is not a guest’s', async () => {
  const email = newEmail();
  const { id } = await guestOrder(email);
  await complete(email);
  const user = await givenUser(shop);
  const erase = (address: string) => shop.call('post', '/admin/guest-erasures', { headers: shop.keys.secret, body: { email: address } });

  expect((await erase(user.email)).body.code).toBe('account_exists');
  // Placed between the request and its job: that order keeps its address.
  const early = await erase(email).expect(202);
  const since = await guestOrder(email);
  await runJobs();
  expect([(await orderOf(id)).email, (await orderOf(since.id)).email]).toEqual([email, email]);
  expect(await raw('jobs').findOne({ _id: new Types.ObjectId(String(early.body.data.jobId)) })).not.toMatchObject({ state: 'succeeded' });
  await raw('jobs').deleteMany({ type: 'privacy.erase_guest' });
  await complete(email);

  await erase(email).expect(202);
  await runJobs();

  expect([(await orderOf(id)).email, (await orderOf(since.id)).email]).toEqual(['erased@erased.invalid', 'erased@erased.invalid']);
  expect(await raw('erasures').countDocuments()).toBeGreaterThan(0);
});

test('who holds a session but not the password erases nobody; who has none needs a session of this moment', async () => {
  const user = await givenUser(shop);
  const erase = (more: object = {}) => shop.call('post', '/customers/me/erasure', { headers: user.headers, body: { confirmEmail: user.email, ...more } });

  const refused = [await erase(), await erase({ currentPassword: 'pelican-orbit-8-lantern' })];
  await raw('users').updateOne({ _id: new Types.ObjectId(user.id) }, { $set: { passwordHash: NO_PASSWORD } });
  shop.clock.offsetMs = 301_000;
  refused.push(await erase({ currentPassword: PASSWORD }));
  shop.clock.offsetMs = 0;

  expect(refused.map(({ status, body }) => [status, body.code])).toEqual([[401, 'invalid_credentials'], [401, 'invalid_credentials'], [403, 'fresh_sign_in_required']]);
  expect(await raw('jobs').countDocuments({ type: 'privacy.erase', 'input.userId': user.id })).toBe(0);
  expect((await erase()).status).toBe(202);
  await runJobs();
  expect(await raw('users').countDocuments({ _id: new Types.ObjectId(user.id) })).toBe(0);
});

test('who of the staff read what is stored about somebody is on record; one’s own reading is nobody’s business', async () => {
  const [user, admin] = [await givenUser(shop), await givenUser(shop, { roles: ['admin'] })];
  const path = `/admin/users/${user.id}/data-export`;
  await shop.call('post', path, { headers: admin.headers }).expect(202);
  await shop.call('get', path, { headers: admin.headers }).expect(404);
  await runJobs();
  await shop.call('get', '/customers/me/data-export', { headers: user.headers }).expect(200);
  const read = () => raw('audit_entries').find({ action: 'user.export_read', subject: `user:${user.id}` }).toArray();
  expect(await read()).toEqual([]);

  await shop.call('get', path, { headers: admin.headers }).expect(200);

  expect(await read()).toMatchObject([{ actor: { type: 'user', id: admin.id } }]);
});

test('twenty who order and ask to be erased at once: an order that stands keeps its address, nobody meets a defect', async () => {
  const { sku } = await shop.given.variant({ stock: 100 });
  const users = await Promise.all(Array.from({ length: 20 }, () => givenUser(shop)));
  for (const { headers } of users) await shop.call('post', '/cart/items', { headers, body: { sku, quantity: 1 } }).expect(201);
  const to = { firstName: 'A', lastName: 'B', line1: 'Kept Street 1', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB' };

  const replies = await Promise.all(users.map(async ({ headers, email }) => Promise.all([
    shop.call('post', '/orders', { headers: { ...headers, 'idempotency-key': randomUUID() }, body: { email, shippingAddress: to, shippingMethod: 'standard', payment: { provider: 'offline' } } }),
    shop.call('post', '/customers/me/erasure', { headers, body: { confirmEmail: email, currentPassword: PASSWORD } }),
  ])));
  await shop.container.jobs.runDue();

  expect(replies.filter(([order]) => order.status !== 201)).toEqual([]);
  expect(replies.every(([, erasure]) => erasure.status === 202 || erasure.body.code === 'orders_still_open')).toBe(true);
  for (const [order] of replies) expect((await orderOf(order.body.data.id)).shippingAddress.line1).toBe('Kept Street 1');
});

test('orders of who was erased, as a backup brings them back, run out and are sent back; those behind them do not wait', async () => {
  const { sku } = await shop.given.variant({ stock: 5 });
  const user = await givenUser(shop);
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 1 } }).expect(201);
  const theirs = (await shop.order(user.headers, { email: user.email }).expect(201)).body.data as { id: string };
  await shop.call('post', '/cart/items', { headers: user.headers, body: { sku, quantity: 1 } }).expect(201);
  const sent = (await shop.order(user.headers, { email: user.email }).expect(201)).body.data as { id: string; items: Array<{ id: string }> };
  for (const status of ['shipped', 'delivered']) await shop.call('put', `/orders/${sent.id}/status`, { headers: shop.keys.secret, body: { status } }).expect(200);
  const behind = (await shop.order((await shop.given.cart(sku)).guest).expect(201)).body.data as { id: string };
  const set = (id: string, change: object) => raw('orders').updateOne({ _id: new Types.ObjectId(id) }, { $set: change });
  for (const { id } of [theirs, sent]) await set(id, { status: 'completed' });
  await shop.call('post', '/customers/me/erasure', { headers: user.headers, body: { confirmEmail: user.email, currentPassword: PASSWORD } }).expect(202);
  await runJobs();
  const [first, second] = [new Date(Date.now() - 2_000), new Date(Date.now() - 1_000)];
  await set(theirs.id, { status: 'pending', paymentStatus: 'pending', expiresAt: first });
  await set(behind.id, { status: 'pending', paymentStatus: 'pending', expiresAt: second });

  await shop.container.schedules.find(({ name }) => name === 'expire-unpaid-orders')!.run(new AbortController().signal);

  expect([(await orderOf(theirs.id)).status, (await orderOf(behind.id)).status, await shop.level(sku)]).toEqual(['expired', 'expired', { onHand: 4, reserved: 0 }]);
  expect(await raw('outbox').findOne({ aggregateId: theirs.id, type: 'order.expired' })).toMatchObject({ data: { email: 'erased@erased.invalid', userId: user.id } });
  expect(await raw('outbox').countDocuments({ aggregateId: theirs.id, type: 'order.expired', emailKey: { $exists: true } })).toBe(0);
  const back = await shop.call('post', `/orders/${sent.id}/returns`, { headers: shop.keys.secret, body: { lines: [{ itemId: sent.items[0]!.id, quantity: 1, reason: 'changed_mind' }], note: 'Rang us about it.' } }).expect(201);
  for (const word of ['receipts', 'inspection']) await shop.call('post', `/returns/${back.body.data.id}/${word}`, { headers: shop.keys.secret, body: word === 'receipts' ? { lines: [{ itemId: sent.items[0]!.id, quantity: 1, condition: 'ok' }] } : {} }).expect(200);
  expect((await shop.call('get', `/returns/${back.body.data.id}`, { headers: shop.keys.secret }).expect(200)).body.data).toMatchObject({ state: 'inspected', note: 'erased' });
  await shop.runEvents();
  expect(await shop.count('activity', { userId: user.id })).toBe(0);
});
