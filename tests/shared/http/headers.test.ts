import { request as send } from 'node:http';
import Joi from 'joi';
import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';
import { until } from '../../support/redis-server.js';

let app: MiniApp;
const things = () => [
  defineRoute({
    method: 'get', path: '/public', summary: 'The same for everybody', tag: 'Test', access: { scope: 'cart:read' }, responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
    handle: async () => ({ status: 200, cache: 'public', body: success('Public.', {}) }),
  }),
  defineRoute({
    method: 'get', path: '/old', summary: 'The old way', tag: 'Test', access: { scope: 'cart:read' }, responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
    deprecated: { since: new Date('2026-01-01T00:00:00Z'), sunset: new Date('2027-01-01T00:00:00Z'), successor: '/api/v1/new' },
    handle: async () => ({ status: 200, body: success('Old.', {}) }),
  }),
  defineRoute({
    method: 'post', path: '/new', summary: 'The new way', tag: 'Test', access: { scope: 'cart:read' }, responses: { 201: successOf(Joi.any()), ...problems(400, 401, 403) },
    handle: async () => ({ status: 201, location: '/new/1', body: success('New.', {}) }),
  }),
];
beforeAll(async () => { app = await openMiniApp({ routes: things, env: { CORS_ORIGINS: 'https://shop.example, https://admin.example' } }); });
afterAll(() => app.close());

const SECURITY = {
  'content-security-policy': "default-src 'none';base-uri 'none';form-action 'none';frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'cross-origin',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=63072000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'x-xss-protection': '1; mode=block',
};

test.each([{ path: '/api/v1/old' }, { path: '/api/v1/nowhere' }, { path: '/healthz' }, { path: '/openapi.json' }, { path: '/api/v1/old/%zz' }])('$path carries every security header, and does not say what it runs on', async ({ path }) => {
  const { headers } = await app.api.get(path).set('x-api-key', 'pk_app');

  expect(headers).toMatchObject(SECURITY);
  expect(headers['x-powered-by']).toBeUndefined();
  expect(headers['server']).toBeUndefined();
});

test.each([
  { origin: 'https://shop.example', allowed: 'https://shop.example' }, { origin: 'https://admin.example', allowed: 'https://admin.example' },
  { origin: 'https://shop.example.evil.example', allowed: undefined }, { origin: 'http://shop.example', allowed: undefined }, { origin: 'null', allowed: undefined },
])('a page of $origin may read answers: $allowed', async ({ origin, allowed }) => {
  const { headers } = await app.call('get', '/old', { headers: { Origin: origin } });
  const preflight = await app.call('options', '/new', { headers: { Origin: origin, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-api-key,idempotency-key' } }).expect(204);

  expect([headers['access-control-allow-origin'], preflight.headers['access-control-allow-origin']]).toEqual([allowed, allowed]);
  expect(headers['access-control-allow-credentials']).toBe(allowed && 'true');
  expect(headers['vary']).toMatch(/Origin/);
  if (allowed === undefined) return;
  expect(preflight.headers['access-control-allow-headers']).toBe('x-api-key,idempotency-key');
  expect(preflight.headers['access-control-max-age']).toBe('600');
  expect(headers['access-control-expose-headers']!.split(',')).toEqual(expect.arrayContaining(['ETag', 'Location', 'RateLimit', 'X-Request-Id', 'Retry-After']));
});

test('what is refused for want of room carries them too, so that a page can read when to come again', async () => {
  let finish: (() => void) | undefined;
  const slow = () => [defineRoute({
    method: 'get', path: '/slow', summary: 'Takes its time', tag: 'Test', access: { scope: 'cart:read' }, responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
    handle: () => new Promise((resolve) => { finish = () => { resolve({ status: 200, body: success('Done.', {}) }); }; }),
  })];
  const full = await openMiniApp({ routes: slow, env: { MAX_REQUESTS_IN_FLIGHT: '1', CORS_ORIGINS: 'https://shop.example' } });
  const first = full.call('get', '/slow').then(({ status }) => status);
  await until(async () => finish !== undefined, { what: 'a request in work' });

  const { status, body, headers } = await full.call('get', '/slow', { headers: { Origin: 'https://shop.example' } });

  finish!();
  expect([await first, status, body.code]).toEqual([200, 503, 'overloaded']);
  await full.close();
  expect(headers).toMatchObject({ ...SECURITY, 'access-control-allow-origin': 'https://shop.example', 'retry-after': expect.stringMatching(/^[123]$/) });
  expect(headers['access-control-expose-headers']!.split(',')).toContain('Retry-After');
});

test('a deprecated route says since when, until when, and where to go', async () => {
  const { headers } = await app.call('get', '/old').expect(200);

  expect(headers).toMatchObject({ deprecation: '@1767225600', sunset: 'Fri, 01 Jan 2027 00:00:00 GMT', link: '</api/v1/new>; rel="successor-version"' });
  expect((await app.call('post', '/new').expect(201)).headers['deprecation']).toBeUndefined();
});

test('/api is the current version, and a Location stays under the base that was called', async () => {
  const current = await app.api.post('/api/new').set('x-api-key', 'pk_app').expect(201);
  const named = await app.api.post('/api/v1/new').set('x-api-key', 'pk_app').expect(201);

  expect([current.headers['location'], named.headers['location']]).toEqual(['/api/new/1', '/api/v1/new/1']);
});

test('a public answer tells caches everything it depends on', async () => {
  for (const headers of [{ Origin: 'https://shop.example' }, {}]) {
    const { vary } = (await app.call('get', '/public', { headers }).expect(200)).headers;
    for (const name of ['Origin', 'Accept-Encoding', 'Accept-Language', 'x-api-key']) expect(vary).toContain(name);
  }
});

test('nothing that is not public may be kept by anybody', async () => {
  for (const path of ['/old', '/nowhere']) expect((await app.call('get', path)).headers['cache-control']).toBe('no-store');
});

describe('behind a proxy that ends TLS', () => {
  let proxied: MiniApp;
  beforeAll(async () => { proxied = await openMiniApp({ routes: things, env: { HTTPS_REDIRECT: 'true', TRUST_PROXY: '1' } }); });
  afterAll(() => proxied.close());
  const ask = (path: string, headers: Record<string, string>, method = 'GET') => new Promise<{ status: number; location: string | undefined }>((resolve, reject) => {
    send({ port: proxied.port, path, method, headers: { 'x-api-key': 'pk_app', ...headers } }, (response) => { response.resume(); resolve({ status: response.statusCode!, location: response.headers.location }); }).once('error', reject).end();
  });

  test('plain HTTP is sent to HTTPS with its method and query; HTTPS is served; probes are left alone', async () => {
    expect(await ask('/api/v1/new?a=1', { host: 'shop.example', 'x-forwarded-proto': 'http' }, 'POST')).toEqual({ status: 308, location: 'https://shop.example/api/v1/new?a=1' });
    expect(await ask('/api/v1/old', { host: 'shop.example' })).toMatchObject({ status: 308 });
    expect(await ask('/api/v1/old', { host: 'shop.example', 'x-forwarded-proto': 'https' })).toEqual({ status: 200, location: undefined });
    for (const probe of ['/healthz', '/readyz']) expect((await ask(probe, {})).status).toBe(200);
  });

  test('a redirect never leaves the host that was asked', async () => {
    expect((await ask('//evil.example/x', { host: 'shop.example' })).location).toBe('https://shop.example//evil.example/x');
    expect((await ask('/api/v1/old', { host: 'shop.example', 'x-forwarded-host': 'evil.example' })).location).toBe('https://shop.example/api/v1/old');
  });

  test('where our own name is known, a redirect leads there whatever the request calls us', async () => {
    const named = await openMiniApp({ routes: things, env: { HTTPS_REDIRECT: 'true', TRUST_PROXY: '1', PUBLIC_URL: 'https://api.shop.example' } });
    const { headers } = await named.call('get', '/old', { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } }).expect(308);
    await named.close();

    expect(headers['location']).toBe('https://api.shop.example/api/v1/old');
  });
});

test('without a trusted proxy nobody can claim an address or a scheme', async () => {
  const spoofed = await openMiniApp({ routes: things, env: { HTTPS_REDIRECT: 'true', TRUST_PROXY: '0' } });
  await spoofed.call('get', '/old', { headers: { 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '10.0.0.1' } }).expect(308);
  await spoofed.close();
});
