import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Types } from 'mongoose';
import { isSealed } from '../../src/shared/crypto/sealing.js';
import { migrate } from '../../src/shared/db/migrate.js';
import { keyCustomerMarks } from '../../src/shared/db/customer-marks.js';
import { finishSealing } from '../../src/shared/db/seal-stored.js';
import { givenKeys, newEmail, PASSWORD } from '../support/given.js';
import { openNode } from '../support/node.js';
import { openWorld, testEnvironment, type World } from '../support/world.js';

/** A database of its own, whose indexes may change. */
let world: World;
let other: World;
let headers: Record<string, string>;
beforeAll(async () => {
  world = await openWorld({ env: { MONGODB_URI: testEnvironment()['MONGODB_URI']!, RATE_LIMIT_AUTH_PER_MINUTE: '10000' } });
  headers = (await givenKeys(world)).secret;
  other = await openNode(world, { RATE_LIMIT_AUTH_PER_MINUTE: '10000' });
});
afterEach(() => { expect([...world.defects.splice(0), ...other.defects.splice(0)]).toEqual([]); });
afterAll(async () => {
  await other.close();
  await world.connection.dropDatabase();
  await world.close();
});

const raw = (name: string) => world.connection.collection(name);
const run = (lines: string[] = [], finish = false) => migrate({ connection: world.connection, log: (line) => { lines.push(line); }, finish });
const login = (email: string, at = world) => at.call('post', '/auth/login', { body: { email, password: PASSWORD } });
const register = (email: string, at = world) => at.call('post', '/auth/register', { body: { email, password: PASSWORD, firstName: 'Newfirst', lastName: 'Newlast' } });
const meOf = async (email: string, at = world) => {
  const { accessToken } = (await login(email, at).expect(200)).body.data;
  return (await at.call('get', '/customers/me', { headers: { authorization: `Bearer ${accessToken}` } }).expect(200)).body.data;
};
const stateOf = async (path: string) => (await raw('sealed_paths').findOne({ _id: path as never }))?.['state'] as string;
/** What a process that starts now knows. */
const startAnew = () => { for (const { container } of [world, other]) container.vault.forgetKeys(); };

let hash: string;
/** Somebody as the version before this one stores them. */
async function plainPerson(email: string) {
  const [_id, at] = [new Types.ObjectId(), new Date()];
  await raw('users').insertOne({ _id, email, username: `Ada${_id}`, usernameKey: `ada${_id}`, passwordHash: hash, credentialsVersion: 1, roles: ['customer'], isDisabled: false, version: 1, createdAt: at, updatedAt: at });
  await raw('customers').insertOne({
    userId: _id.toHexString(), email, firstName: 'Adaplain', lastName: 'Loveplain', phone: '+44 20 7946 0101', customFields: {}, addresses: [{ id: randomUUID(), line1: 'Plain Street 1', city: 'London', postalCode: 'SW1Y 4JH', country: 'GB', firstName: 'Adaplain', lastName: 'Loveplain' }],
    groupIds: [], searchKeys: [email, 'adaplain', 'loveplain', 'adaplain loveplain'], version: 1, createdAt: at, updatedAt: at,
  });
  await raw('wishlists').insertOne({ userId: _id.toHexString(), name: 'Wishplain', isDefault: true, items: [{ productId: new Types.ObjectId().toHexString(), sku: null, note: 'noteplain', price: null, addedAt: at }], shareTokenHash: null, version: 1, createdAt: at, updatedAt: at });
  return _id.toHexString();
}
const PLAIN = /adaplain|loveplain|7946|Plain Street|wishplain|noteplain|Newfirst|"ada[0-9a-f]/i;
const stored = async () => JSON.stringify(await Promise.all(['users', 'customers', 'wishlists', 'sessions'].map((name) => raw(name).find().toArray())));

const [before, during, fresh] = [newEmail(), newEmail(), newEmail()];

test('an empty database seals from the first row', async () => {
  const lines: string[] = [];
  await run(lines);

  expect(await raw('sealed_paths').countDocuments({ state: { $ne: 'on' } })).toBe(0);
  expect(await raw('sealed_paths').countDocuments()).toBeGreaterThan(40);
  expect(lines.join()).not.toContain('--finish');
  const { id } = await world.container.auth.createUser({ email: newEmail(), password: PASSWORD, roles: ['customer'], firstName: 'Somebody', lastName: 'Else' });
  const { passwordHash, email } = (await raw('users').findOne({ _id: new Types.ObjectId(id) }))!;
  expect(isSealed(email)).toBe(true);
  hash = passwordHash as string;
  for (const name of ['users', 'customers', 'sealed_paths', 'migrations', 'backfills']) await raw(name).deleteMany({});
});

test('while both versions run on one database each finds and reads what the other wrote', async () => {
  await raw('users').createIndex({ email: 1 }, { unique: true });
  await plainPerson(before);

  const lines: string[] = [];
  const { applied } = await run(lines);
  startAnew();

  expect(applied).toContain('0005-sealed-personal-data');
  expect(lines.join('\n')).toContain('npm run migrate -- --finish');
  expect(await stateOf('users|email')).toBe('waiting');
  // The old version goes on finding whom it knew and adding people; the new one finds all of them.
  await plainPerson(during);
  expect(await meOf(before)).toMatchObject({ email: before, firstName: 'Adaplain', phone: '+44 20 7946 0101', addresses: [{ line1: 'Plain Street 1' }] });
  expect(await meOf(during, other)).toMatchObject({ email: during });
  // Whom the new version registers the old one finds as it always did, by the plain address.
  await register(fresh).expect(201);
  expect(await raw('users').findOne({ email: fresh })).toMatchObject({ email: fresh });
  expect(await raw('customers').findOne({ email: fresh })).toMatchObject({ firstName: 'Newfirst', searchKeys: expect.arrayContaining([fresh]) as unknown });
  expect((await raw('sessions').find().toArray()).map(({ device }) => isSealed(device))).not.toContain(true);
  for (const email of [before, during, fresh]) {
    await register(email, other);
    expect([email, await raw('users').countDocuments({ email })]).toEqual([email, 1]);
  }
  expect((await world.call('get', `/customers?q=${fresh}`, { headers }).expect(200)).body.data.items).toHaveLength(1);
});

test('nobody can be erased while there is data that no key seals', async () => {
  const user = await world.container.auth.createUser({ email: newEmail(), password: PASSWORD, roles: ['customer'], firstName: 'A', lastName: 'B' });

  const replies = [await world.call('post', `/admin/users/${user.id}/erasure`, { headers }), await world.call('post', '/admin/guest-erasures', { headers, body: { email: newEmail() } })];

  expect(replies.map(({ status, body }) => [status, body.code])).toEqual([[409, 'upgrade_under_way'], [409, 'upgrade_under_way']]);
  expect(await raw('jobs').countDocuments()).toBe(0);
  await raw('users').deleteOne({ _id: new Types.ObjectId(user.id) });
  await raw('customers').deleteOne({ userId: user.id });
});

test('when the old version is gone everything is sealed, while people sign in on two nodes and read their lists', async () => {
  const tokens = await Promise.all([before, during].map(async (email) => ({ authorization: `Bearer ${(await login(email).expect(200)).body.data.accessToken}` })));
  await raw('order_notes').insertMany(Array.from({ length: 450 }, (_, n) => ({ orderId: 'o', text: `plain ${n}`, at: new Date() })));
  const statuses: number[] = [];
  let isOver = false;
  const load = Promise.all([world, other].flatMap((node, n) => [
    (async () => { for (; !isOver; await pause(100)) statuses.push((await login([before, during, fresh][statuses.length % 3]!, node)).status); })(),
    (async () => { for (; !isOver; await pause(20)) statuses.push((await node.call('get', '/customers/me/wishlists', { headers: tokens[n]! })).status); })(),
  ]));
  const lines: string[] = [];

  await run(lines, true);
  isOver = true;
  await load;

  expect(lines).toEqual(expect.arrayContaining(['users: 3 sealed', 'customers: 3 sealed', 'wishlists: 2 sealed', 'order_notes: 450 sealed']));
  expect(statuses.length).toBeGreaterThan(10);
  expect([...new Set(statuses)]).toEqual([200]);
  const everything = await stored();
  for (const plain of [PLAIN, new RegExp([before, during, fresh].join('|'))]) expect(everything).not.toMatch(plain);
  expect((await raw('users').indexes()).map(({ name }) => name)).not.toContain('email_1');
  expect(await raw('sealed_paths').countDocuments({ state: { $ne: 'on' } })).toBe(0);
  for (const email of [before, during, fresh]) expect(await raw('users').countDocuments({ emailKey: world.container.vault.mark(email) })).toBe(1);
  expect(await meOf(before, other)).toMatchObject({ email: before, firstName: 'Adaplain' });
  expect((await world.call('get', '/customers/me/wishlists', { headers: tokens[0]! })).body.data).toMatchObject({ items: [{ name: 'Wishplain' }] });
  expect(await world.connection.model('Customer').countDocuments({ searchKeys: 'adaplain loveplain' })).toBe(2);
  expect((await world.call('post', '/admin/guest-erasures', { headers, body: { email: newEmail() } })).status).toBe(202);
});

test('sealing that is killed goes on behind the last finished batch, and run again it changes nothing', async () => {
  await raw('order_notes').deleteMany({});
  await raw('order_notes').insertMany(Array.from({ length: 450 }, (_, n) => ({ orderId: 'o', text: `plain ${n}`, at: new Date() })));
  await raw('backfills').deleteMany({});
  await raw('sealed_paths').updateOne({ _id: 'order_notes|text' as never }, { $set: { state: 'sealing' } });
  const plain = () => raw('order_notes').countDocuments({ text: /^plain/ });
  const { connection } = world;
  const open = connection.collection.bind(connection);
  let batches = 0;
  connection.collection = ((name: string) => {
    const found = open(name);
    if (name !== 'backfills') return found;
    return { findOne: found.findOne.bind(found), updateOne: async (filter: { _id: string }, ...rest: unknown[]) => {
      if (filter._id.endsWith('order_notes') && ++batches === 2) throw new Error('killed');
      return found.updateOne(filter as never, ...rest as [never, never]);
    } };
  }) as never;
  const finish = () => finishSealing(connection, () => {}, 0);
  await expect(finish()).rejects.toThrow('killed');
  connection.collection = open;
  const [left, mark, midway] = [await plain(), await raw('backfills').findOne({ _id: 'sealing-rows:order_notes' as never }), await stateOf('order_notes|text')];
  const halfway = await raw('order_notes').find().sort({ _id: 1 }).toArray();

  expect(await finish()).toBe(true);

  expect([left, midway]).toEqual([50, 'sealing']);
  expect(mark!['lastId']).toEqual(halfway[199]!._id);
  expect([await plain(), await stateOf('order_notes|text')]).toEqual([0, 'on']);
  const after = await raw('order_notes').find().sort({ _id: 1 }).toArray();
  expect(after.slice(0, 400)).toEqual(halfway.slice(0, 400));
  expect(after.every(({ text }) => isSealed(text))).toBe(true);
  expect(await finish()).toBe(false);
  expect(await raw('order_notes').find().sort({ _id: 1 }).toArray()).toEqual(after);
});

test('who used promotions as a guest is known by a keyed mark, with what they used; run again it changes nothing', async () => {
  const hashes = Array.from({ length: 30 }, () => randomBytes(32).toString('hex'));
  const use = (promotionId: string, hash: string, uses: number) => ({ _id: `${promotionId}:email:${hash}` as never, uses, limit: 3 });
  const redemption = (promotionId: string, customerKey: string, orderId: string) => ({ promotionId, customerKey, orderId, state: 'held' });
  const user = `user:${'a'.repeat(24)}`;
  await raw('promotion_customers').insertMany([...hashes.map((hash) => use('p1', hash, 2)), use('p2', hashes[0]!, 0), { _id: `p1:${user}` as never, uses: 1, limit: 3 }] as never);
  await raw('promotion_redemptions').insertMany([
    ...hashes.flatMap((hash, at) => ['a', 'b'].map((order) => redemption('p1', `email:${hash}`, `${order}${at}`))), redemption('unlimited', `email:${hashes[1]!}`, 'c'), redemption('p1', user, 'd'),
  ] as never);
  const lines: string[] = [];
  const stored = async () => [await raw('promotion_customers').find().sort({ _id: 1 }).toArray(), await raw('promotion_redemptions').find().sort({ _id: 1 }).toArray()];

  await keyCustomerMarks(world.connection, (line) => { lines.push(line); });
  const [uses, redemptions] = await stored();
  await keyCustomerMarks(world.connection, (line) => { lines.push(line); });

  const key = (hash: string) => `email:${world.container.vault.mark(hash)}`;
  expect(lines).toEqual(['promotion_customers: 32 known by a keyed mark']);
  expect(Object.fromEntries(uses!.map(({ _id, uses: count }) => [String(_id), count as number]))).toEqual({ ...Object.fromEntries(hashes.map((hash) => [`p1:${key(hash)}`, 2])), [`p2:${key(hashes[0]!)}`]: 0, [`p1:${user}`]: 1 });
  expect(redemptions!.map(({ promotionId, customerKey }) => `${promotionId as string}|${customerKey as string}`).sort()).toEqual([...hashes.flatMap((hash) => [`p1|${key(hash)}`, `p1|${key(hash)}`]), `unlimited|${key(hashes[1]!)}`, `p1|${user}`].sort());
  expect(await stored()).toEqual([uses, redemptions]);
});
