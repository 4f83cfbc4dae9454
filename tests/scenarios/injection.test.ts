import { Agent, request } from 'node:http';
import type Joi from 'joi';
import type { Route } from '../../src/shared/http/route.js';
import { givenKeys, givenUser } from '../support/given.js';
import { placesOf, sampleOf, withAt } from '../support/samples.js';
import { openWorld, type World } from '../support/world.js';

type Attack = { title: string; route: Route; path: string; body?: string; headers?: Record<string, string>; names?: string };
type Answer = { status: number; pointers: string[]; text: string };

let world: World;
let headers: { server: Record<string, string>; person: Record<string, string> };
const agent = new Agent({ keepAlive: true, maxSockets: 16 });
beforeAll(async () => {
  world = await openWorld({ env: { RATE_LIMIT_PER_MINUTE: '10000000', RATE_LIMIT_AUTH_PER_MINUTE: '10000000' } });
  const { secret } = await givenKeys(world);
  const user = await givenUser(world, { roles: ['admin'] });
  headers = { server: secret, person: { ...secret, ...user.headers } };
});
afterAll(async () => { agent.destroy(); await world.close(); });

const ID = '0'.repeat(24);
/** These end what the other requests are made with. */
const ENDS = /^(post \/auth\/logout|delete \/customers\/me|delete \/auth\/sessions)$/;
const routes = () => world.container.routes.filter((route) => !ENDS.test(`${route.method} ${route.path}`));
const plain = (path: string) => path.replace(/:\w+/g, ID);
const json = { 'content-type': 'application/json' };
const takesJson = (route: Route): route is Route & { body: Joi.ObjectSchema } => route.body !== undefined && (route.consumes ?? 'json') === 'json';

function send(asked: Attack): Promise<Answer> {
  const { route, path, body, headers: extra } = asked;
  const needsUser = typeof route.access === 'object' && 'scope' in route.access && route.access.user !== 'ignored';
  const key = route.idempotency && route.idempotency !== 'optional' ? { 'idempotency-key': `k-${Math.random()}` } : {};
  const all = { ...(needsUser ? headers.person : headers.server), ...key, ...(route.ifMatch && { 'if-match': '"1"' }), ...extra };
  return new Promise((resolve, reject) => {
    const sent = request(`${world.url}/api/v1${path}`, { method: route.method.toUpperCase(), agent, headers: { ...all, ...(route.method !== 'get' && { 'content-length': Buffer.byteLength(body ?? '') }) } }, (res) => {
      let text = '';
      res.setEncoding('utf8').on('data', (chunk: string) => { if (text.length < 20_000) text += chunk; });
      res.on('end', () => { resolve({ status: res.statusCode!, pointers: [...text.matchAll(/"pointer":"([^"]*)"/g)].map((match) => match[1]!), text }); }).on('error', reject);
    });
    // An idle connection may be closed just as it is taken up again: that answers nothing, and is asked anew.
    sent.on('error', (error: NodeJS.ErrnoException) => { if (sent.reusedSocket && error.code === 'ECONNRESET') resolve(send(asked)); else reject(error); }).end(body);
  });
}

/** Sends all of them, a few at a time; what `judge` says of an answer is a finding. */
async function attack(attacks: Attack[], judge: (answer: Answer, attack: Attack) => string | undefined = () => undefined): Promise<string[]> {
  const found: string[] = [];
  const waiting = [...attacks];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let next = waiting.pop(); next; next = waiting.pop()) {
      const answer = await send(next);
      const finding = answer.status >= 500 ? `${answer.status}` : judge(answer, next);
      if (finding !== undefined) found.push(`${next.route.method.toUpperCase()} ${next.route.path} | ${next.title} | ${finding} | ${answer.text.slice(0, 160)}`);
    }
  }));
  return found.sort();
}

const refused = (answer: Answer) => (answer.status < 400 ? `taken with ${answer.status}` : undefined);

/** What stands for a whole import, or is kept as somebody else said it, is judged row by row. */
const ROW_BY_ROW = /^\/products\/bulk/;

test('an operator object in any place of any body is refused by the name of the place', async () => {
  const attacks = routes().filter(takesJson).flatMap((route) => {
    const full = sampleOf(route.body, true);
    const places = placesOf(full).filter((place) => place.length <= 4).slice(0, 24);
    return places.map((place, at): Attack => ({
      title: `operator at ${place.join('/')}`, route, path: plain(route.path), headers: json, names: `#/body/${place.join('/')}`,
      body: JSON.stringify(withAt(full, place, [{ $gt: '' }, { $where: 'sleep(9000)' }, { $ne: null }][at % 3])),
    }));
  });

  expect(attacks.length).toBeGreaterThan(700);
  expect(await attack(attacks, ({ status, pointers }, { names, route }) => {
    if (ROW_BY_ROW.test(route.path)) return undefined;
    const isNamed = pointers.some((pointer) => pointer.startsWith(names!) || names!.startsWith(pointer));
    return status === 400 && isNamed ? undefined : `${status}, not named`;
  })).toEqual([]);
});

const deep = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
test('no body of any route is more than a refusal: wrong types, NUL, huge numbers, depth, prototypes, doubled keys', async () => {
  const attacks = routes().filter(takesJson).flatMap((route) => {
    const least = (sampleOf(route.body) ?? {}) as Record<string, unknown>;
    const full = (sampleOf(route.body, true) ?? {}) as Record<string, unknown>;
    const field = Object.keys(full)[0] ?? 'a';
    const text = JSON.stringify(least).slice(1, -1);
    const of = (title: string, body: string, more: Record<string, string> = json): Attack => ({ title, route, path: plain(route.path), body, headers: more });
    const inField = (title: string, value: string) => of(title, `{${[text, `"${field}":${value}`].filter(Boolean).join()}}`);
    return [
      ...Object.keys(full).slice(0, 5).map((name) => of(`scalar and list swapped in ${name}`, JSON.stringify({ ...full, [name]: Array.isArray(full[name]) ? 'a' : ['a', 'b'] }))),
      ...Object.keys(full).slice(0, 8).map((name) => of(`NUL in ${name}`, JSON.stringify({ ...full, [name]: 'a\u0000b' }))),
      ...Object.entries(full).filter(([, value]) => typeof value === 'number').slice(0, 3).flatMap(([name]) => ['1e308', '9007199254740993', '-1e400', '0.1'].map((value) => of(`${value} in ${name}`, `{${[text, `"${name}":${value}`].filter(Boolean).join()}}`))),
      inField('10,000 levels', deep(10_000)), inField('a lone surrogate', '"\\ud800"'), inField('60,000 characters', JSON.stringify('a-'.repeat(30_000))), inField('doubled', '"a","__proto__":{"x":1}'),
      of('prototype', `{${[text, '"__proto__":{"isAdmin":true}'].filter(Boolean).join()}}`), of('constructor', JSON.stringify({ ...least, constructor: { prototype: { isAdmin: true } } })),
      of('operator as key', JSON.stringify({ ...least, $where: '1' })), of('dotted key', JSON.stringify({ ...least, 'a.b': 1 })),
      of('a list', '[{"a":1}]'), of('a string', '"x"'), of('null', 'null'), of('a number', '1e999'), of('broken', '{"a":'),
      ...['text/plain', 'application/x-www-form-urlencoded', 'application/xml', 'multipart/form-data; boundary=x', 'application/json; charset=utf-7', 'application/json, text/html'].map((type) => of(type, 'a[$ne]=1&__proto__[x]=1', { 'content-type': type })),
    ];
  });

  const found = await attack(attacks, (answer, { title }) => (/prototype|constructor|operator as key|dotted key|a list|a string|null|a number|broken|10,000|text\/plain|urlencoded|xml|utf-7|form-data/.test(title) ? refused(answer) : undefined));

  expect(found).toEqual([]);
});

test('operators, lists, prototypes and NUL in the query of any route are refused by name or mean nothing', async () => {
  const attacks = routes().flatMap((route) => {
    const names = route.query ? Object.keys((route.query.describe()['keys'] ?? {}) as object) : [];
    const of = (title: string, query: string): Attack => ({ title, route, path: `${plain(route.path)}?${query}`, headers: route.method === 'get' ? {} : json, ...(takesJson(route) && { body: '{}' }) });
    const one = names[0] ?? 'q';
    return [
      ...names.map((name) => of('NUL', `${name}=%00`)), ...names.slice(0, 4).flatMap((name) => [of('operator', `${name}[$ne]=1`), of('list', `${name}=a&${name}=b`)]),
      of('prototype', '__proto__[x]=1'), of('constructor', 'constructor[prototype][x]=1'), of('where', '$where=sleep(9000)'), of('bad percent', `${one}=%ff%`), of('huge', `${one}=1e309`), of('long', `${one}=${'a-'.repeat(3_000)}`),
    ];
  });

  // a GET without a query schema knows no key at all
  expect(await attack(attacks, (answer, { title }) => (/operator|prototype|constructor|where/.test(title) ? refused(answer) : undefined))).toEqual([]);
});

test('whatever stands in a path is a refusal, never a defect', async () => {
  const words = ['%00', '__proto__', '..%2f..%2fetc%2fpasswd', '%ff', '%E2%80%AE', '%5Bobject%20Object%5D', '%7B%22%24gt%22%3A%22%22%7D', 'a'.repeat(5_000), "'%20or%201=1--", '%0d%0aSet-Cookie:%20a=b'];
  const attacks = routes().filter((route) => route.path.includes(':')).flatMap((route) => words.map((word): Attack => ({
    title: word.slice(0, 40), route, path: route.path.replace(/:\w+/g, word), headers: json, ...(takesJson(route) && { body: JSON.stringify(sampleOf(route.body) ?? {}) }),
  })));

  expect(attacks.length).toBeGreaterThan(1_200);
  expect(await attack(attacks)).toEqual([]);
});

test('whatever a header says is a refusal, never a defect', async () => {
  const names = ['idempotency-key', 'if-match', 'if-none-match', 'x-cart-token', 'x-order-token', 'accept-language', 'accept-encoding', 'range', 'origin', 'user-agent', 'x-request-id', 'x-forwarded-for', 'cookie', 'authorization', 'x-api-key'];
  const values = ['{"$ne":1}', '__proto__', 'a'.repeat(8_000), '\u00ff\u00fe', "'\"`<script>", ','.repeat(4_000), 'bytes=0-,0-,0-'];
  const chosen = routes().filter(({ path, method }) => /^(get \/products|post \/cart\/items|post \/orders|put \/products\/:id|get \/search)$/.test(`${method} ${path}`));
  const attacks = chosen.flatMap((route) => names.flatMap((name) => values.map((value): Attack => ({
    title: `${name}: ${value.slice(0, 20)}`, route, path: plain(route.path), headers: { ...json, [name]: value }, ...(takesJson(route) && { body: JSON.stringify(sampleOf(route.body) ?? {}) }),
  }))));

  expect(chosen).toHaveLength(5);
  expect(await attack(attacks)).toEqual([]);
});

test('after all of this no prototype is changed, nothing with an operator is stored, and there was no defect', async () => {
  const kept: string[] = [];
  for (const { name } of await world.connection.db!.listCollections().toArray()) {
    if (name.startsWith('system.')) continue;
    for (const document of await world.connection.collection(name).find().limit(2_000).toArray()) {
      if (/"(?:\$(?:gt|ne|where)|__proto__|isAdmin)":/.test(JSON.stringify(document))) kept.push(`${name}: ${JSON.stringify(document).slice(0, 200)}`);
    }
  }

  expect(kept).toEqual([]);
  expect(({} as Record<string, unknown>)['isAdmin']).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(world.defects.splice(0).map(String)).toEqual([]);
  expect((await world.api.get('/healthz')).status).toBe(200);
});
