import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import Joi from 'joi';
import winston from 'winston';
import { createLogger } from '../../../src/shared/logging/logger.js';
import { defineRoute } from '../../../src/shared/http/route.js';
import { problems, success, successOf } from '../../../src/shared/http/schemas.js';
import { openMiniApp } from '../../support/mini-app.js';

let folder: string;
beforeEach(async () => { folder = await mkdtemp(join(tmpdir(), 'kontor-logs-')); });
afterEach(() => rm(folder, { recursive: true, force: true }));
const files = async () => (await readdir(folder)).filter((name) => name.endsWith('.log') || name.endsWith('.gz')).sort();
const written = async () => (await Promise.all((await files()).filter((name) => name.endsWith('.log')).map((name) => readFile(join(folder, name), 'utf8')))).join('');
const silently = (logger: winston.Logger) => { logger.transports.find((transport) => transport instanceof winston.transports.Console)!.silent = true; return logger; };
const end = async (logger: winston.Logger) => { const finished = once(logger, 'finish'); logger.end(); await finished; await pause(100); };

test('lines go to a file of the day, as JSON, with service, time and request id', async () => {
  const logger = silently(createLogger({ level: 'info', dir: folder, service: 'api' }));
  logger.info('hello', { requestId: 'r1', order: 'o1' });
  logger.debug('not at this level');
  await end(logger);

  expect(await files()).toEqual([expect.stringMatching(/^api-\d{4}-\d\d-\d\d\.log$/)]);
  const [line, ...more] = (await written()).trim().split('\n');
  expect(JSON.parse(line!)).toEqual({ level: 'info', message: 'hello', requestId: 'r1', order: 'o1', service: 'api', timestamp: expect.stringMatching(/Z$/) });
  expect(more).toEqual([]);
});

test('files rotate by day and at 50 MB, and are kept zipped for 14 days', () => {
  const logger = silently(createLogger({ level: 'info', dir: folder, service: 'api' }));
  const options = logger.transports.map((transport) => (transport as winston.transport & { options?: Record<string, unknown> }).options).find((found) => found?.['filename']);

  expect(options).toMatchObject({ filename: 'api-%DATE%.log', maxSize: '50m', maxFiles: '14d', zippedArchive: true });
});

const CANARIES = ['hunter2-canary', 'pk_live_a1b2c3d4_canarycanarycanarycanarycan', 'eyJjYW5hcnkiOnRydWV9.eyJjYW5hcnkiOjF9.canary', '4242424242424242', 'as_canarycanarycanarycanary', 'link-canary', 'NoRouteKnowsThisTokenOfFortyThreeLettersAbc'];

test('canaries in every place of a request, answered or failed, are in no log line', async () => {
  const logger = silently(createLogger({ level: 'http', dir: folder, service: 'api' }));
  const [password, key, token, card, secret, , link] = CANARIES as [string, string, string, string, string, string, string];
  const app = await openMiniApp({ logger, routes: () => [
    defineRoute<object, object, object, { password: string; card: string }>({
      method: 'post', path: '/sign', summary: 'Takes secrets', tag: 'Test', access: { scope: 'cart:write' }, query: Joi.object({ token: Joi.string() }),
      body: Joi.object({ password: Joi.string(), card: Joi.string() }), responses: { 200: successOf(Joi.any()), ...problems(400, 401, 403) },
      handle: async ({ body }) => {
        logger.warn('signing in', { body, note: `with ${key} and ${token} and ${card}`, error: new Error(`refused ${key}`) });
        return { status: 200, body: success('Thanks.', {}) };
      },
    }),
    defineRoute<{ token: string }, object, object, object>({
      method: 'get', path: '/shared/:token', summary: 'Opened by a link', tag: 'Test', access: 'public', params: Joi.object({ token: Joi.string() }), responses: { 200: successOf(Joi.any()), ...problems(400) },
      handle: async () => ({ status: 200, body: success('Here.', {}) }),
    }),
  ] });
  const headers = { Authorization: `Bearer ${token}`, 'x-app-secret': secret, Cookie: `session=${password}` };
  await app.api.post(`/api/v1/sign?token=${token}`).set({ 'x-api-key': 'pk_app', 'X-Request-Id': 'canary-request', 'x-app-secret': secret, Cookie: `session=${password}` }).send({ password }).expect(200);
  await app.api.post(`/api/v1/sign?token=${token}`).set({ 'x-api-key': 'pk_app', 'X-Request-Id': 'canary-request', 'x-app-secret': secret, Cookie: `session=${password}` }).send({ password, card }).expect(400);
  await app.api.post('/api/v1/sign').set({ 'x-api-key': key, ...headers }).send({ password }).expect(401);
  await app.api.post('/api/v1/sign').set('x-api-key', 'pk_app').set('Content-Type', 'application/json').send(`{"password":"${password}`).expect(400);
  await app.api.get('/api/v1/shared/link-canary').expect(200);
  await app.api.get(`/api/v1/nowhere/${card}?password=${password}`).set(headers).expect(404);
  // What is refused before a route is found: a wrong method, a header sent twice.
  await app.api.delete(`/api/v1/shared/${link}`).expect(404);
  await app.api.get(`/api/v1/shared/${link}`).set('x-api-key', ['pk_app', 'pk_app'] as never).expect(400);
  await pause(300);
  await app.close();
  await end(logger);

  const text = await written();
  for (const canary of CANARIES) expect(text.includes(canary) ? canary : '').toBe('');
  const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ requestId }) => requestId === 'canary-request').map(({ message }) => message)).toEqual(['signing in', 'request', 'request']);
  expect(lines.filter(({ message }) => message === 'request').map(({ method, path, status }) => `${method} ${path} ${status}`)).toEqual([
    'POST /api/v1/sign 200', 'POST /api/v1/sign 400', 'POST /api/v1/sign 401', 'POST /api/v1/sign 400', 'GET /shared/:token 200', 'GET /api/v1/nowhere/[redacted] 404', 'DELETE /api/v1/shared/[redacted] 404', 'GET /api/v1/shared/[redacted] 400',
  ]);
  expect(lines.find(({ status }) => status === 200)).toMatchObject({ level: 'http', service: 'api', route: 'POST /sign', key: 'app', ms: expect.any(Number) });
});
