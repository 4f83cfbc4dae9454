import { setTimeout as pause } from 'node:timers/promises';
import mongoose, { Schema, type Connection } from 'mongoose';
import { openConnection, prepareCollections } from '../../../src/shared/db/connection.js';
import { duplicateKeyOf, isPassingDatabaseError, retryLostRace, retryPassingError } from '../../../src/shared/db/retry.js';
import { afterCommit, createInTransaction, insideTransaction, writeLast, type InTransaction } from '../../../src/shared/db/transaction.js';
import { ConcurrentChange } from '../../../src/shared/errors.js';
import { testEnvironment } from '../../support/world.js';

type Row = { name: string; n: number };
let connection: Connection;
let inTransaction: InTransaction;
const defects: unknown[] = [];
beforeAll(async () => {
  connection = openConnection(testEnvironment()['MONGODB_URI']!, { maxPoolSize: 30 });
  await connection.asPromise();
  connection.model<Row>('TxRow', new Schema<Row>({ name: String, n: Number }, { versionKey: false }).index({ name: 1 }, { unique: true }), 'tx_rows');
  await prepareCollections(connection);
  inTransaction = createInTransaction({ connection, report: (error) => { defects.push(error); } });
});
afterAll(async () => { await connection.dropDatabase(); await connection.close(); });
beforeEach(async () => { await rows().deleteMany({}); defects.length = 0; });
const rows = () => connection.model<Row>('TxRow');
const names = async () => (await rows().find().sort({ name: 1 }).lean()).map(({ name }) => name);
const add = (name: string) => rows().create([{ name, n: 0 }]);

test('every way of writing and reading joins, and all of it commits or nothing does', async () => {
  const work = (fails: boolean) => inTransaction(async () => {
    await add('created');
    await rows().insertMany([{ name: 'many', n: 1 }]);
    await rows().updateOne({ name: 'created' }, { $inc: { n: 5 } });
    await rows().bulkWrite([{ updateOne: { filter: { name: 'bulk' }, update: { $set: { n: 1 } }, upsert: true } }]);
    expect((await rows().findOne({ name: 'created' }).lean())!.n).toBe(5);
    expect(await rows().countDocuments()).toBe(3);
    expect(await rows().aggregate([{ $match: { n: 5 } }])).toHaveLength(1);
    expect(insideTransaction()).toBe(true);
    if (fails) throw new Error('no');
    return 'done';
  });

  await expect(work(true)).rejects.toThrow('no');
  expect(await names()).toEqual([]);
  expect(await work(false)).toBe('done');
  expect(await names()).toEqual(['bulk', 'created', 'many']);
  expect(insideTransaction()).toBe(false);
});

test('a nested transaction joins the outer one: what it wrote goes with it', async () => {
  const order: string[] = [];
  const work = (fails: boolean) => inTransaction(async () => {
    await add('outer');
    await inTransaction(async () => {
      await add('inner');
      await afterCommit(() => { order.push('effect of inner'); });
    });
    order.push('inner is through');
    expect(await names()).toEqual(['inner', 'outer']);
    if (fails) throw new Error('after the inner one');
  });

  await expect(work(true)).rejects.toThrow('after the inner one');
  expect([await names(), order.splice(0)]).toEqual([[], ['inner is through']]);
  await work(false);
  expect([await names(), order]).toEqual([['inner', 'outer'], ['inner is through', 'effect of inner']]);
});

test('effects run after the commit, in order, once although the work ran twice; a failing one is reported and hurts nobody', async () => {
  const ran: string[] = [];
  let attempts = 0;
  const result = await inTransaction(async () => {
    attempts += 1;
    await add('a');
    await afterCommit(async () => { ran.push(`1: ${(await names()).join()}`); });
    await afterCommit(() => { throw new Error('mail is down'); });
    await afterCommit(() => { ran.push('2'); });
    if (attempts === 1) await conflict();
    return attempts;
  });

  expect([result, ran, defects.map(String)]).toEqual([2, ['1: a', '2'], ['Error: mail is down']]);
});
/** What MongoDB says to the second writer of a document. */
const conflict = async () => { throw Object.assign(new Error('WriteConflict'), { name: 'MongoServerError', hasErrorLabel: (label: string) => label === 'TransientTransactionError' }); };

test('outside of a transaction an effect runs at once, and its failure is the caller\'s', async () => {
  let ran = false;
  await afterCommit(() => { ran = true; });
  expect(ran).toBe(true);
  await expect(afterCommit(() => { throw new Error('here'); })).rejects.toThrow('here');
});

test('rows gathered for the end are written together, and go with the transaction', async () => {
  const writes: string[][] = [];
  const late = (name: string) => { writeLast<Row>('tx_rows', [{ name, n: 0 }], async (gathered) => { writes.push(gathered.map((row) => row.name)); await rows().insertMany(gathered); }); };

  await inTransaction(async () => { late('x'); late('y'); await add('first'); });
  expect([writes, await names()]).toEqual([[['x', 'y']], ['first', 'x', 'y']]);
  await expect(inTransaction(async () => { late('z'); throw new Error('no'); })).rejects.toThrow('no');
  expect(await names()).toEqual(['first', 'x', 'y']);
});

test('twenty parallel transactions on one document are all served: none is lost, none fails', async () => {
  await add('counter');

  await Promise.all(Array.from({ length: 20 }, () => inTransaction(async () => {
    const { n } = (await rows().findOne({ name: 'counter' }).lean())!;
    await pause(2);
    await rows().updateOne({ name: 'counter' }, { $set: { n: n + 1 } });
  })));

  expect((await rows().findOne({ name: 'counter' }).lean())!.n).toBe(20);
});

test('a duplicate is told by its index, inside and outside', async () => {
  await add('taken');
  const caught = async (work: () => Promise<unknown>) => work().then(() => 'no error', duplicateKeyOf);

  expect(await caught(() => add('taken'))).toBe('name');
  expect(await caught(() => inTransaction(() => add('taken')))).toBe('name');
  expect(await caught(async () => { throw new Error('other'); })).toBeNull();
});

describe('what may be repeated', () => {
  const labelled = (label: string) => Object.assign(new Error(label), { hasErrorLabel: (asked: string) => asked === label });
  const named = (name: string) => Object.assign(new Error(name), { name });

  test.each<[string, unknown, boolean]>([
    ...['TransientTransactionError', 'RetryableWriteError', 'UnknownTransactionCommitResult'].map((label): [string, unknown, boolean] => [label, labelled(label), true]),
    ...['MongoNetworkError', 'MongoPoolClearedError', 'PoolClearedOnNetworkError', 'MongoServerSelectionError', 'MongooseServerSelectionError', 'MongoNotConnectedError'].map((name): [string, unknown, boolean] => [name, named(name), true]),
    // As the driver wraps a broken connection under an insertMany; found by killing a primary under load.
    ['a bulk write on a broken connection', new mongoose.mongo.MongoBulkWriteError(new mongoose.mongo.MongoNetworkError('read ECONNRESET') as never, {} as never), true],
    ['a bulk write with a duplicate', new mongoose.mongo.MongoBulkWriteError({ message: 'E11000', code: 11_000, writeErrors: [] } as never, {} as never), false],
    ...[10_107, 189, 11_602, 91].map((code): [string, unknown, boolean] => [`a server that steps down: ${code}`, Object.assign(named('MongoServerError'), { code }), true]),
    ['a socket of the driver that was closed', Object.assign(new Error('ended'), { code: 'EPIPE', stack: 'Error: ended\n    at Connection.writeCommand (/app/node_modules/mongodb/lib/cmap/connection.js:408:29)' }), true],
    ['a commit on such a socket', new TypeError('commitError.hasErrorLabel is not a function'), true],
    ['a socket of somebody else', Object.assign(new Error('ended'), { code: 'EPIPE' }), false],
    ['a code of another system', Object.assign(new Error('189'), { code: 189 }), false],
    ['a duplicate key', Object.assign(named('MongoServerError'), { code: 11_000 }), false], ['a bug', new TypeError('x is undefined'), false], ['no error at all', 'text', false],
  ])('%s: %#', (_name, error, expected) => {
    expect(isPassingDatabaseError(error)).toBe(expected);
  });

  test('a passing error is repeated with growing waits, a lasting one is not, and not for ever', async () => {
    const failing = (times: number, error: Error) => { let calls = 0; return { work: async () => { if (++calls <= times) throw error; return calls; }, calls: () => calls }; };
    const passes = failing(3, named('MongoNetworkError'));
    expect(await retryPassingError(passes.work, { baseMs: 1 })).toBe(4);
    const lasts = failing(99, named('MongoNetworkError'));
    await expect(retryPassingError(lasts.work, { baseMs: 1 })).rejects.toThrow('MongoNetworkError');
    expect(lasts.calls()).toBe(12);
    const slow = failing(99, named('MongoNetworkError'));
    await expect(retryPassingError(slow.work, { baseMs: 1, withinMs: -1 })).rejects.toThrow('MongoNetworkError');
    expect(slow.calls()).toBe(1);
    const bug = failing(1, new TypeError('bug'));
    await expect(retryPassingError(bug.work, { baseMs: 1 })).rejects.toThrow('bug');
    const unsafe = failing(1, named('MongoNetworkError'));
    await expect(retryPassingError(unsafe.work, { baseMs: 1, mayRepeat: () => false })).rejects.toThrow('MongoNetworkError');
    expect([bug.calls(), unsafe.calls()]).toEqual([1, 1]);
  });

  test('a commit of unknown outcome is repeated only by work that finds out by itself', async () => {
    const real = connection.transaction.bind(connection);
    const lossy: typeof connection.transaction = async (work, options) => { const result = await real(work, options); if (lost-- > 0) throw named('MongoNetworkError'); return result; };
    let lost = 1;
    connection.transaction = lossy;
    try {
      await expect(inTransaction(() => add('once'))).rejects.toThrow('MongoNetworkError');
      expect(await names()).toEqual(['once']);
      lost = 1;
      await inTransaction(async () => { if (!await rows().exists({ name: 'twice' })) await add('twice'); }, { repeatable: true });
      expect(await names()).toEqual(['once', 'twice']);
    } finally {
      connection.transaction = real;
    }
  });

  test('a lost race is run again until a crowd is served, then it is the caller\'s', async () => {
    let calls = 0;
    await expect(retryLostRace(async () => { calls += 1; throw new ConcurrentChange('again'); }, 5)).rejects.toThrow(ConcurrentChange);
    expect(calls).toBe(5);
    await expect(retryLostRace(async () => { calls += 1; throw new Error('other'); })).rejects.toThrow('other');
    expect(calls).toBe(6);
  });
});
