import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mongoose from 'mongoose';
import { restoreBackup } from '../../scripts/backup/restore.js';
import { takeBackup } from '../../scripts/backup/take.js';
import { givenUser, newEmail } from '../support/given.js';
import { openShop, type Shop } from '../support/shop.js';
import { openNode } from '../support/node.js';

let shop: Shop;
let folder: string;
const copies: string[] = [];
beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'kontor-backup-'));
});
afterAll(async () => {
  for (const uri of copies) await withDb(uri, (db) => db.dropDatabase());
  await rm(folder, { recursive: true, force: true });
  await shop.close();
});

type Db = ReturnType<InstanceType<typeof mongoose.mongo.MongoClient>['db']>;
async function withDb<T>(uri: string, work: (db: Db) => Promise<T>): Promise<T> {
  const client = new mongoose.mongo.MongoClient(uri);
  try { return await work(client.db()); } finally { await client.close(); }
}
const another = (): string => {
  const uri = shop.config.mongo.uri.replace(/\/([\w-]+)(\?|$)/, (_all, name: string, rest: string) => `/${name.slice(0, 40)}_r${copies.length}${rest}`);
  copies.push(uri);
  return uri;
};
const source = () => shop.config.mongo.uri;
const buyOne = async (sku: string) => {
  const { guest } = await shop.given.cart(sku);
  expect((await shop.order(guest)).status).toBe(201);
};

test('a backup taken while orders come in is of one moment: restored elsewhere, the auditor finds nothing', async () => {
  const { sku } = await shop.given.variant({ stock: 1000 });
  await buyOne(sku);
  let isOver = false;
  const buying = Promise.all(Array.from({ length: 4 }, async () => { while (!isOver) await buyOne(sku); }));

  const manifest = await takeBackup({ uri: source(), folder: join(folder, 'moving') });
  isOver = true;
  await buying;
  const uri = another();
  const { erased } = await restoreBackup({ from: join(folder, 'moving'), into: uri });

  const node = await openNode(shop, { MONGODB_URI: uri });
  const found = (await Promise.all(node.container.invariants.map(({ check }) => check()))).flat();
  await node.close();
  const orders = await withDb(uri, (db) => db.collection('orders').countDocuments());
  const reserved = await withDb(uri, (db) => db.collection('stock_levels').findOne({ sku }));
  expect(found).toEqual([]);
  expect(erased).toBe(0);
  expect(orders).toBeGreaterThanOrEqual(1);
  expect(reserved!['reserved']).toBe(orders);
  expect(orders).toBe(manifest.collections.find(({ name }) => name === 'orders')!.documents);
  expect((await stat(join(folder, 'moving', 'orders.bson.gz'))).mode & 0o077).toBe(0);
});

test('every type comes back as it was, with its indexes; a full target is refused unless it is to be replaced', async () => {
  const { Long, Decimal128, Binary, Int32, Double } = mongoose.mongo;
  const odd = { _id: 'odd' as never, long: Long.fromString('9007199254740993'), small: Long.fromNumber(5), decimal: Decimal128.fromString('1.10'), bytes: new Binary(Buffer.from([1, 2])), int: new Int32(3), double: new Double(4), date: new Date(5), none: null, nested: { $odd: 1 } };
  await shop.connection.collection('oddities').insertOne(odd);
  await shop.connection.collection('oddities').createIndex({ long: 1 }, { unique: true, partialFilterExpression: { long: { $exists: true } } });
  await takeBackup({ uri: source(), folder: join(folder, 'odd') });
  const uri = another();

  await restoreBackup({ from: join(folder, 'odd'), into: uri });
  const [raw, original, indexes] = await withDb(uri, async (db) => [
    (await db.collection('oddities').find({}, { raw: true }).toArray())[0], (await shop.connection.collection('oddities').find({}, { raw: true }).toArray())[0], await db.collection('oddities').indexes(),
  ]);

  expect(Buffer.compare(raw as unknown as Buffer, original as unknown as Buffer)).toBe(0);
  expect(indexes).toContainEqual(expect.objectContaining({ key: { long: 1 }, unique: true, partialFilterExpression: { long: { $exists: true } } }));
  await expect(restoreBackup({ from: join(folder, 'odd'), into: uri })).rejects.toThrow('holds data already');
  await withDb(uri, (db) => db.collection('oddities').insertOne({ later: true }));
  await restoreBackup({ from: join(folder, 'odd'), into: uri, replace: true });
  expect(await withDb(uri, (db) => db.collection('oddities').countDocuments())).toBe(1);
});

test('who was erased after the backup stays erased, whether the target or a file knows of it', async () => {
  const [older, later] = ['keys', 'keys-later'].map((name) => join(folder, randomUUID(), name)) as [string, string];
  await shop.connection.collection('data_keys').deleteMany({ createdAt: new Date(0) });
  await shop.connection.collection('data_keys').insertMany(['u.kept', 'u.here', 'u.in-file', 'u.after'].map((_id) => ({ _id: _id as never, current: 1, versions: [{ v: 1, kid: 'k1', wrapped: 'secret' }], createdAt: new Date(0) })));
  const user = await givenUser(shop);
  const guest = newEmail();
  const bought = (await shop.order((await shop.given.cart((await shop.given.variant()).sku)).guest, { email: guest }).expect(201)).body.data as { id: string };
  await shop.connection.collection('orders').updateOne({ _id: new mongoose.Types.ObjectId(bought.id) }, { $set: { status: 'completed', 'risk.keys': ['email:guest'] } });
  await takeBackup({ uri: source(), folder: older, keys: join(folder, 'newest') });
  await shop.container.vault.shred(['u.after']);
  await shop.call('post', '/customers/me/erasure', { headers: user.headers, body: { confirmEmail: user.email, currentPassword: user.password } }).expect(202);
  await shop.call('post', '/admin/guest-erasures', { headers: shop.keys.secret, body: { email: guest } }).expect(202);
  while (await shop.container.jobs.runDue() > 0);
  await takeBackup({ uri: source(), folder: later, keys: join(folder, 'newest') });
  const uri = another();
  await withDb(uri, (db) => db.collection('erasures').insertOne({ _id: 'e1' as never, keyId: 'u.here', at: new Date(0) }));
  await writeFile(join(folder, 'erasures.ndjson'), '{"_id":"u.in-file","at":{"$date":"2026-01-01T00:00:00Z"}}\n');

  const { erased } = await restoreBackup({ from: older, into: uri, replace: true, keys: join(folder, 'newest'), erasures: join(folder, 'erasures.ndjson') });

  const [keys, list] = await withDb(uri, async (db) => [await db.collection('data_keys').find().toArray(), await db.collection('erasures').find().sort({ _id: 1 }).toArray()]);
  const ofTest = keys.filter(({ _id }) => /^u\.(kept|here|in-file|after)$/.test(String(_id)));
  expect(erased).toBe(2);
  // The older backup beside the newest keys: who was erased in between stays erased too.
  expect(ofTest.map(({ _id, versions, shreddedAt }) => [String(_id), (versions as unknown[]).length, shreddedAt !== undefined]).sort()).toEqual([['u.after', 0, true], ['u.here', 0, true], ['u.in-file', 0, true], ['u.kept', 1, false]]);
  expect(list.map(({ _id }) => String(_id))).toEqual(['e1', 'u.in-file']);
  expect((await readdir(older)).join()).not.toContain('data_keys');
  // Nobody signs in as who was erased, and the worker takes away again what the backup brought back.
  const node = await openNode(shop, { MONGODB_URI: uri });
  const login = await node.call('post', '/auth/login', { body: { email: user.email, password: user.password } });
  while (await node.container.jobs.runDue() > 0);
  const left = await Promise.all(['users', 'customers', 'sessions'].map((name) => node.connection.collection(name).countDocuments({ [name === 'users' ? '_id' : 'userId']: name === 'users' ? new mongoose.Types.ObjectId(user.id) : user.id })));
  const order = await node.connection.collection('orders').findOne({ _id: new mongoose.Types.ObjectId(bought.id) });
  expect([order!['emailKey'], order!['risk'].keys]).toEqual([undefined, undefined]);
  expect(await shop.count('erasures', { _id: `g.${shop.container.vault.mark(guest)}` })).toBe(1);
  const failed = await node.connection.collection('jobs').countDocuments({ type: /^privacy\.erase/, state: { $ne: 'succeeded' } });
  await node.close();
  expect([login.status, left, failed]).toEqual([401, [0, 0, 0], 0]);
  await expect(restoreBackup({ from: older, into: another(), keys: join(folder, 'no-keys') })).rejects.toThrow('There are no data keys');
});

test('a damaged backup is refused before anything is touched: a flipped byte, a file cut short, a forged manifest, half a backup', async () => {
  const from = join(folder, 'damaged');
  await takeBackup({ uri: source(), folder: from });
  const uri = another();
  const restore = () => restoreBackup({ from, into: uri });
  const spoil = async (file: string, change: (bytes: Buffer) => Buffer) => {
    const whole = await readFile(join(from, file));
    await writeFile(join(from, file), change(Buffer.from(whole)));
    return () => writeFile(join(from, file), whole);
  };

  let heal = await spoil('orders.bson.gz', (bytes) => { bytes[Math.floor(bytes.length / 2)]! ^= 1; return bytes; });
  await expect(restore()).rejects.toThrow(/orders\.bson\.gz/);
  await heal();
  heal = await spoil('stock_levels.bson.gz', (bytes) => bytes.subarray(0, bytes.length - 20));
  await expect(restore()).rejects.toThrow(/stock_levels\.bson\.gz/);
  await heal();
  heal = await spoil('manifest.json', (bytes) => Buffer.from(bytes.toString().replace('"database"', '"Database"')));
  await expect(restore()).rejects.toThrow('its checksum does not fit');
  await heal();
  await rm(join(from, 'manifest.json'));
  await expect(restore()).rejects.toThrow('holds no finished backup');

  expect(await withDb(uri, async (db) => (await db.listCollections().toArray()).length)).toBe(0);
  expect((await readdir(from)).length).toBeGreaterThan(5);
  await expect(takeBackup({ uri: source(), folder: from })).rejects.toThrow('is not empty');
});
