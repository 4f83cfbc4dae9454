import { setTimeout as pause } from 'node:timers/promises';
import { Schema, type Connection } from 'mongoose';
import { openConnection } from '../../../src/shared/db/connection.js';
import { migrate, type Migration } from '../../../src/shared/db/migrate.js';
import { testEnvironment } from '../../support/world.js';

const connections: Connection[] = [];
let uri: string;
beforeEach(() => { uri = testEnvironment()['MONGODB_URI']!; });
afterEach(async () => {
  await connections[0]?.dropDatabase();
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});

async function open() {
  const connection = openConnection(uri);
  connections.push(connection);
  connection.model('Thing', new Schema({ name: String }).index({ name: 1 }, { unique: true }), 'things');
  await connection.asPromise();
  return connection;
}
const run = (connection: Connection, migrations: Migration[], more: { lockTtlMs?: number; patienceMs?: number } = {}) => {
  const lines: string[] = [];
  return migrate({ connection, migrations, log: (line) => { lines.push(line); }, ...more }).then((result) => ({ ...result, lines }));
};
const insert = (name: string, at: string): Migration => ({ name: at, up: async ({ connection }) => { await connection.collection('things').insertOne({ name }); } });
const names = async (connection: Connection) => (await connection.collection('things').find().sort({ _id: 1 }).toArray()).map(({ name }) => name as string);

test('it builds collections and indexes, then applies what is new, in order and once', async () => {
  const connection = await open();

  const first = await run(connection, [insert('a', '0001-first'), insert('b', '0002-second')]);
  const again = await run(connection, [insert('a', '0001-first'), insert('b', '0002-second'), insert('c', '0003-third')]);

  expect(first.applied).toEqual(['0001-first', '0002-second']);
  expect(again.applied).toEqual(['0003-third']);
  expect(await names(connection)).toEqual(['a', 'b', 'c']);
  expect((await connection.collection('things').indexes()).map(({ key, unique }) => [key, unique === true])).toEqual([[{ _id: 1 }, false], [{ name: 1 }, true]]);
  expect(again.lines).toEqual([expect.stringMatching(/^\d+ collections have their indexes$/), 'applied 0003-third', '1 changes of data applied']);
});

test('eight processes at once apply each change exactly once', async () => {
  const migrations = ['a', 'b', 'c'].map((name, at) => ({ name: `000${at + 1}-${name}`, up: async ({ connection }: { connection: Connection }) => {
    await pause(20);
    await connection.collection('log').insertOne({ name });
  } }));

  const results = await Promise.all(Array.from({ length: 8 }, async () => run(await open(), migrations)));

  expect(results.flatMap(({ applied }) => applied).sort()).toEqual(['0001-a', '0002-b', '0003-c']);
  expect(results.filter(({ applied }) => applied.length === 3)).toHaveLength(1);
  expect(results.filter(({ lines }) => lines.includes('another process migrates this database; waiting for it')).length).toBeGreaterThan(0);
  expect(await connections[0]!.collection('log').countDocuments()).toBe(3);
  expect(await connections[0]!.collection('migration_locks').countDocuments()).toBe(0);
});

test('a change that fails stops there, is told, and runs again the next time', async () => {
  const connection = await open();
  let broken = true;
  const fragile: Migration = { name: '0002-fragile', up: async () => { if (broken) throw new Error('disk on fire'); } };

  await expect(run(connection, [insert('a', '0001-first'), fragile, insert('c', '0003-third')])).rejects.toThrow(/0002-fragile.*disk on fire/);
  expect(await names(connection)).toEqual(['a']);
  broken = false;
  const repaired = await run(connection, [insert('a', '0001-first'), fragile, insert('c', '0003-third')]);

  expect(repaired.applied).toEqual(['0002-fragile', '0003-third']);
  expect(await names(connection)).toEqual(['a', 'c']);
});

test('the lock of a killed process expires; that of a living one is kept as long as it works', async () => {
  const connection = await open();
  await connection.collection<{ _id: string }>('migration_locks').insertOne({ _id: 'migrate', holder: 'killed', expiresAt: new Date(Date.now() + 700) } as never);
  const begun = Date.now();

  await run(connection, []);
  expect(Date.now() - begun).toBeGreaterThanOrEqual(500);

  const slow: Migration = { name: '0001-slow', up: () => pause(1200) };
  const working = run(connection, [slow], { lockTtlMs: 300 });
  await pause(300);
  await expect(run(await open(), [slow], { lockTtlMs: 300, patienceMs: 500 })).rejects.toThrow('Another migration has held the lock');
  expect((await working).applied).toEqual(['0001-slow']);
});

test.each([
  { _case: 'without a number', names: ['first'] }, { _case: 'out of order', names: ['0002-b', '0001-a'] }, { _case: 'with a number twice', names: ['0001-a', '0001-b'] },
])('a list $_case is refused before anything happens', async ({ names: given }) => {
  const connection = await open();

  await expect(run(connection, given.map((name) => insert('x', name)))).rejects.toThrow('must be named like');
  expect(await connection.listCollections()).toEqual([]);
});

test('nothing builds collections or indexes on its own', async () => {
  const connection = await open();
  await connection.model('Thing').create({ name: 'a' });

  expect(await connection.collection('things').indexes()).toHaveLength(1);
});
