import { givenKeys, givenUser, newEmail, PASSWORD, userRow } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { startSmtp, type Smtp } from '../../support/smtp.js';
import { openWorld, type World } from '../../support/world.js';

let smtp: Smtp;
let world: World;
let other: World;
let raised: Record<string, string>;
beforeAll(async () => {
  smtp = await startSmtp();
  world = await openWorld({ env: { SMTP_URL: smtp.url, SIGN_IN_FAILURES_PER_ADDRESS: '1000' } });
  await givenKeys(world);
  other = await openNode(world, { SMTP_URL: smtp.url });
  raised = { 'x-api-key': (await world.container.apiKeys.issue({ name: 'demo', kind: 'publishable', scopes: ['auth:write'], rateLimitPerMinute: 100_000 })).key };
});
afterEach(() => {
  smtp.received.splice(0);
  expect([...world.defects.splice(0), ...other.defects.splice(0)]).toEqual([]);
});
afterAll(async () => {
  await other.close();
  await world.close();
  await smtp.close();
});

const NEW = 'walnut-harbour-31-violin';
const post = (path: string, body: object = {}, headers: Record<string, string> = {}, node = world) => node.call('post', path, { body, headers });
const login = (email: string, password: string) => post('/auth/login', { email, password });
const statuses = (replies: Array<{ status: number }>) => replies.map(({ status }) => status).sort();

/** Events, what follows from them, and what is mailed then. */
async function mails(to: string) {
  await world.runEvents();
  await world.container.schedules.find(({ name }) => name === 'send-mails')!.run(new AbortController().signal);
  return smtp.received.filter((mail) => mail.to.includes(to));
}
const codeIn = ({ text }: { text: string }) => /[\w-]{43}/.exec(text)![0];
async function mailedCode(to: string): Promise<string> {
  const received = await mails(to);
  return codeIn(received.at(-1)!);
}
const without = ({ status, body: { requestId: _id, ...body } }: { status: number; body: Record<string, unknown> }) => ({ status, body });

describe('a forgotten password', () => {
  test('is answered alike for everybody; only who has an account gets a mail, and one however often it is asked for', async () => {
    const { email } = await givenUser(world);
    const stranger = newEmail();
    const before = await world.connection.collection('outbox').countDocuments();

    const replies = await Promise.all([email, stranger, email.toUpperCase(), email].map((address) => post('/auth/password/forgot', { email: address })));

    for (const reply of replies) expect(without(reply)).toEqual({ status: 202, body: { message: 'If there is such an account, a message is on its way.', data: {} } });
    expect(await world.connection.collection('outbox').countDocuments()).toBe(before + 4);
    expect((await mails(email)).map(({ subject }) => subject)).toEqual(['Choose a new password']);
    expect(await mails(stranger)).toEqual([]);
  });

  test('twenty uses of one code on two nodes: one changes the password, every session is over, the owner is told', async () => {
    const { id, email, headers } = await givenUser(world);
    await post('/auth/password/forgot', { email });
    const token = await mailedCode(email);

    const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => post('/auth/password/reset', { token, newPassword: `${NEW}-${i}` }, {}, i % 2 ? other : world)));

    expect(statuses(replies)).toEqual([200, ...Array(19).fill(401)]);
    expect(new Set(replies.filter(({ status }) => status === 401).map(({ body }) => body.code))).toEqual(new Set(['invalid_code']));
    expect((await world.call('get', '/auth/me', { headers })).status).toBe(401);
    const winner = replies.findIndex(({ status }) => status === 200);
    expect((await login(email, PASSWORD)).status).toBe(401);
    expect((await login(email, `${NEW}-${winner}`)).status).toBe(200);
    expect(await world.connection.collection('outbox').countDocuments({ type: 'user.password_changed', aggregateId: id })).toBe(1);
    expect((await mails(email)).map(({ subject }) => subject)).toEqual(['Choose a new password', 'Your password was changed']);
    expect((await userRow(world, email))['emailVerifiedAt']).toBeInstanceOf(Date);
  });

  test('a code is kept nowhere, a weak password does not use it up, and an hour ends it', async () => {
    const { email } = await givenUser(world);
    await post('/auth/password/forgot', { email });
    const token = await mailedCode(email);
    const names = (await world.connection.db!.listCollections().toArray()).map(({ name }) => name);
    for (const name of names) expect(JSON.stringify(await world.connection.collection(name).find().toArray())).not.toContain(token);

    const weak = await post('/auth/password/reset', { token, newPassword: 'Password123!' });
    world.clock.offsetMs = 61 * 60_000;
    const late = await post('/auth/password/reset', { token, newPassword: NEW });
    world.clock.offsetMs = 0;
    const right = await post('/auth/password/reset', { token, newPassword: NEW });

    expect([weak.status, weak.body.errors[0].pointer]).toEqual([400, '#/body/newPassword']);
    expect([late.status, right.status]).toEqual([401, 200]);
  });

  test('a code is void once the password was changed another way, and for a disabled account', async () => {
    const [changer, disabled] = [await givenUser(world), await givenUser(world)];
    await post('/auth/password/forgot', { email: changer.email });
    await post('/auth/password/forgot', { email: disabled.email });
    const tokens = [await mailedCode(changer.email), await mailedCode(disabled.email)];
    await post('/auth/password/change', { currentPassword: PASSWORD, newPassword: NEW }, changer.headers);
    await world.connection.collection('users').updateOne({ _id: (await userRow(world, disabled.email))['_id'] }, { $set: { isDisabled: true } });

    const replies = await Promise.all(tokens.map((token) => post('/auth/password/reset', { token, newPassword: `${NEW}-2` })));

    expect(statuses(replies)).toEqual([401, 401]);
    expect((await login(changer.email, NEW)).status).toBe(200);
  });
});

describe('signing in by mail', () => {
  test('works once, also while guesses of others keep the password out, and takes the guest cart along', async () => {
    const { email } = await givenUser(world);
    await Promise.all(Array.from({ length: 11 }, () => post('/auth/login', { email, password: 'some guess or other' }, raised)));
    expect((await login(email, PASSWORD)).status).toBe(429);
    await post('/auth/login/link', { email });
    const token = await mailedCode(email);

    const replies = await Promise.all(Array.from({ length: 20 }, () => post('/auth/login/link/confirmation', { token })));

    expect(statuses(replies)).toEqual([200, ...Array(19).fill(401)]);
    const { accessToken } = replies.find(({ status }) => status === 200)!.body.data as { accessToken: string };
    expect((await world.call('get', '/auth/me', { headers: { authorization: `Bearer ${accessToken}` } })).body.data).toMatchObject({ email, emailVerified: true });
  });

  test('a code for one purpose is none for another', async () => {
    const { email } = await givenUser(world);
    await post('/auth/login/link', { email });
    const token = await mailedCode(email);

    expect((await post('/auth/password/reset', { token, newPassword: NEW })).status).toBe(401);
    expect((await post('/auth/email/verify', { token })).status).toBe(401);
    expect((await post('/auth/login/link/confirmation', { token })).status).toBe(200);
  });
});

describe('e-mail addresses', () => {
  test('who registers is asked by mail, once, and twenty answers at once confirm it once', async () => {
    const email = newEmail();
    await post('/auth/register', { email, password: PASSWORD, firstName: 'Ada', lastName: 'Lovelace' });
    const [mail, ...more] = await mails(email);

    const replies = await Promise.all(Array.from({ length: 20 }, () => post('/auth/email/verify', { token: codeIn(mail!) })));

    expect([mail!.subject, more]).toEqual(['Please confirm your e-mail address', []]);
    expect(statuses(replies)).toEqual([200, ...Array(19).fill(401)]);
    expect(await world.connection.collection('outbox').countDocuments({ type: 'user.email_verified', 'data.userId': String((await userRow(world, email))['_id']) })).toBe(1);
  });

  test('another address holds once it is confirmed; the profile follows, the old one is told and opens nothing any more', async () => {
    const user = await givenUser(world);
    const next = newEmail();

    const wrong = await post('/auth/email/change', { newEmail: next, currentPassword: 'not the right one' }, user.headers);
    const asked = await post('/auth/email/change', { newEmail: next, currentPassword: PASSWORD }, user.headers);
    expect([wrong.status, asked.status]).toEqual([401, 202]);
    expect((await world.call('get', '/auth/me', { headers: user.headers })).body.data.email).toBe(user.email);
    const confirmed = await post('/auth/email/verify', { token: await mailedCode(next) });

    expect(confirmed.body.data).toEqual({ email: next });
    expect((await world.call('get', '/auth/me', { headers: user.headers })).body.data).toMatchObject({ email: next, emailVerified: true });
    expect((await world.call('get', '/customers/me', { headers: user.headers })).body.data.email).toBe(next);
    expect((await mails(user.email)).map(({ subject }) => subject)).toEqual(['Your e-mail address was changed']);
    expect([(await login(user.email, PASSWORD)).status, (await login(next, PASSWORD)).status]).toEqual([401, 200]);
    await world.runEvents();
    const activity = (await world.call('get', '/customers/me/activity', { headers: user.headers })).body.data.items as Array<{ type: string; data: object }>;
    expect(activity.filter(({ type }) => type === 'user.email_changed').map(({ data }) => data)).toEqual([{}]);
  });

  test('an address that somebody has gets no code, and one that was taken meanwhile is refused', async () => {
    const [user, taken] = [await givenUser(world), await givenUser(world)];
    const next = newEmail();
    await post('/auth/email/change', { newEmail: taken.email, currentPassword: PASSWORD }, user.headers);
    await post('/auth/email/change', { newEmail: next, currentPassword: PASSWORD }, user.headers);
    const token = await mailedCode(next);
    await post('/auth/register', { email: next, password: PASSWORD, firstName: 'Eve', lastName: 'Quick' });

    const late = await post('/auth/email/verify', { token });

    expect(await mails(taken.email)).toEqual([]);
    expect([late.status, late.body.code]).toEqual([409, 'email_taken']);
    expect((await world.call('get', '/auth/me', { headers: user.headers })).body.data.email).toBe(user.email);
  });
});

test('a device that was never seen is told of, the first of all and a known one are not', async () => {
  const { email } = await givenUser(world);
  const firefox = { 'user-agent': 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0' };
  const first = await mails(email);

  await post('/auth/login', { email, password: PASSWORD }, firefox);
  await post('/auth/login', { email, password: PASSWORD }, firefox);

  expect(first).toEqual([]);
  const told = await mails(email);
  expect(told.map(({ subject }) => subject)).toEqual(['A new device signed in']);
  expect(told[0]!.text).toContain('Firefox on Windows, network 127.0.0.0/24');
});
