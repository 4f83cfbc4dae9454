import { once } from 'node:events';
import { randomUUID } from 'node:crypto';
import { readFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { createApp } from '../../src/app.js';
import { createLogger, type Logger } from '../../src/shared/logging/logger.js';
import { givenUser, type GivenUser } from '../support/given.js';
import { ADDRESS, openShop, type Shop } from '../support/shop.js';
import { SIMULATOR_SECRET, startSimulator, type Simulator } from '../support/simulator.js';
import { redisUrl } from '../support/world.js';

/** Test numbers of the networks, as people write them. */
const PANS = ['4111111111111111', '5555 5555 5555 4444', '3782-822463-10005', '6011111111111117'];
const PAN = PANS[0]!;

let shop: Shop;
let simulator: Simulator;
let logger: Logger;
let logs: string;
let base: string;
let closeApp: () => void;
let user: GivenUser;
beforeAll(async () => {
  simulator = await startSimulator({ settlesAfterMs: 600_000 });
  shop = await openShop({ env: { PAYMENT_SIMULATOR_URL: simulator.url, PAYMENT_SIMULATOR_SECRET: SIMULATOR_SECRET, PAYMENT_TIMEOUT_MS: '3000' } });
  logs = await mkdtemp(join(tmpdir(), 'kontor-logs-'));
  logger = createLogger({ level: 'debug', dir: logs, service: 'scanned' });
  logger.transports[0]!.silent = true;
  // The same shop with a logger that writes: everything below goes through it.
  const server = createApp({ ...shop.container, logger }, { database: async () => true, cache: async () => true, stopping: () => false }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  closeApp = () => { server.close(); server.closeAllConnections(); };
  user = await givenUser(shop, { roles: ['admin'] });
});
afterAll(async () => { closeApp(); await simulator.close(); await shop.close(); await rm(logs, { recursive: true, force: true }); });

type Answer = { status: number; text: string };
async function send(method: string, path: string, { body, headers = {}, bare = false }: { body?: unknown; headers?: Record<string, string>; bare?: boolean } = {}): Promise<Answer> {
  const answer = await fetch(`${base}${path}`, {
    method: method.toUpperCase(), redirect: 'manual',
    headers: { ...(!bare && { ...shop.keys.secret, ...user.headers, 'idempotency-key': randomUUID() }), ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const told = JSON.stringify([...answer.headers]);
  if (answer.headers.get('content-type')?.includes('event-stream')) { await answer.body?.cancel(); return { status: answer.status, text: told }; }
  return { status: answer.status, text: told + await answer.text() };
}

/** Luhn over every run of 14 to 19 digits, however grouped; written apart from the shop's own. */
function numbersIn(text: string): string[] {
  return (text.match(/(?<![\w-])(?:\d[ -]?){13,18}\d(?![\w-])/g) ?? []).filter((run) => {
    const digits = [...run.replace(/\D/g, '')].reverse().map(Number);
    const sum = digits.reduce((so, digit, at) => so + (at % 2 === 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2), 0);
    return sum % 10 === 0 && /^[3-6]/.test(run);
  });
}
async function everywhere(): Promise<Record<string, string>> {
  const places: Record<string, string> = {};
  for (const { name } of await shop.connection.db!.listCollections().toArray()) {
    places[`collection ${name}`] = (await shop.connection.collection(name).find().toArray()).map((row) => JSON.stringify(row)).join('\n');
  }
  const redis = new Redis(redisUrl);
  const keys = await redis.keys(`${shop.environment['REDIS_KEY_PREFIX']}*`);
  const values = await Promise.all(keys.map(async (key) => JSON.stringify(await redis.getBuffer(key).then((value) => value?.toString('latin1') ?? '', () => ''))));
  places['redis'] = [...keys, ...values].join('\n');
  redis.disconnect();
  await new Promise((resolve) => { setTimeout(resolve, 300); });
  for (const file of await readdir(logs)) if (file.endsWith('.log')) places[`log ${file}`] = await readFile(join(logs, file), 'utf8');
  places['defects'] = shop.defects.map((defect) => (defect instanceof Error ? `${defect.stack}` : JSON.stringify(defect))).join('\n');
  places["the provider's books"] = JSON.stringify(simulator.ledger.report());
  return places;
}
async function expectNoneAnywhere(): Promise<void> {
  const places = await everywhere();
  expect(Object.entries(places).flatMap(([place, text]) => numbersIn(text).map((found) => `${place}: ${found}`))).toEqual([]);
  for (const pan of PANS) expect(Object.entries(places).filter(([, text]) => text.includes(pan)).map(([place]) => place)).toEqual([]);
}

type Described = { type?: string; keys?: Record<string, Described>; items?: Described[] };
/** Everything that the schema takes, with a card number in the place of every scalar. */
function filled(schema: Described, pan: string, depth = 0): unknown {
  if (depth > 4) return pan;
  if (schema.type === 'object') return Object.fromEntries(Object.entries(schema.keys ?? { anything: {} }).map(([name, inner]) => [name, filled(inner, pan, depth + 1)]));
  if (schema.type === 'array') return [filled(schema.items?.[0] ?? {}, pan, depth + 1)];
  return schema.type === 'number' ? Number(pan.replace(/\D/g, '')) : pan;
}
const describing = (schema: unknown): Described => (schema as { describe(): Described } | undefined)?.describe() ?? {};

test('in every field of every route: refused, named, and nowhere to be found afterwards', async () => {
  let sent = 0;
  for (const route of [...shop.container.routes, ...shop.container.rootRoutes]) {
    const path = `${shop.container.rootRoutes.includes(route) ? '' : '/api/v1'}${route.path}`;
    const pan = PANS[sent % PANS.length]!;
    const attempts: Array<{ where: string; answer: Answer }> = [];
    const query = Object.keys(describing(route.query).keys ?? {});
    const plain = path.replaceAll(/:\w+/g, 'f'.repeat(24));
    if (route.body) attempts.push({ where: 'body', answer: await send(route.method, plain, { body: filled(describing(route.body), pan) }) });
    if (path.includes(':')) attempts.push({ where: 'params', answer: await send(route.method, path.replaceAll(/:\w+/g, encodeURIComponent(pan))) });
    for (const name of query.slice(0, 4)) attempts.push({ where: `?${name}`, answer: await send(route.method, `${plain}?${new URLSearchParams({ [name]: pan })}`) });
    for (const { where, answer } of attempts) {
      sent += 1;
      const refused = answer.status >= 400 && answer.status < 500;
      expect({ route: `${route.method} ${path}`, where, refused, shows: PANS.some((one) => answer.text.includes(one)), status: answer.status }).toMatchObject({ refused: true, shows: false });
    }
  }
  expect(sent).toBeGreaterThan(200);
  await expectNoneAnywhere();
}, 240_000);

test('in the headers of a purchase that succeeds: it is bought, and kept nowhere', async () => {
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);
  const headers = Object.fromEntries(['user-agent', 'referer', 'x-request-id', 'idempotency-key', 'x-forwarded-for', 'accept-language', 'x-device-id', 'traceparent', 'origin', 'if-none-match', 'cookie'].map((name) => [name, PAN]));

  const placed = await send('post', '/api/v1/orders', {
    bare: true, headers: { ...shop.keys.publishable, ...guest, ...headers },
    body: { email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'simulator', token: 'ok' } },
  });

  expect(placed.status).toBe(201);
  expect(placed.text).not.toContain(PAN);
  await send('post', '/api/v1/auth/login', { bare: true, headers: { ...shop.keys.publishable, ...headers }, body: { email: user.email, password: user.password } });
  await shop.runEvents();
  await expectNoneAnywhere();
});

test.each(PANS)('%s in what people write freely: refused with the place, and not repeated', async (pan) => {
  const { sku } = await shop.given.variant();
  const { guest } = await shop.given.cart(sku);
  const place = (more: object) => send('post', '/api/v1/orders', { bare: true, headers: { ...shop.keys.publishable, ...guest, 'idempotency-key': randomUUID() }, body: {
    email: 'ada@example.com', shippingAddress: ADDRESS, shippingMethod: 'standard', payment: { provider: 'simulator', token: 'ok' }, ...more,
  } });

  for (const [more, pointer] of [
    [{ notes: `please charge ${pan}` }, '#/body/notes'], [{ shippingAddress: { ...ADDRESS, line2: pan } }, '#/body/shippingAddress/line2'], [{ payment: { provider: 'simulator', token: pan } }, '#/body/payment/token'],
  ] as const) {
    const refused = await place(more);
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('"code":"card_number_refused"');
    expect(refused.text).toContain(pointer);
    expect(refused.text).not.toContain(pan);
  }
  expect(await shop.count('orders', { 'items.sku': sku })).toBe(0);
  expect((await place({})).status).toBe(201);
  await expectNoneAnywhere();
});

test('an address, a body that is no JSON, a defect: none of them repeats it', async () => {
  const answers = [
    await send('get', `/api/v1/${PAN}`), await send('get', `/api/v1/products/${PAN}?q=${PAN}`), await send('post', '/api/v1/cart/items', { body: `{"sku": "${PAN}", ` }),
    await send('post', '/webhooks/payments/simulator', { body: { card: PAN }, bare: true }), await send('get', `/${PAN}`, { bare: true }),
  ];
  expect(answers.map(({ status }) => status >= 400 && status < 500)).toEqual(Array(5).fill(true));
  expect(answers.filter(({ text }) => text.includes(PAN))).toEqual([]);
  logger.error(`a defect that quotes ${PAN} and ${PANS[1]}`, { error: new Error(`card ${PANS[2]}`), notes: [PAN] });
  await expectNoneAnywhere();
});

test('the scan finds what is there: one planted number in a collection', async () => {
  await shop.connection.collection('planted').insertOne({ deep: [{ text: `4242 4242 4242 4242` }] });
  expect(numbersIn((await everywhere())['collection planted']!)).toEqual(['4242 4242 4242 4242']);
  await shop.connection.collection('planted').drop();
});
