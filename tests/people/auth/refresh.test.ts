import { givenKeys, givenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
beforeAll(async () => { world = await openWorld(); await givenKeys(world); });
afterEach(() => { world.clock.offsetMs = 0; expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

const refresh = (refreshToken: string) => world.call('post', '/auth/refresh', { body: { refreshToken } });
const me = (accessToken: string) => world.call('get', '/auth/me', { headers: { authorization: `Bearer ${accessToken}` } });
const thefts = async (userId: string) => (await world.events()).filter((event) => event['type'] === 'user.refresh_token_reused' && event['aggregateId'] === userId).length;
const sessionOf = (userId: string) => world.connection.collection('sessions').findOne({ userId });

test('changes the pair for a new one that works', async () => {
  const user = await givenUser(world);

  const reply = await refresh(user.refreshToken);

  expect(reply.status).toBe(200);
  expect(reply.body.data).toEqual({
    accessToken: expect.any(String), refreshToken: expect.any(String), tokenType: 'Bearer', expiresIn: 3600, user: { id: user.id, email: user.email, roles: ['customer'] },
  });
  expect(reply.body.data.refreshToken).not.toBe(user.refreshToken);
  expect(reply.body.data.accessToken).not.toBe(user.accessToken);
  expect((await me(reply.body.data.accessToken)).status).toBe(200);
  expect((await refresh(reply.body.data.refreshToken)).status).toBe(200);
});

test('twenty at once with one token get the same pair; used again later it ends the session', async () => {
  const user = await givenUser(world);

  const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(user.refreshToken)));

  expect(replies.map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
  expect((await sessionOf(user.id))!['generation']).toBe(1);
  const pair = replies[0]!.body.data;
  expect((await me(pair.accessToken)).status).toBe(200);

  const child = await refresh(pair.refreshToken);
  const replay = await refresh(user.refreshToken);

  expect([child.status, replay.status, replay.body.code]).toEqual([200, 401, 'refresh_token_reused']);
  expect((await refresh(child.body.data.refreshToken)).body.code).toBe('refresh_token_reused');
  expect((await me(child.body.data.accessToken)).status).toBe(401);
  expect((await me(pair.accessToken)).status).toBe(401);
  expect(await thefts(user.id)).toBe(1);
});

test('after ten seconds the answer is not given again, even if nobody used it', async () => {
  const early = await givenUser(world);
  const late = await givenUser(world);
  const [first] = await Promise.all([refresh(early.refreshToken), refresh(late.refreshToken)]);

  world.clock.offsetMs = 9_000;
  const within = await refresh(early.refreshToken);
  world.clock.offsetMs = 11_000;
  const after = await refresh(late.refreshToken);

  expect([within.status, within.text === first!.text]).toEqual([200, true]);
  expect([after.status, after.body.code]).toEqual([401, 'refresh_token_reused']);
  expect((await sessionOf(late.id))!['endReason']).toBe('refresh_token_reused');
});

test('a crowd of replays ends the session once', async () => {
  const user = await givenUser(world);
  const second = (await refresh(user.refreshToken)).body.data.refreshToken;
  await refresh(second);

  const replies = await Promise.all(Array.from({ length: 20 }, () => refresh(user.refreshToken)));

  expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual(Array(20).fill('401 refresh_token_reused'));
  expect(await thefts(user.id)).toBe(1);
});

test('a forged token is refused and does not end the session that it names', async () => {
  const user = await givenUser(world);
  const [, sessionId = ''] = user.refreshToken.split('_');
  const other = await givenUser(world);
  const before = await sessionOf(user.id);

  const forged = [
    `rt_${sessionId}_0_${'A'.repeat(43)}`, `rt_${sessionId}_7_${user.refreshToken.slice(-43)}`, `rt_${sessionId}_0_${other.refreshToken.slice(-43)}`,
    `rt_${'0'.repeat(24)}_0_${user.refreshToken.slice(-43)}`, user.accessToken, 'nonsense', `${user.refreshToken} `,
  ];
  const replies = await Promise.all(forged.map(refresh));

  expect(replies.map(({ status, body }) => `${status} ${body.code}`)).toEqual(Array(7).fill('401 invalid_refresh_token'));
  expect(await sessionOf(user.id)).toEqual(before);
  expect((await refresh(user.refreshToken)).status).toBe(200);
});

test('an access token is refused after an hour, a refresh token after thirty days', async () => {
  const user = await givenUser(world);

  world.clock.offsetMs = 3599_000 - 2000;
  const before = await me(user.accessToken);
  world.clock.offsetMs = 3601_000;
  const after = await me(user.accessToken);
  const renewed = await refresh(user.refreshToken);
  world.clock.offsetMs = 3601_000 + 30 * 24 * 3600_000 + 1000;
  const tooLate = await refresh(renewed.body.data.refreshToken);

  expect([before.status, after.status, after.body.code]).toEqual([200, 401, 'invalid_token']);
  expect([renewed.status, tooLate.status, tooLate.body.code]).toEqual([200, 401, 'invalid_refresh_token']);
});

test('survives an emptied Redis', async () => {
  const user = await givenUser(world);
  const next = (await refresh(user.refreshToken)).body.data.refreshToken;
  const prefix = world.config.redis.keyPrefix;
  const keys = await world.redis.client.keys(`${prefix}*`);
  await Promise.all(keys.map((key) => world.redis.client.del(key.slice(prefix.length))));

  const goesOn = await refresh(next);
  const replay = await refresh(user.refreshToken);

  expect([goesOn.status, replay.status, replay.body.code]).toEqual([200, 401, 'refresh_token_reused']);
});

test('a session that is used every day ends all the same after 90 days', async () => {
  const user = await givenUser(world);
  const day = 24 * 3_600_000;
  let pair = { accessToken: user.accessToken, refreshToken: user.refreshToken };
  for (const after of [29, 58, 87]) {
    world.clock.offsetMs = after * day;
    pair = (await refresh(pair.refreshToken).expect(200)).body.data;
  }
  const endsAt = (await sessionOf(user.id))!['expiresAt'] as Date;

  world.clock.offsetMs = 90 * day + 1000;
  const refused = await refresh(pair.refreshToken);

  expect([refused.status, refused.body.code, (await me(pair.accessToken)).status]).toEqual([401, 'invalid_refresh_token', 401]);
  expect(endsAt.getTime() - ((await sessionOf(user.id))!['createdAt'] as Date).getTime()).toBe(90 * day);
});
