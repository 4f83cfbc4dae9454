import { givenKeys, givenUser } from '../../support/given.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let secret: Record<string, string>;
beforeAll(async () => { world = await openWorld(); ({ secret } = await givenKeys(world)); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

const terms = { purpose: 'terms', granted: true, version: '2026-01' };
const decide = (headers: Record<string, string>, ...consents: object[]) => world.call('put', '/customers/me/consents', { headers, body: { consents, source: 'checkout' } });

test('a decision is kept with its text, time and place, and told', async () => {
  const { headers, id } = await givenUser(world);
  await decide(headers, terms, { purpose: 'marketing_email', granted: true, version: '3' }).expect(200);
  await decide(headers, { purpose: 'marketing_email', granted: false, version: '3' }).expect(200);

  const { current, history } = (await world.call('get', '/customers/me/consents', { headers }).expect(200)).body.data;

  const entry = { source: 'checkout', at: expect.any(String) };
  expect(current).toEqual([
    { purpose: 'marketing_email', granted: false, version: '3', sequence: 2, ...entry }, { ...terms, sequence: 1, ...entry },
  ]);
  expect(history).toHaveLength(3);
  const told = (await world.events()).filter(({ aggregateId, type }) => aggregateId === id && type.startsWith('consent.')).map(({ type, data }) => `${type} ${data.purpose}`);
  expect(told).toEqual(['consent.granted terms', 'consent.granted marketing_email', 'consent.withdrawn marketing_email']);
});

test('twenty times the same decision at once is one entry; a new version is another', async () => {
  const { headers } = await givenUser(world);
  const answers = await Promise.all(Array.from({ length: 20 }, () => decide(headers, terms)));
  expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
  await decide(headers, { ...terms, version: '2026-02' }).expect(200);

  expect((await world.call('get', '/customers/me/consents', { headers })).body.data.history.map(({ version, sequence }: { version: string; sequence: number }) => [version, sequence]))
    .toEqual([['2026-02', 2], ['2026-01', 1]]);
});

test('two decisions on one purpose, unknown words and strangers are refused, and nothing is kept', async () => {
  const { headers, id } = await givenUser(world);
  await decide(headers, terms, { ...terms, granted: false }).expect(400);
  await decide(headers, { ...terms, purpose: 'Terms of use' }).expect(400);
  await decide(headers).expect(400);
  await decide(secret, terms).expect(401);

  expect(await world.connection.collection('consents').countDocuments({ userId: id })).toBe(0);
});

test('an entry is never rewritten', async () => {
  await expect(world.connection.model('Consent').updateOne({}, { granted: true })).rejects.toThrow('append-only');
});
