import { setTimeout as pause } from 'node:timers/promises';
import Joi from 'joi';
import { addressRange } from '../../../src/shared/http/rate-limit.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, sameShop, type MiniApp } from '../../support/mini-app.js';
import { openRedisServer, type RedisServer } from '../../support/redis-server.js';
import { soon } from '../../support/soon.js';

const routes = () => [
  defineRoute({ method: 'get', path: '/ping', summary: 'Answers a ping', tag: 'Test', access: { scope: 'cart:read' }, responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) }, handle: async () => ({ status: 200, body: success('Pong.', {}) }) }),
  defineRoute({ method: 'post', path: '/guess', summary: 'Tries a password', tag: 'Test', access: { scope: 'auth:write' }, rate: 'auth', responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) }, handle: async () => ({ status: 200, body: success('No.', {}) }) }),
];
const LIMIT = 40;
const env = { RATE_LIMIT_PER_MINUTE: String(LIMIT), RATE_LIMIT_AUTH_PER_MINUTE: '5', TRUST_PROXY: '1' };
let server: RedisServer;
let a: MiniApp; let b: MiniApp;
describe('with two instances', () => {
  beforeEach(async () => {
    server = await openRedisServer();
    a = await openMiniApp({ routes, env: { ...env, REDIS_URL: server.url } });
    b = await openMiniApp({ routes, env: sameShop(a, env) });
    // Limits count by the minute of the clock: a test must not fall into two.
    const left = 60_000 - Date.now() % 60_000;
    if (left < 15_000) await pause(left + 10);
  });
  afterEach(async () => {
    await b.close({ keepData: true });
    await a.close();
    await server.close();
  });

  type From = { on?: MiniApp; ip?: string; as?: string; key?: string; path?: string };
  const ping = ({ on = a, ip = '203.0.113.1', as, key, path = '/ping' }: From = {}) => on.call('get', path, { headers: { 'X-Forwarded-For': ip }, ...(as !== undefined && { as }), ...(key !== undefined && { key }) });
  const guess = (on: MiniApp, ip: string) => on.call('post', '/guess', { headers: { 'X-Forwarded-For': ip } });
  /** How many of so many at once are let in. */
  const accepted = async (count: number, send: (at: number) => PromiseLike<{ status: number }>) => (await Promise.all(Array.from({ length: count }, (_none, at) => send(at)))).filter(({ status }) => status === 200).length;

  test('two instances share one limit exactly, also when everybody calls at once', async () => {
    expect(await accepted(LIMIT * 3, (at) => ping({ on: at % 2 ? a : b }))).toBe(LIMIT);
    expect(await accepted(10, () => ping({ on: b }))).toBe(0);
  });

  test('a refusal is a problem that says when to come back; every answer says what is left', async () => {
    const { headers } = await ping().expect(200);
    expect(headers['ratelimit-policy']).toMatch(/^"app"; q=40; w=60; pk=:[\w+/=]+:$/);
    expect(headers['ratelimit']).toMatch(/^"app"; r=39; t=\d{1,2}$/);
    expect((await ping({ as: 'alice', ip: '203.0.113.9' })).headers['ratelimit']).toMatch(/"app"; r=39; t=\d+.*"user"; r=39; t=\d+/);
    await accepted(LIMIT, () => ping());

    const refused = await ping().expect(429);

    expect(refused.body).toMatchObject({ code: 'too_many_requests', status: 429, retryAfterSeconds: expect.any(Number), requestId: expect.any(String) });
    expect(Number(refused.headers['retry-after'])).toBe(refused.body.retryAfterSeconds);
    expect(refused.body.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(refused.headers['ratelimit']).toMatch(/^"app"; r=0; t=\d{1,2}$/);
    expect(refused.headers['content-type']).toBe('application/problem+json; charset=utf-8');
  });

  test('addresses, applications and users are counted apart; a server is counted by its key alone', async () => {
    expect(await accepted(LIMIT + 5, () => ping({ ip: '203.0.113.1' }))).toBe(LIMIT);

    await ping({ ip: '203.0.113.2' }).expect(200);
    await ping({ ip: '203.0.113.1', key: 'pk_other' }).expect(200);
    expect(await accepted(LIMIT + 5, (at) => ping({ key: 'sk_server', ip: `198.51.100.${at}` }))).toBe(LIMIT);
    expect(await accepted(LIMIT + 5, (at) => ping({ as: 'alice', ip: `192.0.2.${at}` }))).toBe(LIMIT);
    await ping({ as: 'bob', ip: '192.0.2.200' }).expect(200);
  });

  test('a key can carry a limit of its own', async () => {
    expect(await accepted(LIMIT * 2, () => ping({ key: 'pk_patient' }))).toBe(LIMIT * 2);
  });

  test('no spelling of an address or a path starts a new count', async () => {
    const spellings = ['2001:db8:1:2::1', '2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2:a::b', '2001:db8:1:2::9999'];
    expect(await accepted(LIMIT * 2, (at) => ping({ ip: spellings[at % 4]! }))).toBe(LIMIT);
    await ping({ ip: '2001:db8:1:3::1' }).expect(200);

    const paths = ['/ping', '/ping/', '/ping?x', '/ping/?'];
    expect(await accepted(LIMIT * 2, (at) => a.api.get(`/${['api', 'api/v1'][at % 2]}${paths[at % 4]!.replace('?x', '')}`).set({ 'x-api-key': 'pk_app', 'X-Forwarded-For': at % 3 ? '::ffff:198.51.100.7' : '198.51.100.7' }))).toBe(LIMIT);
  });

  test('passwords are tried by a stricter limit, per address whatever the key; a flushed Redis at most doubles it', async () => {
    expect(await accepted(20, (at) => guess(at % 2 ? a : b, '203.0.113.5'))).toBe(5);
    await ping({ ip: '203.0.113.5' }).expect(200);
    await server.command('FLUSHALL');

    expect(await accepted(20, (at) => guess(at % 2 ? a : b, '203.0.113.5'))).toBeLessThanOrEqual(5);
  });

  test.each([{ _case: 'killed', hurt: () => server.kill() }, { _case: 'frozen', hurt: async () => { server.freeze(); } }])('with Redis $_case each instance keeps a limit by itself: not open, not closed, and quick', async ({ hurt }) => {
    expect(await accepted(10, () => ping())).toBe(10);
    await hurt();
    const begun = Date.now();

    expect(await accepted(LIMIT * 2, () => ping({ on: a }))).toBe(LIMIT - 10);
    const onB = await accepted(LIMIT * 2, () => ping({ on: b }));
    expect([onB, LIMIT]).toEqual([LIMIT, onB]);
    expect(await accepted(20, () => guess(a, '203.0.113.6'))).toBe(5);
    expect(Date.now() - begun).toBeLessThan(soon(4000));
    expect([a.defects, b.defects]).toEqual([[], []]);
    server.thaw();
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'], ['::ffff:203.0.113.7', '203.0.113.7'], ['2001:db8::1', '2001:db8:0:0::/64'], ['2001:0db8:0000:0000:1::', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'], ['fe80::1%eth0', 'fe80:0:0:0::/64'], ['2001:DB8:A:B:1:2:3:4', '2001:db8:a:b::/64'], ['', ''],
])('the address %s is counted as %s', (ip, range) => {
  expect(addressRange(ip)).toBe(range);
});
