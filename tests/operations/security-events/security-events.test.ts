import { givenKeys, givenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let keys: Awaited<ReturnType<typeof givenKeys>>;
beforeAll(async () => { world = await openWorld({ env: { PAYMENT_SIMULATOR_URL: 'http://127.0.0.1:9' } }); keys = await givenKeys(world); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

const events = async (query: string) => (await world.call('get', `/admin/security-events?sort=at&${query}`, { headers: keys.secret }).expect(200)).body.data;

test('a refused sign-in is told with address and route, without the e-mail address or the password', async () => {
  const { email } = await givenUser(world);
  await world.call('post', '/auth/login', { body: { email, password: 'not-the-password-9' }, headers: { 'X-Request-Id': 'req-77' } }).expect(401);

  const { items, total } = await events('kind=sign_in_refused');

  expect(total).toBe(1);
  expect(items).toEqual([{
    id: expect.any(String), kind: 'sign_in_refused', address: '127.0.0.1', requestId: 'req-77', at: expect.any(String),
    detail: { code: 'invalid_credentials', status: 401, method: 'POST', route: 'POST /auth/login' },
  }]);
  expect(JSON.stringify(await world.connection.collection('security_events').find().toArray())).not.toMatch(/not-the-password|@/);
});

test('a refused permission names the user, a refused key nobody', async () => {
  const { headers, id } = await givenUser(world);
  await world.call('get', '/admin/audit', { headers }).expect(403);
  await world.call('get', '/cart', { headers: { 'x-api-key': 'pk_live_nobody' } }).expect(401);

  expect((await events(`kind=permission_refused&user_id=${id}`)).items).toMatchObject([{ userId: id, detail: { code: 'missing_permission', route: 'GET /admin/audit' } }]);
  expect((await events('kind=key_refused')).items).toMatchObject([{ detail: { code: 'api_key_required' } }]);
});

test('a webhook with a wrong signature is told', async () => {
  await world.api.post('/webhooks/payments/simulator').set('content-type', 'application/json').send('{}').expect(401);

  expect((await events('kind=signature_refused')).total).toBe(1);
});

test('issuing a key is told once it is committed, with who did it', async () => {
  const issued = await world.call('post', '/admin/api-keys', { headers: keys.secret, body: { name: 'App', kind: 'publishable', scopes: ['catalog:read'] } }).expect(201);

  const { items } = await events('kind=api_key_issued');
  expect(items.at(-1)).toMatchObject({ detail: { subject: `api_key:${issued.body.data.id}`, by: expect.stringMatching(/^key:/) } });
});

test('a flood is counted whole and kept in part', async () => {
  for (let n = 0; n < 1500; n++) world.container.securityEvents.record({ kind: 'flood_tested', address: '2001:db8::1', detail: { password: 'hunter2' } });

  const { items, total } = await events('kind=flood_tested&per_page=1');
  expect(total).toBe(1000);
  expect(items).toMatchObject([{ address: '2001:db8:0:0::/64', detail: { password: '[redacted]' } }]);
  const metric = await world.metrics.registry.getSingleMetricAsString('security_events_total');
  expect(metric).toMatch(/kind="flood_tested",fate="dropped"\} 500/);
});

test('what the log holds is for those who may read the audit log', async () => {
  const { headers } = await givenUser(world);
  await world.call('get', '/admin/security-events', { headers }).expect(403);
});
