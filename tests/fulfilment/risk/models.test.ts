import { ADDRESS, openShop, type Shop } from '../../support/shop.js';
import { DAY_MS } from '../../../src/fulfilment/risk/features.js';
import type { ModelFile } from '../../../src/fulfilment/risk/index.js';
import { buildDataset, type Transaction } from '../../../src/fulfilment/risk/learning/dataset.js';
import { trainModel } from '../../../src/fulfilment/risk/learning/train.js';
import { USUAL } from '../../../src/fulfilment/risk/learning/boosting.js';

let shop: Shop;
let model: ModelFile;
let sku: string;

/** Four weeks in which large amounts are fraud. */
function history(): Transaction[] {
  return Array.from({ length: 4200 }, (_, at): Transaction => {
    const isFraud = at % 40 === 0;
    return { at: Date.UTC(2026, 0, 1) + (at / 150) * DAY_MS, customer: `c${(at * 31) % 4001}`, place: `p${(at * 17) % 3001}`, amount: isFraud ? 400 + (at % 90) : 10 + (at % 60), isFraud };
  });
}
const staff = (method: 'get' | 'post' | 'put', path: string, body?: object, headers: object = {}) => shop.call(method, path, { headers: { ...shop.keys.secret, ...headers }, ...(body && { body }) });
/** Longer than a process remembers. */
const felt = () => new Promise((resolve) => { setTimeout(resolve, 1000); });
const engine = async () => (await staff('get', '/admin/fraud/engine')).body.data;
const buy = async (quantity: number, email: string) => shop.order((await shop.given.cart([sku, quantity])).guest, { email, shippingAddress: { ...ADDRESS, line1: `1 ${email} Street` } });
const assessed = async (id: string) => (await staff('get', `/admin/fraud/orders/${id}`)).body.data;

beforeAll(async () => {
  model = trainModel(buildDataset(history()), { source: 'a test', trainedAt: new Date(), options: { ...USUAL, trees: 20 } });
  shop = await openShop({ isRiskEnforced: true });
  ({ sku } = await shop.given.variant({ price: 4000, stock: 1000 }));
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('without a model the rules decide alone, and say so', async () => {
  expect(await engine()).toEqual({ engine: 'rules', model: null, fallback: 'no_model' });
  const { body: { data: { id } } } = await buy(1, 'first@example.com');

  expect(await assessed(id)).toMatchObject({ engine: 'rules', fallback: 'no_model', decision: 'accept', score: 0, rules: [], features: [] });
});

test('a model that is broken, of other features or known already is refused, and nothing is kept of it', async () => {
  const broken = { ...model, forest: { ...model.forest, trees: [{ feature: [0], threshold: [1], left: [0], right: [0], value: [0] }] } };
  const answers = [
    await staff('post', '/admin/fraud/models', broken), await staff('post', '/admin/fraud/models', { ...model, features: ['amount'] }), await staff('post', '/admin/fraud/models', { ...model, thresholds: { review: 0.9, refuse: 0.1 } }),
  ];

  expect(answers.map(({ status, body }) => [status, body.code])).toEqual([[400, 'model_unusable'], [400, 'model_unusable'], [400, 'model_unusable']]);
  expect(await shop.count('risk_models')).toBe(0);
  expect((await staff('post', '/admin/fraud/models/none/activation')).status).toBe(404);
  expect((await staff('post', '/admin/fraud/models/rollback')).body.code).toBe('nothing_to_roll_back');
});

test('a registered model judges once it is active; a suspicious order is held and every score explained', async () => {
  expect((await staff('post', '/admin/fraud/models', model)).status).toBe(201);
  expect((await staff('post', '/admin/fraud/models', model)).body.code).toBe('model_exists');
  expect((await engine()).engine).toBe('rules');

  expect((await staff('post', `/admin/fraud/models/${model.version}/activation`)).body.data.model).toEqual({ active: model.version, previous: null });
  const small = await buy(1, 'small@example.com');
  const large = await buy(11, 'large@example.com');

  expect(small.body.data.riskStatus).toBe('clear');
  expect(await assessed(small.body.data.id)).toMatchObject({ engine: 'model', model: model.version, decision: 'accept' });
  expect(large.body.data?.riskStatus ?? large.body.code).toMatch(/review|order_not_accepted/);
  const [found] = large.status === 201 ? [await assessed(large.body.data.id)] : (await staff('get', '/admin/fraud/refusals')).body.data.items;
  expect(found.score).toBeGreaterThanOrEqual(50);
  expect(found.features[0]).toMatchObject({ feature: 'amount', contribution: expect.any(Number) });
  expect(found.features[0].contribution).toBeGreaterThan(0);
});

test('of two who change the settings at once, one is told to read again; rolling back asks the model before', async () => {
  const other: ModelFile = { ...model, version: `${model.version}-b` };
  await staff('post', '/admin/fraud/models', other);
  await staff('post', `/admin/fraud/models/${other.version}/activation`);
  const { body: { data: { version: _v, createdAt: _c, model: _m, ...choices } }, headers } = await staff('get', '/admin/fraud/settings');
  const answers = await Promise.all(Array.from({ length: 10 }, () => staff('put', '/admin/fraud/settings', { ...choices, modelMaxAgeDays: 30 }, { 'if-match': headers['etag'] })));

  expect(answers.map(({ status }) => status).filter((status) => status === 200)).toHaveLength(1);
  expect(answers.every(({ status }) => [200, 409, 412].includes(status))).toBe(true);
  expect((await staff('post', '/admin/fraud/models/rollback')).body.data).toMatchObject({ modelMaxAgeDays: 30, model: { active: model.version, previous: other.version } });
  expect((await staff('get', '/admin/fraud/models')).body.data.items.map(({ version, state }: Record<string, string>) => [version, state]).sort()).toEqual([[model.version, 'active'], [other.version, 'previous']].sort());
});

test('a damaged, missing or old model is not asked: the rules decide, the order goes through', async () => {
  const seen: string[] = [];
  const look = async () => {
    await felt();
    const ordered = await buy(1, `fallback${seen.length}@example.com`);
    seen.push(`${ordered.status} ${(await assessed(ordered.body.data.id)).fallback ?? 'model'} ${(await engine()).fallback ?? 'model'}`);
  };
  const rows = shop.connection.collection<{ _id: string }>('risk_models');
  const kept = await rows.findOne({ _id: model.version });
  const settings = shop.connection.collection('risk_settings');

  await settings.updateMany({}, { $set: { 'model.active': 'gone' } });
  await look();
  await rows.insertOne({ ...kept!, _id: 'torn', file: '{"format":1,' } as never);
  await settings.updateMany({}, { $set: { 'model.active': 'torn' } });
  await look();
  const { createHash } = await import('node:crypto');
  const old = JSON.stringify({ ...model, version: 'old', trainedAt: '2020-01-01T00:00:00.000Z' });
  await rows.insertOne({ ...kept!, _id: 'old', file: old, hash: createHash('sha256').update(old).digest('hex') } as never);
  await settings.updateMany({}, { $set: { 'model.active': 'old' } });
  await look();
  await settings.updateMany({}, { $set: { 'model.active': model.version } });
  await look();

  expect(seen).toEqual(['201 model_broken model_broken', '201 model_broken model_broken', '201 model_stale model_stale', '201 model model']);
});

test('settings that cannot be read stop no order', async () => {
  const settings = shop.connection.collection('risk_settings');
  const kept = await settings.find().toArray();
  await settings.updateMany({}, { $unset: { rules: 1 } });
  await felt();

  const ordered = await buy(1, 'broken-settings@example.com');

  expect(ordered.status).toBe(201);
  expect((await assessed(ordered.body.data.id)).fallback).toBe('assessment_failed');
  expect(shop.defects.splice(0)).toHaveLength(1);
  await settings.deleteMany({});
  await settings.insertMany(kept);
  await felt();
});

test("a back-test tells what the model would have done with the shop's own orders, and learns of labels", async () => {
  const { items } = (await staff('get', '/orders?per_page=100')).body.data;
  await staff('put', `/admin/fraud/orders/${items[0].id}/label`, { isFraud: true });
  const range = { from: new Date(Date.now() - DAY_MS).toISOString(), to: new Date(Date.now() + DAY_MS).toISOString() };

  const { body: { data } } = await staff('post', '/admin/fraud/back-tests', { ...range, model: model.version, thresholds: { review: 1, refuse: 101 } });

  expect(data).toMatchObject({ engine: 'model', model: model.version, orders: items.length, frauds: 1, weeks: [{ orders: items.length, frauds: 1, refused: 0 }] });
  expect(data.auc).toBeGreaterThanOrEqual(0);
  expect((await shop.container.risk.transactions(new Date(range.from), new Date(range.to))).filter(({ isFraud }) => isFraud)).toHaveLength(1);
});
