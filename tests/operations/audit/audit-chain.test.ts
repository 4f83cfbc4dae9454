import { mongo } from 'mongoose';
import { SYSTEM } from '../../../src/shared/actor.js';
import { canonical, chainOf, readAnchor, writeAnchor } from '../../../src/operations/audit/audit-chain.js';
import { openWorld, type World } from '../../support/world.js';
import { givenKeys } from '../../support/given.js';

let world: World;
let secret: Record<string, string>;
beforeAll(async () => {
  world = await openWorld();
  ({ secret } = await givenKeys(world));
});
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());
beforeEach(async () => { for (const name of ['audit_entries', 'audit_heads']) await world.connection.collection(name).deleteMany({}); });

const entries = () => world.connection.collection('audit_entries');
const record = (subject: string, after: unknown = { size: 1 }) => world.container.inTransaction(() => world.container.audit.record({ actor: SYSTEM, action: 'thing.changed', subject, after }));
const verify = async () => (await world.call('get', '/admin/audit/verify', { headers: secret }).expect(200)).body.data;
const nth = async (sequence: number): Promise<mongo.Document> => (await entries().findOne({ sequence }))!;

test('fifty changes of one thing at once are fifty entries of one unbroken chain', async () => {
  await Promise.all(Array.from({ length: 50 }, (_none, n) => record('thing:lamp', { size: n })));

  expect(await verify()).toMatchObject({ ok: true, entries: 50, chains: 1, first: null, broken: [] });
  expect((await entries().find().sort({ sequence: 1 }).toArray()).map(({ sequence }) => sequence)).toEqual(Array.from({ length: 50 }, (_none, n) => n + 1));
});

test('fifty changes of fifty things at once are all there, and every chain holds', async () => {
  await Promise.all(Array.from({ length: 50 }, (_none, n) => record(`thing:${n}`)));

  expect(await verify()).toMatchObject({ ok: true, entries: 50, chains: new Set(Array.from({ length: 50 }, (_none, n) => chainOf(`thing:${n}`))).size });
});

test('several entries of one transaction stand in their order, and a transaction that fails leaves no link', async () => {
  const { inTransaction, audit } = world.container;
  const both = async () => { for (const size of [1, 2]) await audit.record({ actor: SYSTEM, action: 'thing.changed', subject: 'thing:lamp', after: { size } }); };
  await inTransaction(both);
  await expect(inTransaction(async () => { await both(); throw new Error('after both'); })).rejects.toThrow('after both');

  expect((await entries().find().sort({ sequence: 1 }).toArray()).map(({ sequence, after }) => [sequence, after.size])).toEqual([[1, 1], [2, 2]]);
  expect(await verify()).toMatchObject({ ok: true, entries: 2 });
});

describe('of five entries', () => {
  beforeEach(async () => { for (let n = 1; n <= 5; n++) await record('thing:lamp', { size: n, at: new Date(), note: 'Größe', nothing: null }); });
  const chain = chainOf('thing:lamp');

  test.each(['before', 'after.size', 'action', 'actor.id', 'at', 'requestId', 'subject'])('one whose %s was edited is named', async (path) => {
    const { _id, subject } = await nth(3);
    await entries().updateOne({ _id }, { $set: { [path]: path === 'at' ? new Date(0) : 'changed' } });

    const { ok, first } = await verify();
    expect(ok).toBe(false);
    expect(first).toMatchObject({ chain, sequence: 3, problem: 'edited', id: _id.toHexString(), subject: path === 'subject' ? 'changed' : subject });
  });

  test('one that was edited and given a hash that fits breaks the next', async () => {
    const { _id } = await nth(3);
    await entries().updateOne({ _id }, { $set: { hash: 'f'.repeat(64) } });
    expect((await verify()).first).toMatchObject({ sequence: 3, problem: 'edited' });
  });

  test('one that was removed is named by its place', async () => {
    await entries().deleteOne({ sequence: 2 });
    expect((await verify()).broken).toEqual([{ chain, sequence: 2, problem: 'removed' }]);
  });

  test('the last one that was removed is named too', async () => {
    await entries().deleteOne({ sequence: 5 });
    expect((await verify()).broken).toEqual([{ chain, sequence: 5, problem: 'removed' }]);
    expect((await world.container.invariants.find(({ name }) => name === 'audit_chain_heads')!.check()).map(({ subject }) => subject)).toEqual([`chain:${chain}`]);
  });

  test('two that were swapped are found at the first', async () => {
    const [two, three] = [await nth(2), await nth(3)];
    await entries().updateOne({ _id: two['_id'] }, { $set: { sequence: 99 } });
    await entries().updateOne({ _id: three['_id'] }, { $set: { sequence: 2 } });
    await entries().updateOne({ _id: two['_id'] }, { $set: { sequence: 3 } });
    expect((await verify()).first).toMatchObject({ sequence: 2, problem: 'edited' });
  });

  test('a tail that was cut off together with its head is found with an anchor, not without', async () => {
    const heads = await world.connection.collection<{ _id: number; sequence: number; hash: string }>('audit_heads').find().toArray();
    const anchor = writeAnchor(new Map(heads.map(({ _id, sequence, hash }) => [_id, { sequence, hash }])));
    await entries().deleteMany({ sequence: { $gt: 3 } });
    await world.connection.collection('audit_heads').updateOne({ _id: chain as never }, { $set: { sequence: 3, hash: (await nth(3))['hash'] } });

    expect((await world.container.audit.verify()).ok).toBe(true);
    expect((await world.container.audit.verify(anchor)).broken).toEqual([{ chain, sequence: 4, problem: 'removed' }]);
    expect(readAnchor('1:2')).toBeNull();
  });

  test('entries of a version without chains take their place before heads are anchored', async () => {
    await entries().insertOne({ actor: { type: 'system', id: null }, action: 'thing.changed', subject: 'thing:old', after: { size: 1 }, at: new Date() });
    expect((await verify()).first).toMatchObject({ problem: 'unchained', subject: 'thing:old' });

    await world.container.audit.anchor();
    expect(await verify()).toMatchObject({ ok: true, entries: 6 });
  });
});

test('the same content has one text, whatever the order of its names', () => {
  expect(canonical({ b: [1, undefined, { d: 1, c: new Date(0) }], a: null, x: undefined })).toBe('{"a":null,"b":[1,null,{"c":"1970-01-01T00:00:00.000Z","d":1}]}');
  expect(canonical({ n: new mongo.ObjectId('0'.repeat(24)).toHexString() })).toBe(`{"n":"${'0'.repeat(24)}"}`);
});
