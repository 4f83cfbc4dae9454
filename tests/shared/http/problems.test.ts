import { request as send } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import Joi from 'joi';
import { RuleViolation } from '../../../src/shared/errors.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { pageParams } from '../../../src/shared/http/pagination.js';
import { customFields, moneyInput, problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';

class SoldOut extends RuleViolation {
  readonly code = 'sold_out';
  constructor() { super('There are none left.', { sku: 'LAMP', status: 999, code: 'fact' }); }
}

let app: MiniApp;
const handled: unknown[] = [];
beforeAll(async () => {
  app = await openMiniApp({ routes: () => [
    defineRoute<object, object, object, { name: string; price?: { amount: number; currency: string }; fields?: Record<string, unknown> }>({
      method: 'post', path: '/things', summary: 'Makes a thing', tag: 'Test', access: { scope: 'cart:write' },
      body: Joi.object({ name: Joi.string().min(1).max(40).required(), price: moneyInput(), count: Joi.number().integer().min(1), fields: customFields() }),
      responses: { 201: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async ({ body }) => { handled.push(body); return { status: 201, body: success('Made.', body), location: `/things/${encodeURIComponent(body.name)}` }; },
    }),
    defineRoute<{ id: string }>({
      method: 'get', path: '/things/:id', summary: 'Shows a thing', tag: 'Test', access: { scope: 'cart:read' },
      params: Joi.object({ id: Joi.string().valid('lamp', 'sold-out', 'broken').required() }), query: Joi.object({ ...pageParams(['name']), color: Joi.string() }),
      responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async ({ params: { id }, query }) => {
        if (id === 'sold-out') throw new SoldOut();
        if (id === 'broken') throw new Error('the password is hunter2');
        return { status: 200, body: success('Here.', query) };
      },
    }),
  ] });
});
afterAll(() => app.close());
beforeEach(() => { handled.length = 0; });

const post = (body: string | Buffer, headers: Record<string, string> = { 'Content-Type': 'application/json' }) =>
  app.api.post('/api/v1/things').set({ 'x-api-key': 'pk_app', ...headers }).serialize((sent: unknown) => sent as string).send(body as never);
/** Bytes as they are, for what no client library would send. */
const raw = (path: string, { method = 'GET', headers = {}, body = [] as Array<string | Buffer> } = {}) => new Promise<{ status: number; body: Record<string, unknown> }>((resolve, reject) => {
  const sent = send({ port: app.port, method, path, headers: { 'x-api-key': 'pk_app', ...headers } }, (response) => {
    let text = '';
    response.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; }).on('end', () => { resolve({ status: response.statusCode!, body: JSON.parse(text) as Record<string, unknown> }); });
  }).once('error', reject);
  for (const chunk of body) sent.write(chunk);
  sent.end();
});

test('a problem has every part that clients read, and facts cannot pass for any of them', async () => {
  const { body, headers } = await app.call('get', '/things/sold-out?color=red').expect(400);

  expect(headers['content-type']).toBe('application/problem+json; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(body).toEqual({
    error: 'There are none left.', code: 'sold_out', type: '/problems/sold_out', title: 'Sold out', status: 400, detail: 'There are none left.',
    instance: '/api/v1/things/sold-out', requestId: headers['x-request-id'], errors: [], sku: 'LAMP',
  });
});

test('a defect tells nothing but its request id, and is reported once', async () => {
  const { body, text } = await app.call('get', '/things/broken').expect(500);

  expect(body).toMatchObject({ code: 'internal_error', detail: 'Something went wrong on our side.', requestId: expect.any(String) });
  expect(text).not.toMatch(/hunter2|at .*\.ts|node_modules/);
  expect(app.defects.splice(0)).toHaveLength(1);
});

const deep = (depth: number) => `{"name":"x","fields":{"a":${'['.repeat(depth)}${']'.repeat(depth)}}}`;
test.each([
  { _case: 'malformed JSON', body: '{"name": ', status: 400, code: 'malformed_request' },
  { _case: 'JSON that is no object', body: '"lamp"', status: 400, code: 'malformed_request' },
  { _case: 'a list', body: '[{"name":"lamp"}]', status: 400, code: 'invalid_request' },
  { _case: 'null', body: 'null', status: 400, code: 'malformed_request' },
  { _case: 'an empty body', body: '', status: 400, code: 'invalid_request' },
  { _case: 'JSON 20,000 levels deep', body: deep(20_000), status: 400, code: 'invalid_request' },
  { _case: 'an unsafe integer', body: '{"name":"x","price":{"amount":9007199254740993,"currency":"EUR"}}', status: 400, code: 'invalid_request' },
  { _case: 'a fraction of a cent', body: '{"name":"x","price":{"amount":19.99,"currency":"EUR"}}', status: 400, code: 'invalid_request' },
  { _case: 'a number as text', body: '{"name":"x","count":"5"}', status: 400, code: 'invalid_request' },
  { _case: 'an infinite number', body: '{"name":"x","count":1e999}', status: 400, code: 'invalid_request' },
  { _case: 'an operator object', body: '{"name":{"$ne":null}}', status: 400, code: 'invalid_request' },
  { _case: 'a __proto__ key', body: '{"name":"x","__proto__":{"admin":true}}', status: 400, code: 'invalid_request' },
  { _case: 'a __proto__ key deeper', body: '{"name":"x","fields":{"__proto__":"y"}}', status: 400, code: 'invalid_request' },
  { _case: 'a constructor key deeper', body: '{"name":"x","fields":{"constructor":"y"}}', status: 400, code: 'invalid_request' },
  { _case: 'a key with a dollar', body: '{"name":"x","fields":{"$where":"1"}}', status: 400, code: 'invalid_request' },
])('$_case is refused with $code', async ({ body, status, code }) => {
  const answer = await post(body).expect(status);

  expect(answer.body).toMatchObject({ status, code, type: `/problems/${code}` });
  expect(handled).toEqual([]);
  expect(({} as Record<string, unknown>)['admin']).toBeUndefined();
  expect(app.defects).toEqual([]);
});

test.each([
  { _case: 'text/plain', type: 'text/plain' }, { _case: 'a form', type: 'application/x-www-form-urlencoded' }, { _case: 'XML', type: 'application/xml' },
  { _case: 'another charset', type: 'application/json; charset=iso-8859-1' }, { _case: 'multipart', type: 'multipart/form-data; boundary=x' },
])('a body of $_case is 415', async ({ type }) => {
  expect((await post('{"name":"lamp"}', { 'Content-Type': type }).expect(415)).body.code).toBe('unsupported_media_type');
  expect(handled).toEqual([]);
});

test('a body without a type, or in an unknown encoding, is 415', async () => {
  const body = ['{"name":"lamp"}'];

  expect(await raw('/api/v1/things', { method: 'POST', body })).toMatchObject({ status: 415 });
  expect(await raw('/api/v1/things', { method: 'POST', body, headers: { 'content-type': 'application/json', 'content-encoding': 'zstd' } })).toMatchObject({ status: 415 });
});

test('a body over 100 KB is 413: declared, sent in pieces, or hidden in gzip', async () => {
  const large = JSON.stringify({ name: 'x', padding: 'y'.repeat(120_000) });
  const json = { 'content-type': 'application/json' };
  const chunks = Array.from({ length: 12 }, (_none, at) => large.slice(at * 10_100, (at + 1) * 10_100));

  expect((await post(large).expect(413)).body).toMatchObject({ code: 'body_too_large', status: 413 });
  expect(await raw('/api/v1/things', { method: 'POST', headers: { ...json, 'transfer-encoding': 'chunked' }, body: chunks })).toMatchObject({ status: 413, body: { code: 'body_too_large' } });
  const bomb = gzipSync(Buffer.alloc(20_000_000, 32));
  expect(await raw('/api/v1/things', { method: 'POST', headers: { ...json, 'content-encoding': 'gzip', 'content-length': String(bomb.length) }, body: [bomb] })).toMatchObject({ status: 413 });
  expect(handled).toEqual([]);
});

test('a gzipped body within the limit is read', async () => {
  const zipped = gzipSync('{"name":"lamp"}');

  expect(await raw('/api/v1/things', { method: 'POST', headers: { 'content-type': 'application/json', 'content-encoding': 'gzip', 'content-length': String(zipped.length) }, body: [zipped] })).toMatchObject({ status: 201, body: { data: { name: 'lamp' } } });
});

test('all wrong fields are told at once, wherever they stand', async () => {
  const { body } = await post('{"name":"","price":{"amount":-1,"currency":"euro"},"count":0,"colour":"red","a/b~c":1}').expect(400);

  expect(body.errors).toEqual(expect.arrayContaining([
    { pointer: '#/body/name', code: 'string_empty', message: '"name" is not allowed to be empty' },
    expect.objectContaining({ pointer: '#/body/price/amount', code: 'number_min' }), expect.objectContaining({ pointer: '#/body/price/currency' }),
    expect.objectContaining({ pointer: '#/body/count', code: 'number_min' }), expect.objectContaining({ pointer: '#/body/colour', code: 'object_unknown' }),
    expect.objectContaining({ pointer: '#/body/a~1b~0c', code: 'object_unknown' }),
  ]));
  expect(new Set(body.errors.map(({ pointer }: { pointer: string }) => pointer)).size).toBe(6);
  const places = (await app.call('get', '/things/chair?per_page=0&colour=red').expect(400)).body.errors.map(({ pointer }: { pointer: string }) => pointer);
  expect(places).toEqual(['#/params/id', '#/query/per_page', '#/query/colour']);
});

test.each([
  { _case: 'an unknown parameter', query: 'colour=red' }, { _case: 'the same parameter twice', query: 'color=red&color=blue' }, { _case: 'brackets', query: 'color[$ne]=red' },
  { _case: '__proto__', query: '__proto__=1' }, { _case: 'a page that is no number', query: 'page=1e3x' }, { _case: 'page 0', query: 'page=0' },
  { _case: 'an unsafe page', query: 'page=9007199254740993' }, { _case: 'more than 100 per page', query: 'per_page=101' }, { _case: 'an unknown sort key', query: 'sort=password' },
  { _case: 'a field list with an operator', query: 'fields=$where' },
])('in the query, $_case is refused', async ({ query }) => {
  expect((await app.call('get', `/things/lamp?${query}`).expect(400)).body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: expect.stringMatching(/^#\/query\//) }] });
});

test.each([
  { path: '/api/v1/nowhere', code: 'route_not_found', status: 404 }, { path: '/api/v2/things/lamp', code: 'route_not_found', status: 404 },
  { path: '/api/v1/things/%zz', code: 'malformed_request', status: 400 }, { path: '/api/v1/things/%C0%AF', code: 'malformed_request', status: 400 },
  { path: `/api/v1/${'x'.repeat(9000)}`, code: 'route_not_found', status: 404 }, { path: '/api/v1/things/lamp?color=%zz', code: undefined, status: 200 },
])('$path is $status', async ({ path, code, status }) => {
  const answer = await raw(path);

  expect([answer.status, answer.body['code']]).toEqual([status, code]);
  expect(JSON.stringify(answer.body).length).toBeLessThan(status === 404 ? 20_000 : 2000);
});

test('what a caller sends cannot break out of a header or a log line', async () => {
  const { headers } = await post(JSON.stringify({ name: 'a\r\nSet-Cookie: admin=1' })).expect(201);
  expect(headers['location']).toBe('/api/v1/things/a%0D%0ASet-Cookie%3A%20admin%3D1');
  expect(headers['set-cookie']).toBeUndefined();

  for (const given of ['has space', 'x'.repeat(129), '<script>', 'ünï']) {
    const answer = await app.call('get', '/things/lamp', { headers: { 'X-Request-Id': Buffer.from(given).toString('latin1') } });
    expect(answer.headers['x-request-id']).toMatch(/^[\da-f]{8}-[\da-f-]{27}$/);
  }
  expect((await app.call('get', '/things/lamp', { headers: { 'X-Request-Id': 'mine-1.a_b' } })).headers['x-request-id']).toBe('mine-1.a_b');
});

test('a trace goes on', async () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';

  expect((await app.call('get', '/things/lamp', { headers: { traceparent } })).headers['traceparent']).toBe(traceparent);
});

test.each(['Host', 'Authorization', 'Content-Type', 'x-api-key', 'Idempotency-Key'])('a request with two %s is refused: a proxy before us may have looked at the other one', async (name) => {
  const lines = ['Host: a', 'x-api-key: pk_app', 'Content-Type: application/json', 'Idempotency-Key: k', 'Authorization: Bearer alice', 'Content-Length: 12', 'Connection: close', `${name.toUpperCase()}: b`];
  const socket = connect(app.port, '127.0.0.1').setEncoding('utf8');
  socket.write(`POST /api/v1/things HTTP/1.1\r\n${lines.join('\r\n')}\r\n\r\n{"name":"a"}`);
  const answer = (await socket.toArray() as string[]).join('');

  expect(answer).toMatch(/^HTTP\/1\.1 400 /);
  expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({ code: 'doubled_header', header: name.toLowerCase() });
  expect(handled).toEqual([]);
});

test.each([
  { charset: 'utf-7', status: 415 }, { charset: 'utf-16le', status: 415 }, { charset: '"utf-32"', status: 415 }, { charset: 'latin1', status: 415 }, { charset: 'utf-8; charset=utf-7', status: 415 },
  { charset: 'utf-8', status: 201 }, { charset: '"UTF-8"', status: 201 },
])('JSON in $charset answers $status: only UTF-8 means the same to everybody who looks at it', async ({ charset, status }) => {
  const reply = await post('{"name":"a"}', { 'Content-Type': `application/json; charset=${charset}` });

  expect(reply.status).toBe(status);
});

test('of a body with very many wrong values the first is named, so that nobody can buy a second of the process with one request', async () => {
  const many = JSON.stringify({ name: 'a', ...Object.fromEntries(Array.from({ length: 8_000 }, (_none, at) => [`k${at}`, 1])) });
  const few = JSON.stringify({ name: '', count: 0, k: 1 });

  expect((await post(many)).body).toMatchObject({ code: 'invalid_request', errors: [{ pointer: '#/body/k0' }] });
  expect((JSON.parse((await post(few)).text) as { errors: unknown[] }).errors).toHaveLength(3);
  expect(handled).toEqual([]);
});
