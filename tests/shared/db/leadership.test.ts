import { setTimeout as pause } from 'node:timers/promises';
import { Schema, type Connection } from 'mongoose';
import { openConnection, prepareCollections } from '../../../src/shared/db/connection.js';
import { createLeadership, LeadershipLost } from '../../../src/shared/db/leadership.js';
import { createInTransaction } from '../../../src/shared/db/transaction.js';
import { testEnvironment } from '../../support/world.js';

const connections: Connection[] = [];
let uri: string;
beforeEach(() => { uri = testEnvironment()['MONGODB_URI']!; });
afterEach(async () => {
  await connections[0]?.dropDatabase();
  await Promise.all(connections.splice(0).map((connection) => connection.close()));
});

const LEASE_MS = 60_000;
/** What the holder does not notice: for the database its time is over. */
const runOut = () => connections[0]!.collection<{ _id: string }>('leases').updateOne({ _id: 'worker' }, { $set: { expiresAt: new Date(0) } });

async function worker() {
  const connection = openConnection(uri);
  connections.push(connection);
  const things = connection.model('Thing', new Schema({ by: String, round: Number }, { versionKey: false }), 'things');
  const leadership = createLeadership({ connection, leaseMs: LEASE_MS });
  const inTransaction = createInTransaction({ connection, report: (error) => { throw error; } });
  await connection.asPromise();
  if (connections.length === 1) await prepareCollections(connection);
  return { leadership, things, inTransaction };
}

test('of three workers one leads, and what must run once runs once in each round', async () => {
  const workers = [await worker(), await worker(), await worker()];

  for (let round = 0; round < 5; round++) {
    await Promise.all(workers.map(async ({ leadership, things }, at) => {
      await leadership.campaign();
      await leadership.run('mails', () => things.insertMany([{ by: String(at), round }]));
    }));
  }

  const done = await workers[0]!.things.find().lean();
  expect(done.map(({ round }) => round)).toEqual([0, 1, 2, 3, 4]);
  expect(new Set(done.map(({ by }) => by)).size).toBe(1);
});

test('a leader that was frozen in the middle of its work wakes up to find its writes refused', async () => {
  const [old, next] = [await worker(), await worker()];
  expect(await old.leadership.campaign()).toBe(true);
  let wake = () => {};
  const frozen = new Promise<void>((resolve) => { wake = resolve; });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => { begin = resolve; });
  const work = old.leadership.run('mails', async () => {
    await old.inTransaction(() => old.things.insertMany([{ by: 'old', round: 1 }]));
    begin();
    await frozen;
    await old.inTransaction(() => old.things.insertMany([{ by: 'old', round: 2 }]));
  });

  await begun;
  await runOut();
  expect(await next.leadership.campaign()).toBe(true);
  await next.leadership.run('mails', () => next.inTransaction(() => next.things.insertMany([{ by: 'next', round: 2 }])));
  wake();

  await expect(work).rejects.toThrow(LeadershipLost);
  expect(await old.leadership.campaign()).toBe(false);
  expect(await next.things.find({}, { _id: 0 }).sort({ _id: 1 }).lean()).toEqual([{ by: 'old', round: 1 }, { by: 'next', round: 2 }]);
});

test('a transaction that was open when the successor began does not commit', async () => {
  const [old, next] = [await worker(), await worker()];
  expect(await old.leadership.campaign()).toBe(true);
  let wake = () => {};
  const frozen = new Promise<void>((resolve) => { wake = resolve; });
  let begin = () => {};
  const begun = new Promise<void>((resolve) => { begin = resolve; });
  const work = old.leadership.run('mails', () => old.inTransaction(async () => {
    await old.things.insertMany([{ by: 'old', round: 1 }]);
    begin();
    await frozen;
  }));
  await begun;
  await runOut();
  expect(await next.leadership.campaign()).toBe(true);
  await next.leadership.run('mails', async () => {});
  wake();

  await expect(work).rejects.toThrow(LeadershipLost);
  expect(await next.things.countDocuments()).toBe(0);
});

test('works of one leader do not stand in each other’s way, and who stops hands over at once', async () => {
  const [first, second] = [await worker(), await worker()];
  await first.leadership.campaign();

  await Promise.all(Array.from({ length: 20 }, (_none, at) => first.leadership.run(`work-${at % 4}`, () => first.inTransaction(() => first.things.insertMany([{ by: 'first', round: at }])))));
  expect(await first.things.countDocuments()).toBe(20);
  expect(await second.leadership.campaign()).toBe(false);
  expect(await second.leadership.run('mails', async () => 'ran')).toBeUndefined();
  await first.leadership.resign();
  expect(await second.leadership.campaign()).toBe(true);
  expect(await second.leadership.run('mails', async () => 'ran')).toBe('ran');
});

test('a lease is kept by renewing it, and nobody believes in one that was not renewed', async () => {
  const connection = (await worker()).things.db;
  const leadership = createLeadership({ connection, leaseMs: 2000, name: 'short' });

  expect(await leadership.campaign()).toBe(true);
  await pause(1200);
  expect(await leadership.campaign()).toBe(true);
  await pause(2100);
  expect(leadership.holds()).toBe(false);
  expect(await leadership.run('mails', async () => 'ran')).toBeUndefined();
  expect(await connection.collection<{ _id: string; token: number }>('leases').findOne({ _id: 'short' })).toMatchObject({ token: 1 });
});
