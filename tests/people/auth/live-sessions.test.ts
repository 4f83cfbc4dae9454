import { createBox, newKey } from '../../../src/shared/crypto/sealing.js';
import { randomBytes } from 'node:crypto';
import { LiveSessions, type SessionState } from '../../../src/people/auth/live-sessions.js';
import { RedisGuard } from '../../../src/shared/cache/redis.js';
import { redisUrl } from '../../support/world.js';

let redis: RedisGuard;
beforeAll(async () => {
  redis = new RedisGuard({ url: redisUrl, keyPrefix: `test_${randomBytes(5).toString('hex')}:` });
  await redis.ready();
});
afterAll(() => redis.close());

const sessionId = () => randomBytes(12).toString('hex');
const stateOf = (id: string, roles: string[]): SessionState => ({ userId: 'a'.repeat(24), sessionId: id, email: 'ada@example.com', roles });
const box = createBox(newKey());
/** A node that counts how often it asks the database; all nodes of a shop have one key. */
function node(read: (id: string) => Promise<SessionState | null>) {
  const asked: string[] = [];
  const sessions = new LiveSessions({ redis, box, read: (id) => { asked.push(id); return read(id); } });
  return { sessions, asked };
}
const settled = () => new Promise((resolve) => { setTimeout(resolve, 30); });

test('one node asks the database, the next one finds the answer in Redis', async () => {
  const id = sessionId();
  const [first, second] = [node(async () => stateOf(id, ['support'])), node(async () => null)];

  await first.sessions.find(id);
  await settled();
  const found = await second.sessions.find(id);

  expect(found).toMatchObject({ sessionId: id, roles: ['support'] });
  expect(found!.permissions.has('orders:write')).toBe(true);
  expect([first.asked, second.asked]).toEqual([[id], []]);
});

test('what was read before a change and arrives after it is not kept for the others', async () => {
  const id = sessionId();
  let release: () => void = () => {};
  const waiting = new Promise<void>((resolve) => { release = resolve; });
  const slow = node(async () => { await waiting; return stateOf(id, ['admin']); });
  const changer = node(async () => stateOf(id, ['customer']));
  const third = node(async () => stateOf(id, ['customer']));

  const before = slow.sessions.find(id);
  await settled();
  await changer.sessions.changed([id]);
  release();
  await before;
  await settled();

  expect((await third.sessions.find(id))!.roles).toEqual(['customer']);
  expect(third.asked).toEqual([id]);
});

test('a change makes every node ask again for longer than any older answer lives', async () => {
  const id = sessionId();
  const one = node(async () => stateOf(id, ['customer']));
  await one.sessions.find(id);
  await settled();

  await one.sessions.changed([id]);

  const [value, ttl] = [await redis.client.get(`session:{${id}}`), await redis.client.pttl(`session:{${id}}`)];
  expect(value).toBe('changed');
  expect(ttl).toBeGreaterThan(5000);
  await one.sessions.find(id);
  await settled();
  expect(await redis.client.get(`session:{${id}}`)).toBe('changed');
});

test('that a session is over is not kept in Redis, where a mistake could outlive it', async () => {
  const id = sessionId();

  expect(await node(async () => null).sessions.find(id)).toBeNull();
  await settled();

  expect(await redis.client.get(`session:{${id}}`)).toBeNull();
});

test('a crowd on one session asks once', async () => {
  const id = sessionId();
  const busy = node(async () => { await settled(); return stateOf(id, []); });

  await Promise.all(Array.from({ length: 50 }, () => busy.sessions.find(id)));

  expect(busy.asked).toEqual([id]);
});
