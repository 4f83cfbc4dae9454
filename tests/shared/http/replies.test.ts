import { gunzipSync } from 'node:zlib';
import Joi from 'joi';
import { requireVersion } from '../../../src/shared/http/etag.js';
import { fieldsParam } from '../../../src/shared/http/pagination.js';
import { acceptsGzip, storeBody, type StoredBody } from '../../../src/shared/http/reply.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { pageOf, problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp, type MiniApp } from '../../support/mini-app.js';
import { soon } from '../../support/soon.js';

let app: MiniApp;
let thing = { id: 't1', name: 'Lamp', nested: { deep: { a: 1, b: 2 }, other: 3 }, tags: [{ slug: 'x', secret: 's' }], version: 1 };
let stored: StoredBody;
const declared = { tag: 'Test', access: { scope: 'cart:read' } } as const;
beforeAll(async () => {
  stored = await storeBody(success('Stored.', { text: 'y'.repeat(3000) }), 7);
  app = await openMiniApp({ routes: () => [
    defineRoute<object, { fields?: string }>({
      method: 'get', path: '/thing', summary: 'Shows the thing', ...declared, query: Joi.object({ fields: fieldsParam() }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, version: thing.version, cache: 'public', body: success('The thing.', thing) }),
    }),
    ...(['put', 'patch'] as const).map((method) => defineRoute<object, object, object, { name: string }>({
      method, path: '/thing', summary: 'Changes the thing', ...declared, ...(method === 'put' && { ifMatch: 'required' as const }),
      body: Joi.object({ name: Joi.string().required() }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403, 412, 428) },
      handle: async ({ body }, { ifMatch }) => {
        requireVersion(ifMatch, thing.version);
        thing = { ...thing, ...body, version: thing.version + 1 };
        return { status: 200, version: thing.version, body: success('Changed.', thing) };
      },
    })),
    defineRoute<object, { fields?: string }>({
      method: 'get', path: '/things', summary: 'Lists things', ...declared, query: Joi.object({ fields: fieldsParam() }), responses: { 200: pageOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('The things.', { items: [thing, thing], total: 2, pages: 1, current_page: 1, per_page: 20 }) }),
    }),
    defineRoute({
      method: 'get', path: '/stored', summary: 'Shows stored bytes', ...declared, responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, bytes: stored, cache: 'public' }),
    }),
    ...(['get', 'post'] as const).map((method) => defineRoute<object, { length?: number }>({
      method, path: '/text', summary: 'Answers text of a length', ...declared, ...(method === 'get' && { query: Joi.object({ length: Joi.number() }) }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async ({ query: { length = 3000 } }) => ({ status: 200, body: success('Text.', 'x'.repeat(length)) }),
    })),
    defineRoute({
      method: 'get', path: '/drifted', summary: 'Answers what it did not declare', ...declared, responses: { 200: successOf(Joi.object({ a: Joi.number().required() })), ...problems(400, 401, 403) },
      handle: async () => ({ status: 200, body: success('Drifted.', { b: 1 }) }),
    }),
    defineRoute({
      method: 'get', path: '/undeclared', summary: 'Answers an undeclared status', ...declared, responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async () => ({ status: 202, body: success('Later.', {}) }),
    }),
  ] });
});
afterAll(() => app.close());
beforeEach(() => { thing = { ...thing, name: 'Lamp', version: 1 }; });

const tagOf = async (path = '/thing') => (await app.call('get', path).expect(200)).headers['etag'] as string;

test('an ETag names the version and the very bytes; who has it gets 304 and no body', async () => {
  const etag = await tagOf();
  expect(etag).toMatch(/^"1\.[\w-]{16}"$/);

  for (const known of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
    const { text, headers } = await app.call('get', '/thing', { headers: { 'If-None-Match': known } }).expect(304);
    expect([text, headers['etag'], headers['cache-control']]).toEqual(['', etag, 'public, max-age=0, must-revalidate']);
    expect(headers['content-length']).toBeUndefined();
  }
  await app.call('get', '/thing', { headers: { 'If-None-Match': '"1.AAAAAAAAAAAAAAAA"' } }).expect(200);
  expect(await tagOf('/thing?fields=name')).not.toBe(etag);
  const head = await app.call('head', '/thing').expect(200);
  expect([head.headers['etag'], head.text]).toEqual([etag, undefined]);
});

test('a change made on what was read passes; on what is old it is 412 and changes nothing', async () => {
  const etag = await tagOf();
  const change = (ifMatch: string, name: string) => app.call('put', '/thing', { headers: { 'If-Match': ifMatch }, body: { name } });

  expect((await change(etag, 'Chair').expect(200)).headers['etag']).toMatch(/^"2\./);
  expect((await change(etag, 'Table').expect(412)).body).toMatchObject({ code: 'stale_version', expected: 1, current: 2 });
  for (const other of ['"no-number"', '2', 'W/"x"', '"2"x']) expect((await change(other, 'Table').expect(412)).body.code).toBe('stale_version');
  expect(thing).toMatchObject({ name: 'Chair', version: 2 });
  await change('"2"', 'Sofa').expect(200);
  await change('*', 'Bed').expect(200);
  expect(thing).toMatchObject({ name: 'Bed', version: 4 });
});

test('where If-Match is mandatory its absence is 428; elsewhere the change is made', async () => {
  expect((await app.call('put', '/thing', { body: { name: 'Chair' } }).expect(428)).body.code).toBe('if_match_required');
  expect(thing.name).toBe('Lamp');

  await app.call('patch', '/thing', { body: { name: 'Chair' } }).expect(200);
  expect(thing.name).toBe('Chair');
});

test.each([
  { fields: 'name', data: { name: 'Lamp' } }, { fields: 'id,nested.deep.a', data: { id: 't1', nested: { deep: { a: 1 } } } },
  { fields: 'tags.slug', data: { tags: [{ slug: 'x' }] } }, { fields: 'none,name', data: { name: 'Lamp' } }, { fields: 'nested,nested.other', data: { nested: { other: 3 } } },
  { fields: '__proto__,constructor,toString', data: {} },
])('fields=$fields', async ({ fields, data }) => {
  expect((await app.call('get', `/thing?fields=${fields}`).expect(200)).body).toEqual({ message: 'The thing.', data });
  expect((await app.call('get', `/things?fields=${fields}`).expect(200)).body.data).toEqual({ items: [data, data], total: 2, pages: 1, current_page: 1, per_page: 20 });
});

test.each([
  { path: '/text?length=3000', accept: 'gzip, deflate, br', encoding: 'gzip' }, { path: '/text?length=3000', accept: 'GZIP', encoding: 'gzip' },
  { path: '/text?length=3000', accept: 'identity', encoding: undefined }, { path: '/text?length=3000', accept: 'gzip;q=0', encoding: undefined },
  { path: '/text?length=3000', accept: 'br, gzip; q=0.0', encoding: undefined }, { path: '/text?length=3000', accept: 'gzip;q=0.5', encoding: 'gzip' },
  { path: '/text?length=900', accept: 'gzip', encoding: undefined }, { path: '/stored', accept: 'gzip', encoding: 'gzip' }, { path: '/stored', accept: '', encoding: undefined },
])('GET $path for a client that takes "$accept" is encoded as $encoding', async ({ path, accept, encoding }) => {
  const { headers, body } = await app.call('get', path, { headers: { 'Accept-Encoding': accept } }).expect(200);

  expect(headers['content-encoding']).toBe(encoding);
  expect(JSON.stringify(body).length).toBeGreaterThan(900);
});

test('an answer to a write is never compressed: its length must not tell of the token beside the text', async () => {
  const { headers } = await app.call('post', '/text', { headers: { 'Accept-Encoding': 'gzip' } }).expect(200);

  expect([headers['content-encoding'], headers['cache-control']]).toEqual([undefined, 'no-store']);
});

test('stored bytes are copied in both encodings, with the same tag', async () => {
  expect(gunzipSync(stored.gzip!)).toEqual(stored.body);
  const plain = await app.call('get', '/stored', { headers: { 'Accept-Encoding': 'identity' } });
  const zipped = await app.call('get', '/stored', { headers: { 'Accept-Encoding': 'gzip' } });

  expect([plain.headers['etag'], zipped.headers['etag']]).toEqual([stored.etag, stored.etag]);
  expect(plain.headers['vary']).toMatch(/Accept-Encoding/);
  expect(plain.text).toBe(zipped.text);
});

test('a reply that is not what its route declares fails the test that met it', async () => {
  await app.call('get', '/drifted').expect(500);
  await app.call('get', '/undeclared').expect(500);

  expect(app.defects.splice(0).map(String)).toEqual([expect.stringContaining('GET /drifted 200'), expect.stringContaining('GET /undeclared answered an undeclared 202')]);
});

test('the pattern that reads Accept-Encoding is quick on anything', () => {
  const begun = performance.now();
  acceptsGzip({ headers: { 'accept-encoding': `${'gzip;q=0.'.repeat(1500)}x` } } as never);
  acceptsGzip({ headers: { 'accept-encoding': `gzip${' '.repeat(15_000)};` } } as never);
  expect(performance.now() - begun).toBeLessThan(soon(50));
});
