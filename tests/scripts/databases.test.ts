import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import mongoose from 'mongoose';
import { spawnOwned, stopOwned } from '../../scripts/lib/owned-processes.js';
import { freePort } from '../../scripts/lib/ports.js';
import { findBinary } from '../../scripts/lib/provision/binary.js';
import { isAlive } from '../../scripts/lib/provision/claim.js';
import { mongodb } from '../../scripts/lib/provision/databases.js';
import { provision, startMongo, startRedis } from '../../scripts/lib/provision/index.js';
import { emptyFolder, eventually, later, stranger } from './support/machine.js';

async function withMongo<T>(uri: string, work: (db: mongoose.mongo.Db, client: mongoose.mongo.MongoClient) => Promise<T>): Promise<T> {
  const client = await mongoose.mongo.MongoClient.connect(uri);
  return work(client.db(), client).finally(() => client.close());
}

async function withRedis<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url);
  return work(redis).finally(() => redis.quit());
}

/** Listens on a port that a database had before, like another program after a reboot. */
async function occupy(port: number): Promise<void> {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => { server.listen(port, '127.0.0.1', resolve); });
  later(() => new Promise((resolve) => { server.close(resolve); }));
}

test('a fresh MongoDB takes transactions at once, and stopping it leaves nothing', async () => {
  const mongo = await startMongo();

  await withMongo(mongo.uri, async (db, client) => {
    await client.withSession((session) => session.withTransaction(() => db.collection('orders').insertOne({ _id: 'o1' as never }, { session })));
    expect(await db.collection('orders').countDocuments()).toBe(1);
  });
  await mongo.stop();

  expect(mongo.uri).toBe(`mongodb://127.0.0.1:${mongo.port}/kontor?replicaSet=kontor`);
  expect(isAlive(mongo.pid)).toBe(false);
});

test('MongoDB keeps its data when it must move to another port', async () => {
  const folder = emptyFolder();
  const first = await startMongo({ folder });
  await withMongo(first.uri, (db) => db.collection('orders').insertOne({ _id: 'o1' as never }));
  await first.stop();
  await occupy(first.port);

  const second = await startMongo({ folder });
  later(() => second.stop());

  expect(second.port).not.toBe(first.port);
  expect(await withMongo(second.uri, (db) => db.collection('orders').find().toArray())).toEqual([{ _id: 'o1' }]);
});

test('Redis keeps its data in a folder and its port when that is free', async () => {
  const folder = emptyFolder();
  const first = await startRedis({ folder });
  await withRedis(first.url, (redis) => redis.set('cart', '1'));
  await first.stop();

  const second = await startRedis({ folder });
  later(() => second.stop());

  expect(second.port).toBe(first.port);
  expect(await withRedis(second.url, (redis) => redis.get('cart'))).toBe('1');
  expect(await withRedis(second.url, (redis) => redis.config('GET', 'maxmemory-policy'))).toEqual(['maxmemory-policy', 'noeviction']);
});

test('Redis without a folder writes nothing to disk', async () => {
  const redis = await startRedis();
  later(() => redis.stop());

  expect(await withRedis(redis.url, (client) => client.config('GET', 'appendonly'))).toEqual(['appendonly', 'no']);
  expect(await withRedis(redis.url, (client) => client.config('GET', 'save'))).toEqual(['save', '']);
});

test('data that a living process serves are left alone', async () => {
  const folder = emptyFolder();
  const running = await startRedis({ folder });
  later(() => running.stop());
  const owner = stranger();
  writeFileSync(join(folder, 'kontor-claim.json'), JSON.stringify({ pid: running.pid, port: running.port, ownerPid: owner }));

  const second = startRedis({ folder });

  await expect(second).rejects.toThrow(`The Redis of this checkout is running already (pid ${running.pid}, port ${running.port}), started by process ${owner}.\nStop that one first: Ctrl-C in its terminal, or kill ${owner}`);
  expect(await withRedis(running.url, (redis) => redis.ping())).toBe('PONG');
});

test('an orphan that still serves our data is stopped and replaced', async () => {
  const folder = emptyFolder();
  const orphan = await startRedis({ folder });
  later(() => orphan.stop());
  writeFileSync(join(folder, 'kontor-claim.json'), JSON.stringify({ pid: orphan.pid, port: orphan.port, ownerPid: 2 ** 22 + 1 }));

  const second = await startRedis({ folder });
  later(() => second.stop());

  await eventually('the orphan is gone', () => !isAlive(orphan.pid));
  expect(second.port).toBe(orphan.port);
});

test('a port that is insisted on and taken is refused', async () => {
  const port = await freePort();
  await occupy(port);

  await expect(startRedis({ port })).rejects.toThrow(`Redis should listen on port ${port}, but something else does`);
});

describe('databases that somebody names', () => {
  const quiet = { tell: () => undefined };
  const variables = (mongodbUri: string, redisUrl: string) => ({ MONGODB_URI: mongodbUri, REDIS_URL: redisUrl, TEST_MONGODB_URI: mongodbUri, TEST_REDIS_URL: redisUrl });
  const given = () => variables(process.env['TEST_MONGODB_URI']!, process.env['TEST_REDIS_URL']!);

  test.each(['up', 'test', 'bench'] as const)('are used for %s and not stopped', async (purpose) => {
    const env = given();

    const { mongodbUri, redisUrl, chosen, stop } = await provision({ purpose, env, ...quiet });
    await stop();

    const prefix = purpose === 'test' ? 'TEST_' : '';
    expect({ mongodbUri, redisUrl }).toEqual({ mongodbUri: env.MONGODB_URI, redisUrl: env.REDIS_URL });
    expect(chosen.map(({ reason }) => reason)).toEqual([`the one that ${prefix}MONGODB_URI names`, `the one that ${prefix}REDIS_URL names`]);
    expect(await withRedis(redisUrl, (redis) => redis.ping())).toBe('PONG');
  });

  test('are not emptied by --fresh', async () => {
    const outcome = provision({ purpose: 'up', fresh: true, env: given(), ...quiet });

    await expect(outcome).rejects.toThrow('--fresh empties only databases that Kontor started itself, and MONGODB_URI names another. Unset it, or empty that one by hand.');
  });

  test('are refused with the exact fix when MongoDB is no replica set', async () => {
    const folder = emptyFolder();
    const port = await freePort();
    const { path } = await findBinary(mongodb);
    const single = spawnOwned(path, ['--dbpath', folder, '--port', String(port), '--bind_ip', '127.0.0.1', '--nounixsocket'], { stdio: 'ignore' });
    later(() => stopOwned(single));
    await eventually('it has a lock file', () => existsSync(join(folder, 'mongod.lock')));
    const uri = `mongodb://127.0.0.1:${port}/kontor`;

    const outcome = provision({ purpose: 'up', env: variables(uri, process.env['TEST_REDIS_URL']!), ...quiet });

    await expect(outcome).rejects.toThrow(`MONGODB_URI names a single MongoDB; Kontor needs a replica set (one node is enough), because orders are placed in transactions.\nStart that mongod with --replSet rs0 and form the set once:\n  mongosh '${uri}' --eval 'rs.initiate()'`);
  });

  test('are refused both at once when neither answers', async () => {
    const port = await freePort();

    const outcome = provision({ purpose: 'up', env: variables(`mongodb://127.0.0.1:${port}/kontor`, `redis://127.0.0.1:${port}`), ...quiet });

    await expect(outcome).rejects.toThrow(`MONGODB_URI is set, but nothing usable answers there: connect ECONNREFUSED 127.0.0.1:${port}\n\nREDIS_URL is set, but no Redis answers there: connect ECONNREFUSED 127.0.0.1:${port}`);
  });
});
