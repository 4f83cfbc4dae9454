import { randomUUID } from 'node:crypto';
import { givenKeys, givenUser, newEmail, PASSWORD } from '../../support/given.js';
import { startOidc } from '../../support/oidc.js';
import { openWorld, type World } from '../../support/world.js';

let provider: Awaited<ReturnType<typeof startOidc>>;
let world: World;
beforeAll(async () => {
  provider = await startOidc();
  world = await openWorld({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000', OIDC_PROVIDERS: JSON.stringify([provider.settings('double'), provider.settings('second')]) } });
  await givenKeys(world);
});
afterEach(() => {
  provider.state.misdeed = 'none';
  expect(world.defects.splice(0)).toEqual([]);
});
afterAll(async () => { await world.close(); await provider.close(); });

type Headers = Record<string, string>;
const post = (path: string, body: object = {}, headers: Headers = {}) => world.call('post', path, { body, headers });
const someone = (changes: object = {}) => ({ sub: randomUUID(), email: newEmail(), email_verified: true, given_name: 'Grace', family_name: 'Hopper', ...changes });
const begin = async (id = 'double') => (await world.call('post', `/auth/providers/${id}/sign-in`)).body.data as { authorizationUrl: string; flowToken: string };
async function signIn(person: { sub: string }, id = 'double') {
  const { authorizationUrl, flowToken } = await begin(id);
  const answer = await provider.visit(authorizationUrl, person);
  return post(`/auth/providers/${id}/callback`, { ...answer, flowToken });
}
const bearer = (reply: { body: { data: { accessToken: string } } }): Headers => ({ authorization: `Bearer ${reply.body.data.accessToken}` });
const count = (name: string, filter: object = {}) => world.connection.collection(name).countDocuments(filter);
const statuses = (replies: Array<{ status: number }>) => replies.map(({ status }) => status).sort();
const marked = (email: string) => ({ emailKey: world.container.vault.mark(email) });
const verify = (email: string) => world.connection.collection('users').updateOne(marked(email), { $set: { emailVerifiedAt: new Date() } });

test('a newcomer gets one account, however many answers come at once, and is known the next time', async () => {
  const person = someone();
  expect((await world.call('get', '/auth/providers')).body.data.items).toEqual([{ id: 'double', name: 'The double' }, { id: 'second', name: 'The double' }]);

  const replies = await Promise.all(Array.from({ length: 10 }, () => signIn(person)));
  const again = await signIn({ ...person, email: newEmail() } as typeof person);

  expect(statuses(replies)).toEqual(Array(10).fill(200));
  expect(new Set([...replies, again].map(({ body }) => body.data.user.id)).size).toBe(1);
  expect(await count('users', marked(person.email))).toBe(1);
  expect(await count('linked_identities', { subject: person.sub })).toBe(1);
  expect((await world.call('get', '/auth/me', { headers: bearer(again) })).body.data).toMatchObject({ email: person.email, firstName: 'Grace', lastName: 'Hopper', emailVerified: true, hasPassword: false });
  expect((await post('/auth/login', { email: person.email, password: 'none' })).status).toBe(401);
});

test.each([
  { _case: 'an address the provider has not verified, of an account', changes: { email_verified: false }, isVerifiedHere: true, status: 403, code: 'provider_email_unverified' },
  { _case: 'one that it says nothing about', changes: { email_verified: undefined }, isVerifiedHere: true, status: 403, code: 'provider_email_unverified' },
  { _case: 'a verified one of an account that has not confirmed it', changes: {}, isVerifiedHere: false, status: 409, code: 'account_exists' },
])('$_case: links nothing', async ({ changes, isVerifiedHere, status, code }) => {
  const user = await givenUser(world);
  if (isVerifiedHere) await verify(user.email);
  const sessions = await count('sessions', { userId: user.id });

  const reply = await signIn(someone({ email: user.email, ...changes }));

  expect([reply.status, reply.body.code]).toEqual([status, code]);
  expect(await count('linked_identities', { userId: user.id })).toBe(0);
  expect(await count('sessions', { userId: user.id })).toBe(sessions);
});

test('an unverified address of nobody opens no account', async () => {
  const person = someone({ email_verified: false });

  const reply = await signIn(person);

  expect([reply.status, await count('users', marked(person.email))]).toEqual([403, 0]);
});

test('an address that both sides have verified links the account; a second factor is asked for as ever', async () => {
  const user = await givenUser(world);
  await verify(user.email);
  const person = someone({ email: user.email.toUpperCase() });

  const linked = await signIn(person);
  await world.connection.collection('users').updateOne(marked(user.email), { $set: { mfaEnabledAt: new Date() } });
  const asked = await signIn(person);

  expect([linked.status, linked.body.data.user.id]).toEqual([200, user.id]);
  expect([asked.status, asked.body.code]).toEqual([401, 'mfa_required']);
  expect(await count('outbox', { type: 'user.identity_linked', aggregateId: user.id })).toBe(1);
});

test('who is signed in links any identity with the password, and unlinks it again', async () => {
  const [user, other] = [await givenUser(world), await givenUser(world)];
  const person = someone({ email_verified: false });
  const link = async ({ headers }: { headers: Headers }, finisher = { headers }) => {
    const begun = await post('/auth/identities/double', { currentPassword: PASSWORD }, headers);
    const { authorizationUrl, flowToken } = begun.body.data as { authorizationUrl: string; flowToken: string };
    return post('/auth/identities/double/callback', { ...await provider.visit(authorizationUrl, person), flowToken }, finisher.headers);
  };

  expect((await post('/auth/identities/double', { currentPassword: 'not the right one' }, user.headers)).status).toBe(401);
  expect((await link(user, other)).status).toBe(401);
  expect((await link(user)).status).toBe(201);
  expect((await link(other)).body.code).toBe('identity_taken');
  expect((await signIn(person)).body.data.user.id).toBe(user.id);
  expect((await world.call('get', '/auth/identities', { headers: user.headers })).body.data.items).toMatchObject([{ provider: 'double', email: person.email }]);

  expect((await world.call('delete', '/auth/identities/double', { headers: user.headers })).status).toBe(200);
  expect((await signIn(person)).status).toBe(403);
});

test('the last way in is not taken away, also by two at once', async () => {
  const person = someone();
  const headers = bearer(await signIn(person));
  const begun = (await post('/auth/identities/second', {}, headers)).body.data as { authorizationUrl: string; flowToken: string };
  await post('/auth/identities/second/callback', { ...await provider.visit(begun.authorizationUrl, person), flowToken: begun.flowToken }, headers);
  expect(await count('linked_identities', { subject: person.sub })).toBe(2);

  const replies = await Promise.all(['double', 'second'].map((id) => world.call('delete', `/auth/identities/${id}`, { headers })));

  expect(statuses(replies)).toEqual([200, 409]);
  expect(await count('linked_identities', { subject: person.sub })).toBe(1);
});

describe('answers that are not genuine', () => {
  test('nobody finishes what somebody else began, and each sign-in is finished once', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const answer = await provider.visit(mine.authorizationUrl, someone());
    const calls = provider.state.tokenCalls;

    const stolen = await post('/auth/providers/double/callback', { ...answer, flowToken: theirs.flowToken });
    const elsewhere = await post('/auth/providers/second/callback', { ...answer, flowToken: mine.flowToken });
    const replies = await Promise.all(Array.from({ length: 10 }, () => post('/auth/providers/double/callback', { ...answer, flowToken: mine.flowToken })));

    expect([stolen.status, elsewhere.status]).toEqual([401, 401]);
    expect(statuses(replies)).toEqual([200, ...Array(9).fill(401)]);
    expect(provider.state.tokenCalls).toBe(calls + 1);
  });

  test.each(['foreign key', 'other nonce', 'other audience'] as const)('%s: refused, and nothing is opened', async (misdeed) => {
    const person = someone();
    provider.state.misdeed = misdeed;

    const reply = await signIn(person);

    expect([reply.status, reply.body.code]).toEqual([401, 'provider_sign_in_failed']);
    expect(await count('users', marked(person.email))).toBe(0);
  });

  test('a code of another sign-in does not fit: its proof of possession is another', async () => {
    const [mine, theirs] = [await begin(), await begin()];
    const theirAnswer = await provider.visit(theirs.authorizationUrl, someone());
    const { state } = await provider.visit(mine.authorizationUrl, someone());

    const reply = await post('/auth/providers/double/callback', { code: theirAnswer.code, state, flowToken: mine.flowToken });

    expect([reply.status, reply.body.code]).toEqual([401, 'provider_sign_in_failed']);
  });

  test('a provider that is away is said to be, and one that is unknown too', async () => {
    const { authorizationUrl, flowToken } = await begin();
    const answer = await provider.visit(authorizationUrl, someone());
    provider.state.misdeed = 'away';

    const away = await post('/auth/providers/double/callback', { ...answer, flowToken });

    expect([away.status, away.body.code]).toEqual([503, 'provider_unavailable']);
    expect((await world.call('post', '/auth/providers/nowhere/sign-in')).status).toBe(404);
  });
});
