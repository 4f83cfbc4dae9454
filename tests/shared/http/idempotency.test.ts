import { setTimeout as pause } from 'node:timers/promises';
import Joi from 'joi';
import { ConcurrentChange, RuleViolation, TemporarilyUnavailable } from '../../../src/shared/errors.js';
import { defineRoute, type Route } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import type { Container } from '../../../src/container.js';
import { openMiniApp, sameShop, type MiniApp } from '../../support/mini-app.js';

class Refused extends RuleViolation { readonly code = 'refused'; }

/** Adds to a ledger and tells how many entries there are: an effect that must not happen twice. */
function ledgerRoutes({ connection, inTransaction }: Container): Route[] {
  const ledger = () => connection.models['LedgerEntry'] ?? connection.model('LedgerEntry', { amount: Number, by: String } as never, 'ledger');
  const outcomes: Record<string, () => Promise<void>> = {
    refuse: async () => { throw new Refused('No.'); }, break: async () => { throw new Error('broken'); }, busy: async () => { throw new TemporarilyUnavailable('busy', 'Busy.'); },
  };
  let races = 0;
  const route = (path: string, idempotency: 'required' | 'optional', slowMs = 0) => defineRoute<object, object, object, { amount: number; then?: string }>({
    method: 'post', path, summary: 'Adds to the ledger', tag: 'Test', access: { scope: 'cart:write' }, idempotency,
    body: Joi.object({ amount: Joi.number().integer().required(), then: Joi.string() }), responses: { 201: successOf(Joi.any()), ...problems(400, 401, 403, 409, 422) },
    handle: async ({ body }, { caller }) => inTransaction(async () => {
      await ledger().insertMany([{ amount: body.amount, by: caller.user?.id ?? null }]);
      await pause(slowMs);
      await outcomes[body.then ?? '']?.();
      if (body.then === 'race' && ++races % 3 !== 0) throw new ConcurrentChange('Somebody was first.');
      return { status: 201, location: '/ledger/1', body: success('Added.', { amount: body.amount, at: process.hrtime.bigint().toString() }) };
    }),
  });
  return [route('/ledger', 'required'), route('/ledger/slow', 'required', 150), route('/ledger/maybe', 'optional')];
}

let app: MiniApp;
beforeAll(async () => {
  app = await openMiniApp({ routes: ledgerRoutes });
  await app.connection.createCollection('ledger');
  await app.connection.createCollection('idempotency_keys');
});
afterAll(() => app.close());
beforeEach(async () => { await app.connection.collection('ledger').deleteMany({}); });
afterEach(() => { expect(app.defects.splice(0)).toEqual([]); });

const entries = (on = app) => on.connection.collection('ledger').countDocuments();
let counter = 0;
const newKey = () => `key-${++counter}`;
type Sent = { key: string; amount?: number; then?: string; as?: string; appKey?: string; path?: string; on?: MiniApp; headers?: Record<string, string> };
const add = ({ key, amount = 5, then, as, appKey, path = '/ledger', on = app, headers }: Sent) => on.call('post', path, {
  body: { amount, ...(then !== undefined && { then }) }, headers: { 'Idempotency-Key': key, ...headers }, ...(as !== undefined && { as }), ...(appKey !== undefined && { key: appKey }),
});

test('the same request again answers the same bytes, with the same place, and acts once', async () => {
  const key = newKey();
  const first = await add({ key }).expect(201);
  const again = await add({ key }).expect(201);

  expect(again.text).toBe(first.text);
  expect(again.headers['location']).toBe(first.headers['location']);
  expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([undefined, 'true']);
  expect(await entries()).toBe(1);
});

test('twelve at once: one effect; every answer is the same bytes or says that it is in flight', async () => {
  const key = newKey();

  const answers = await Promise.all(Array.from({ length: 12 }, () => add({ key, path: '/ledger/slow' })));

  expect(await entries()).toBe(1);
  const made = answers.filter(({ status }) => status === 201);
  expect(new Set(made.map(({ text }) => text)).size).toBe(1);
  for (const { status, body } of answers.filter((answer) => answer.status !== 201)) expect([status, body.code]).toEqual([409, 'request_in_flight']);
  expect((await add({ key, path: '/ledger/slow' }).expect(201)).text).toBe(made[0]!.text);
  expect(await entries()).toBe(1);
});

test('the key with another body is 422 and does nothing; key order and spaces in the body make no difference', async () => {
  const key = newKey();
  const { text } = await add({ key }).expect(201);

  expect((await add({ key, amount: 6 }).expect(422)).body.code).toBe('idempotency_key_reused');
  expect(await entries()).toBe(1);
  const spaced = await app.call('post', '/ledger', { body: '{ "amount" : 5 }', headers: { 'Idempotency-Key': key, 'Content-Type': 'application/json' } }).expect(201);
  expect(spaced.text).toBe(text);
});

test('the key of another user, another application, another guest or another route is another key', async () => {
  const key = newKey();
  const others: Sent[] = [
    { key }, { key, as: 'alice' }, { key, as: 'bob' }, { key, appKey: 'pk_other' }, { key, appKey: 'sk_server' }, { key, path: '/ledger/maybe' },
    { key, headers: { 'x-cart-token': 'guest-1' } }, { key, headers: { 'x-cart-token': 'guest-2' } }, { key, headers: { 'x-order-token': 'order-1' } },
  ];

  const answers = [];
  for (const sent of others) answers.push(await add(sent).expect(201));

  expect(await entries()).toBe(others.length);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(others.length);
  for (const sent of others) expect((await add(sent).expect(201)).headers['idempotent-replayed']).toBe('true');
  expect(await entries()).toBe(others.length);
});

test('an answer survives a restart and a flushed Redis', async () => {
  const key = newKey();
  const { text } = await add({ key }).expect(201);
  for (const name of await app.redis.client.keys(`${app.environment['REDIS_KEY_PREFIX']!}*`)) await app.redis.client.del(name.slice(app.environment['REDIS_KEY_PREFIX']!.length));
  const restarted = await openMiniApp({ routes: ledgerRoutes, env: sameShop(app) });

  const again = await add({ key, on: restarted }).expect(201);

  expect(again.text).toBe(text);
  expect(await entries()).toBe(1);
  await restarted.close({ keepData: true });
});

test('a refusal leaves nothing behind, and the same key may be used to try again', async () => {
  const key = newKey();
  await add({ key, then: 'refuse' }).expect(400);
  await add({ key, then: 'busy' }).expect(503);
  await add({ key, then: 'break' }).expect(500);
  expect(await entries()).toBe(0);
  expect(app.defects.splice(0)).toHaveLength(1);

  await add({ key, then: 'fine' }).expect(201);
  expect(await entries()).toBe(1);
});

test('a lost race inside is repeated with the key, and still acts once', async () => {
  await add({ key: newKey(), then: 'race' }).expect(201);

  expect(await entries()).toBe(1);
});

test.each([
  { _case: 'absent', headers: {}, code: 'idempotency_key_required' }, { _case: 'empty', headers: { 'Idempotency-Key': '' }, code: 'idempotency_key_required' },
  { _case: 'with a space', headers: { 'Idempotency-Key': 'a b' }, code: 'malformed_idempotency_key' }, { _case: 'too long', headers: { 'Idempotency-Key': 'x'.repeat(256) }, code: 'malformed_idempotency_key' },
])('a mandatory key that is $_case is 400', async ({ headers, code }) => {
  expect((await app.call('post', '/ledger', { body: { amount: 5 }, headers }).expect(400)).body).toMatchObject({ code, errors: [{ pointer: '#/headers/idempotency-key' }] });
  expect(await entries()).toBe(0);
});

test('where a key is optional, requests without one act each time', async () => {
  await app.call('post', '/ledger/maybe', { body: { amount: 5 } }).expect(201);
  await app.call('post', '/ledger/maybe', { body: { amount: 5 } }).expect(201);

  expect(await entries()).toBe(2);
});

test('an invalid request does not use the key up', async () => {
  const key = newKey();
  await app.call('post', '/ledger', { body: { amount: 'five' }, headers: { 'Idempotency-Key': key } }).expect(400);

  await add({ key }).expect(201);
});

test('an answer is kept for a day', async () => {
  await add({ key: newKey() }).expect(201);
  const [record] = await app.connection.collection('idempotency_keys').find().sort({ expiresAt: -1 }).limit(1).toArray();

  expect(Math.round(((record!['expiresAt'] as Date).getTime() - Date.now()) / 60_000)).toBe(24 * 60);
});
