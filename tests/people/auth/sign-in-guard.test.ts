import { givenKeys, givenUser, newEmail } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let other: World;
beforeEach(async () => {
  world = await openWorld();
  await givenKeys(world);
  other = await openNode(world);
});
afterEach(async () => {
  expect([...world.defects, ...other.defects]).toEqual([]);
  await other.close();
  await world.close();
});

type Headers = Record<string, string>;
const login = (email: string, password: string, headers: Headers = {}, node = world) => node.call('post', '/auth/login', { body: { email, password }, headers });
const statuses = (replies: Array<{ status: number }>) => replies.map(({ status }) => status).sort();
/** A key whose raised limit keeps the address out of the way, so that only the account is counted. */
async function raisedKey(): Promise<Headers> {
  const { key } = await world.container.apiKeys.issue({ name: 'demo', kind: 'publishable', scopes: ['auth:write'], rateLimitPerMinute: 100_000 });
  return { 'x-api-key': key };
}

test('of thirty guesses at once on two nodes ten are looked at, and then the right password does not help either', async () => {
  const { email, password } = await givenUser(world);
  const headers = await raisedKey();

  const replies = await Promise.all(Array.from({ length: 30 }, (_, i) => login(email, `guess number ${i}`, headers, i % 2 ? other : world)));
  const right = await login(email, password, headers, other);

  expect(statuses(replies)).toEqual([...Array(10).fill(401), ...Array(20).fill(429)]);
  expect(right.status).toBe(429);
  expect(right.body.code).toBe('too_many_failed_sign_ins');
  expect(Number(right.headers['retry-after'])).toBeGreaterThan(14 * 60);
  expect(Number(right.headers['retry-after'])).toBeLessThanOrEqual(15 * 60);
});

test('an address that nobody has is counted like any other', async () => {
  const email = newEmail();
  const headers = await raisedKey();

  const replies = await Promise.all(Array.from({ length: 12 }, () => login(email, 'some guess or other', headers)));

  expect(statuses(replies)).toEqual([...Array(10).fill(401), 429, 429]);
});

test('one address range that tries one account after the other is stopped as well', async () => {
  const { email, password } = await givenUser(world);

  const replies = [];
  for (let i = 0; i < 12; i++) replies.push(await login(newEmail(), 'spring2024!'));

  expect(statuses(replies)).toEqual([...Array(10).fill(401), 429, 429]);
  expect((await login(email, password)).status).toBe(429);
  expect((await login(email, password, await raisedKey())).status).toBe(200);
});

test('an emptied Redis gives no new attempts, a new window does', async () => {
  const { email, password } = await givenUser(world);
  const headers = await raisedKey();
  await Promise.all(Array.from({ length: 10 }, () => login(email, 'some guess or other', headers)));

  const keys = await world.redis.client.keys(`${world.config.redis.keyPrefix}*`);
  await Promise.all(keys.map((key) => world.redis.client.del(key.slice(world.config.redis.keyPrefix.length))));
  const flushed = await login(email, password, headers);
  world.clock.offsetMs = 15 * 60_000 + 1000;
  const later = await login(email, password, headers);

  expect([flushed.status, later.status]).toEqual([429, 200]);
});

test('whoever knows the password begins anew', async () => {
  const { email, password } = await givenUser(world);
  const headers = await raisedKey();
  const tries = (times: number) => Promise.all(Array.from({ length: times }, () => login(email, 'some guess or other', headers)));

  const replies = [...await tries(9), await login(email, password, headers), ...await tries(9), await login(email, password, headers)];

  expect(statuses(replies)).toEqual([200, 200, ...Array(18).fill(401)]);
});

test('addresses of one network count together, another network does not', async () => {
  const behind = await openNode(world, { TRUST_PROXY: '1' });
  const from = (ip: string) => login(newEmail(), 'spring2024!', { 'x-forwarded-for': ip }, behind);

  const near = [];
  for (let i = 1; i <= 11; i++) near.push(await from(`203.0.113.${i * 7}`));
  const sixNear = [];
  for (let i = 1; i <= 11; i++) sixNear.push(await from(`2001:db8:1:2:${i}::1`));
  const far = [await from('203.0.114.7'), await from('2001:db8:1:3::1')];
  expect(behind.defects).toEqual([]);
  await behind.close();

  for (const replies of [near, sixNear]) expect(statuses(replies)).toEqual([...Array(10).fill(401), 429]);
  expect(statuses(far)).toEqual([401, 401]);
});

test('registering with addresses that are taken is counted per network, and hashes nothing', async () => {
  const { email } = await givenUser(world);
  const person = { email, password: 'walnut-harbour-31-violin', firstName: 'Eve', lastName: 'Curious' };

  const replies = [];
  for (let i = 0; i < 12; i++) replies.push(await world.call('post', '/auth/register', { body: person }));

  expect(statuses(replies)).toEqual([...Array(10).fill(409), 429, 429]);
  expect((await world.call('post', '/auth/register', { body: { ...person, email: newEmail() } })).status).toBe(201);
});
