import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { givenUser } from '../../support/given.js';
import { openShop, type Shop } from '../../support/shop.js';
import { openWorld } from '../../support/world.js';

let shop: Shop;
const ids: Record<string, string> = {};
const NAMES = ['tea', 'pot', 'cup', 'saucer', 'nail', 'hammer', 'saw', 'hidden', 'gone', 'lonely'];
const skuOf = (name: string) => `R-${name}`;
const staff = () => shop.keys.secret;
const asked = async (path: string, headers: Record<string, string> = {}) => shop.call('get', path, { headers });
const named = async (path: string, headers: Record<string, string> = {}) => {
  const answer = await asked(path, headers);
  expect(answer.status).toBe(200);
  return answer.body.data as { kind: string; source: string; items: Array<{ product: { id: string; name: string }; reason: { code: string; message: string } }> };
};
const namesOf = ({ items }: { items: Array<{ product: { name: string } }> }) => items.map(({ product }) => product.name);
const consent = (headers: Record<string, string>, granted: boolean) => shop.call('put', '/customers/me/consents', { headers, body: { consents: [{ purpose: 'personalisation', granted, version: granted ? '1' : '2' }] } });
const buy = async (names: readonly string[], user?: Record<string, string>) => {
  if (user) for (const name of names) await shop.call('post', '/cart/items', { headers: user, body: { sku: skuOf(name), quantity: 1 } });
  const ordered = await shop.order(user ?? (await shop.given.cart(...names.map(skuOf))).guest, user ? { email: undefined } : {});
  expect(ordered.status).toBe(201);
};
const train = async () => {
  await shop.container.recommendations.train();
  await shop.container.recommendations.lookAgain();
};

beforeAll(async () => {
  shop = await openShop();
  for (const name of NAMES) {
    const made = await shop.call('post', '/products', { headers: staff(), body: { name, description: '', categoryIds: [], status: 'active', variants: [{ sku: skuOf(name), prices: [{ currency: 'EUR', base: 900 }] }] } });
    ids[name] = made.body.data.id as string;
    await shop.restock(skuOf(name), name === 'gone' ? 4 : 50);
  }
  for (let at = 0; at < 4; at++) {
    await buy(['tea', 'pot', 'cup', 'hidden', 'gone']);
    await buy(['nail', 'hammer', 'saw']);
  }
  await shop.call('patch', `/products/${ids['hidden']}`, { headers: staff(), body: { status: 'draft' } });
});
afterEach(() => { expect(shop.defects.splice(0)).toEqual([]); });
afterAll(() => shop.close());

test('before anything was trained, what is new stands in, says so, and nothing is a defect', async () => {
  const { source, items } = await named(`/products/${ids['tea']}/recommendations?limit=3`);

  expect([source, items.map(({ product, reason }) => [product.name, reason.code])]).toEqual(['newest', [['lonely', 'new'], ['saw', 'new'], ['hammer', 'new']]]);
});

test('what sold lately stands in once that is counted, and looks count as well', async () => {
  await shop.container.recommendations.refreshTrending();
  await shop.container.recommendations.lookAgain();

  const trending = await named('/recommendations?kind=trending&limit=20');
  expect([trending.source, namesOf(trending).slice(0, 6).sort(), trending.items[0]!.reason]).toEqual(['popularity', ['cup', 'hammer', 'nail', 'pot', 'saw', 'tea'], { code: 'trending', message: 'Many buy this in these days.' }]);

  for (let at = 0; at < 50; at++) expect((await shop.call('post', `/products/${ids['lonely']}/views`)).body.data).toEqual({ remembered: false });
  await shop.container.recommendations.refreshTrending();
  await shop.container.recommendations.lookAgain();
  expect(namesOf(await named('/recommendations?kind=trending&limit=1'))).toEqual(['lonely']);
  expect(await shop.count('product_views')).toBe(0);
});

test('a training is a job of the worker with a thread of its own, and serving goes on meanwhile', async () => {
  const queued = await shop.call('post', '/admin/recommendations/trainings', { headers: staff() });
  expect(queued.status).toBe(202);

  const training = shop.container.jobs.runDue();
  const meanwhile = await Promise.all(Array.from({ length: 20 }, () => asked(`/products/${ids['tea']}/recommendations`)));
  await training;

  expect(meanwhile.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
  const job = (await shop.call('get', `/jobs/${queued.body.data.jobId}`, { headers: staff() })).body.data;
  expect([job.state, job.result.orders, job.result.products]).toEqual(['succeeded', 8, 10]);
  const models = (await asked('/admin/recommendations/models', staff())).body.data.items;
  expect(models.map(({ revision, orders }: { revision: string; orders: number }) => [revision, orders])).toEqual([[job.result.revision, 8]]);
});

test('what was bought together is named, with the product that speaks for it; what is hidden or sold out never, not even to staff', async () => {
  await shop.container.recommendations.lookAgain();

  const shown = await named(`/products/${ids['tea']}/recommendations?limit=2`);
  expect([shown.source, namesOf(shown).sort(), shown.items[0]!.reason]).toEqual(['model', ['cup', 'pot'], { code: 'bought_together', message: 'Often bought together with tea.' }]);
  const all = namesOf(await named(`/products/${ids['tea']}/recommendations?limit=20`, staff()));
  expect([all.includes('hidden'), all.includes('gone'), all.includes('tea'), all.length]).toEqual([false, false, false, 7]);
});

test('the cart counts and is not recommended, nor is what is excluded', async () => {
  const { items } = await named(`/products/${ids['tea']}/recommendations?limit=20&cart=${ids['nail']},${ids['pot']}&exclude=${ids['saw']}`);
  const byName = new Map(items.map(({ product, reason }) => [product.name, reason.message]));

  expect([byName.get('cup')?.startsWith('Often bought together with'), byName.get('hammer')]).toEqual([true, 'Often bought together with nail.']);
  expect(['tea', 'nail', 'pot', 'saw'].filter((name) => byName.has(name))).toEqual([]);
});

test.each([['what is not there', 'f'.repeat(24)], ['what is hidden', 'hidden']])('%s has no recommendations and no views', async (_case, which) => {
  const id = ids[which] ?? which;

  for (const headers of [{}, staff()]) expect((await asked(`/products/${id}/recommendations`, headers)).body.code).toBe('product_not_found');
  expect((await shop.call('post', `/products/${id}/views`)).status).toBe(404);
});

test.each([['limit=21', '#/query/limit'], ['kind=magic', '#/query/kind'], ['cart=abc', '#/query/cart'], ['user=1', '#/query/user']])('refuses %s', async (query, pointer) => {
  const refused = await asked(`/products/${ids['tea']}/recommendations?${query}`);

  expect([refused.status, refused.body.errors.map((error: { pointer: string }) => error.pointer)]).toEqual([400, [pointer]]);
});

test('without consent somebody signed in gets the anonymous ranking byte for byte; with it a personal one; withdrawn it is forgotten', async () => {
  const { headers } = await givenUser(shop);
  await buy(['nail'], headers);
  const paths = ['/recommendations?limit=20', '/recommendations?kind=recently_viewed', `/products/${ids['tea']}/recommendations?limit=20`];
  const bytes = (as: Record<string, string>) => Promise.all(paths.map(async (path) => (await asked(path, as)).text));
  const anonymous = await bytes({});
  expect((await shop.call('post', `/products/${ids['pot']}/views`, { headers })).body.data).toEqual({ remembered: false });
  expect(await bytes(headers)).toEqual(anonymous);

  await consent(headers, true);
  expect((await shop.call('post', `/products/${ids['pot']}/views`, { headers })).body.data).toEqual({ remembered: true });
  const { items } = await named('/recommendations?limit=20', headers);
  const reasons = new Map(items.map(({ product, reason }) => [product.name, reason.message]));
  expect([reasons.get('hammer'), reasons.get('cup'), reasons.has('nail')]).toEqual(['Because you bought nail.', 'Because you looked at pot.', false]);
  expect(namesOf(await named('/recommendations?kind=recently_viewed', headers))).toEqual(['pot']);
  expect(namesOf(await named(`/products/${ids['hammer']}/recommendations?limit=20`, headers))).not.toContain('nail');

  await consent(headers, false);
  await shop.runEvents();
  expect(await bytes(headers)).toEqual(anonymous);
  expect(await shop.count('product_views')).toBe(0);
});

test('another node takes a new model over; too old a one is not believed', async () => {
  const node = await openWorld({ env: { MONGODB_URI: shop.environment['MONGODB_URI']!, REDIS_URL: shop.environment['REDIS_URL']!, REDIS_KEY_PREFIX: shop.environment['REDIS_KEY_PREFIX']! } });
  try {
    const there = async (name: string) => (await node.call('get', `/products/${ids[name]}/recommendations?limit=1`, { headers: shop.keys.publishable })).body.data;
    expect((await there('saucer')).source).toBe('popularity');
    for (let at = 0; at < 3; at++) await buy(['saucer', 'cup']);
    await train();
    await node.container.recommendations.lookAgain();

    expect((await there('saucer')).items[0]).toMatchObject({ product: { name: 'cup' }, reason: { code: 'bought_together' } });
    node.clock.offsetMs = 15 * 86_400_000;
    expect((await there('saucer')).source).toBe('popularity');
    expect(node.defects).toEqual([]);
  } finally {
    await node.close();
  }
});

test('npm run train -- recommendations trains the model of the shop that it is pointed at', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/run.mjs', 'train', 'recommendations'], { env: { ...process.env, ...shop.environment, CI: '1' } });

  expect(stdout).toMatch(/[0-9a-f-]{36}, from \d+ orders of 10 products/);
  const [newest] = await shop.connection.collection('recommendation_models').find().sort({ trainedAt: -1 }).toArray();
  expect(stdout).toContain(String(newest!['_id']));
}, 120_000);

test('a night asks for one training, and a failing one leaves the model in use', async () => {
  const due = () => shop.container.schedules.find(({ name }) => name === 'train-recommendations')!.run(new AbortController().signal);
  expect(await due()).toBe(false);
  shop.clock.offsetMs = 86_400_000;
  expect([await due(), await due()]).toEqual([true, false]);
  shop.clock.offsetMs = 0;

  const stopped = AbortSignal.abort(new Error('stopped'));
  const before = (await asked('/admin/recommendations/models', staff())).body.data.items;
  await expect(shop.container.recommendations.train(() => {}, stopped)).rejects.toThrow('stopped');
  expect((await asked('/admin/recommendations/models', staff())).body.data.items).toEqual(before);
  expect((await named(`/products/${ids['tea']}/recommendations`)).source).toBe('model');
});
