import { generateSync } from 'otplib';
import { stepOfCode } from '../../../src/people/mfa/totp.js';
import { givenKeys, givenUser, PASSWORD, userRow, type GivenUser } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { vectors } from '../../support/vectors.js';
import { openWorld, type World } from '../../support/world.js';

let world: World;
let other: World;
beforeAll(async () => {
  world = await openWorld({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '100000' } });
  await givenKeys(world);
  other = await openNode(world);
});
beforeEach(() => { setClock(0); });
afterEach(() => { expect([...world.defects.splice(0), ...other.defects.splice(0)]).toEqual([]); });
afterAll(async () => { await other.close(); await world.close(); });

type Headers = Record<string, string>;
const setClock = (offsetMs: number) => { world.clock.offsetMs = offsetMs; other.clock.offsetMs = offsetMs; };
const post = (path: string, body: object = {}, headers: Headers = {}, node = world) => node.call('post', path, { body, headers });
const statuses = (replies: Array<{ status: number }>) => replies.map(({ status }) => status).sort();
const codeOf = (secret: string, offsetMs = world.clock.offsetMs) => generateSync({ secret, epoch: Math.floor((Date.now() + offsetMs) / 1000) });
const bearer = (reply: { body: { data: { accessToken: string } } }): Headers => ({ authorization: `Bearer ${reply.body.data.accessToken}` });

async function enrol(user: GivenUser, node = world) {
  const { secret, uri } = (await post('/auth/mfa/totp', { currentPassword: PASSWORD }, user.headers, node)).body.data as { secret: string; uri: string };
  const confirmed = await post('/auth/mfa/totp/confirmation', { code: codeOf(secret) }, user.headers, node);
  if (confirmed.status !== 200) throw new Error(JSON.stringify(confirmed.body));
  return { secret, uri, recoveryCodes: confirmed.body.data.recoveryCodes as string[] };
}
const challengeFor = async (email: string, body: object = {}) => (await post('/auth/login', { email, password: PASSWORD, ...body })).body as { code: string; challengeToken: string; expiresIn: number };

const rfc = vectors<{ totp: Array<{ time: number; alg: string; digits: number; secretBase32: string; code: string }> }>('otp_rfc');
rfc.describe('codes of RFC 6238', () => {
  test('are known by their last six digits, in their 30 seconds and those beside', () => {
    const known = rfc.data.totp.filter(({ alg }) => alg === 'sha1');
    expect(known.length).toBeGreaterThan(3);
    for (const { time, secretBase32, code } of known) {
      const step = Math.floor(time / 30);
      for (const seconds of [time, step * 30 + 59, step * 30 - 30].filter((at) => at >= 0)) expect(stepOfCode(secretBase32, code.slice(-6), new Date(seconds * 1000))).toBe(step);
      expect(stepOfCode(secretBase32, code.slice(-6), new Date((step * 30 + 61) * 1000))).toBeNull();
      expect(stepOfCode(secretBase32, code, new Date(time * 1000))).toBeNull();
    }
  });
});

describe('enrolment', () => {
  test('wants the password and a code of the app; then other sessions are over and the state says it', async () => {
    const user = await givenUser(world);
    const elsewhere = bearer(await post('/auth/login', { email: user.email, password: PASSWORD }));

    const wrongPassword = await post('/auth/mfa/totp', { currentPassword: 'not the right one' }, user.headers);
    const { secret, uri } = (await post('/auth/mfa/totp', { currentPassword: PASSWORD }, user.headers)).body.data;
    const wrongCode = await post('/auth/mfa/totp/confirmation', { code: '000000' }, user.headers);
    expect([wrongPassword.status, wrongCode.status]).toEqual([401, 401]);
    expect((await post('/auth/login', { email: user.email, password: PASSWORD })).status).toBe(200);
    const replies = await Promise.all(Array.from({ length: 5 }, (_, i) => post('/auth/mfa/totp/confirmation', { code: codeOf(secret) }, user.headers, i % 2 ? other : world)));

    expect(uri).toBe(`otpauth://totp/Kontor:${encodeURIComponent(user.email)}?secret=${secret}&issuer=Kontor`);
    expect(statuses(replies)).toEqual([200, 409, 409, 409, 409]);
    const { recoveryCodes } = replies.find(({ status }) => status === 200)!.body.data as { recoveryCodes: string[] };
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const code of recoveryCodes) expect(code).toMatch(/^([A-Z2-9]{4}-){3}[A-Z2-9]{4}$/);
    expect((await world.call('get', '/auth/me', { headers: elsewhere })).status).toBe(401);
    expect((await world.call('get', '/auth/mfa', { headers: user.headers })).body.data).toMatchObject({ enabled: true, required: false, recoveryCodesLeft: 10 });
    const stored = JSON.stringify(await world.connection.collection('mfa_factors').find().toArray());
    for (const known of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) expect(stored).not.toContain(known);
  });
});

describe('signing in', () => {
  test('asks for a code: thirty tries with one right code on two nodes open one session', async () => {
    const user = await givenUser(world);
    const { secret } = await enrol(user);
    setClock(60_000);
    const challenges = await Promise.all(Array.from({ length: 30 }, () => challengeFor(user.email)));
    expect(challenges[0]).toMatchObject({ status: 401, code: 'mfa_required', expiresIn: 300, endpoint: '/auth/mfa/challenge' });
    const sessions = await world.connection.collection('sessions').countDocuments();
    const code = codeOf(secret);

    const replies = await Promise.all(challenges.map(({ challengeToken }, i) => post('/auth/mfa/challenge', { challengeToken, code }, {}, i % 2 ? other : world)));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => ![200, 401, 429].includes(status))).toEqual([]);
    expect(await world.connection.collection('sessions').countDocuments()).toBe(sessions + 1);
    const again = await post('/auth/mfa/challenge', { challengeToken: (await challengeFor(user.email)).challengeToken, code });
    expect([401, 429]).toContain(again.status);
  });

  test('a recovery code opens one session of fifty tries, and the owner is told how many are left', async () => {
    const user = await givenUser(world);
    const { recoveryCodes } = await enrol(user);
    const challenges = await Promise.all(Array.from({ length: 50 }, () => challengeFor(user.email)));

    const replies = await Promise.all(challenges.map(({ challengeToken }, i) => post('/auth/mfa/challenge', { challengeToken, code: recoveryCodes[3]!.toLowerCase() }, {}, i % 2 ? other : world)));

    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => ![200, 401, 429].includes(status))).toEqual([]);
    expect(await world.connection.collection('outbox').find({ type: 'user.recovery_code_used', aggregateId: user.id }).toArray()).toMatchObject([{ data: { left: 9 } }]);
  });

  test('a challenge takes five tries and five minutes, and an account ten wrong codes', async () => {
    const user = await givenUser(world);
    const { secret } = await enrol(user);
    setClock(60_000);
    const one = await challengeFor(user.email);
    const late = await challengeFor(user.email);

    const wrong = [];
    for (let i = 0; i < 5; i++) wrong.push(await post('/auth/mfa/challenge', { challengeToken: one.challengeToken, code: '000000' }));
    const sixth = await post('/auth/mfa/challenge', { challengeToken: one.challengeToken, code: codeOf(secret) });
    expect(wrong.map(({ body }) => body.code)).toEqual(Array(5).fill('invalid_mfa_code'));
    expect(sixth.body.code).toBe('invalid_challenge');
    setClock(60_000 + 301_000);
    expect((await post('/auth/mfa/challenge', { challengeToken: late.challengeToken, code: codeOf(secret) })).body.code).toBe('invalid_challenge');
    const others = [];
    for (let i = 0; i < 7; i++) others.push(await post('/auth/mfa/challenge', { challengeToken: (await challengeFor(user.email)).challengeToken, code: '000000' }));

    expect(others.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(Number(others.at(-1)!.headers['retry-after'])).toBeGreaterThan(0);
    setClock(20 * 60_000);
    expect((await post('/auth/mfa/challenge', { challengeToken: (await challengeFor(user.email)).challengeToken, code: codeOf(secret) })).status).toBe(200);
  });
});

describe('step-up', () => {
  const disable = (id: string, headers: Headers, node = world) => node.call('patch', `/admin/users/${id}`, { body: { disabled: true }, headers });

  test('an admin with a second factor proves it anew after five minutes; one node knows what another was shown', async () => {
    const [admin, victim] = [await givenUser(world, { roles: ['admin'] }), await givenUser(world)];
    const { secret } = await enrol(admin);
    expect((await world.call('post', '/admin/api-keys', { headers: admin.headers, body: { name: 'n', kind: 'publishable', scopes: ['catalog:read'] } })).status).toBe(201);
    setClock(301_000);

    const refused = await disable(victim.id, admin.headers);
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: 'step_up_required', endpoint: '/auth/mfa/step-up' });
    expect((await userRow(world, victim.email))['isDisabled']).toBe(false);
    for (const [method, path, body] of [['post', '/admin/api-keys', { name: 'n', kind: 'publishable', scopes: ['catalog:read'] }], ['post', '/admin/cache/purge', { all: true }], ['delete', '/auth/mfa', undefined]] as const) {
      expect((await world.call(method, path, { headers: admin.headers, ...(body && { body }) })).body.code).toBe('step_up_required');
    }
    expect((await post('/admin/cache/purge', { tags: ['products'] }, admin.headers)).status).toBe(200);
    const code = codeOf(secret);
    expect(statuses(await Promise.all(Array.from({ length: 5 }, () => post('/auth/mfa/step-up', { code }, admin.headers))))).toEqual([200, 401, 401, 401, 401]);

    expect((await disable(victim.id, admin.headers, other)).status).toBe(200);
  });

  test('without a second factor nothing is asked, unless the configuration says so; a server key has none', async () => {
    const strict = await openNode(world, { STEP_UP: 'always' });
    const [admin, victim, buyer] = [await givenUser(world, { roles: ['admin'] }), await givenUser(world), await givenUser(world)];

    const refused = await disable(victim.id, admin.headers, strict);
    const allowed = await disable(victim.id, admin.headers);
    // Who only buys here never needs one for what is theirs.
    const erased = await strict.call('post', '/customers/me/erasure', { headers: buyer.headers, body: { confirmEmail: buyer.email, currentPassword: PASSWORD } });
    expect(strict.defects).toEqual([]);
    await strict.close();

    expect([refused.status, refused.body.endpoint]).toEqual([403, '/auth/mfa/totp']);
    expect([allowed.status, erased.status]).toEqual([200, 202]);
  });

  test('staff who must have a second factor may do nothing until they have one, and cannot remove it', async () => {
    const forced = await openNode(world, { MFA_REQUIRED_ROLES: 'admin' });
    const admin = await givenUser(world, { roles: ['admin'] });

    const before = await forced.call('get', '/admin/users', { headers: admin.headers });
    const { recoveryCodes } = await enrol(admin, forced);
    const after = await forced.call('get', '/admin/users', { headers: admin.headers });
    const removed = await forced.call('delete', '/auth/mfa', { headers: admin.headers });
    expect(forced.defects).toEqual([]);
    await forced.close();

    expect([before.status, before.body.code]).toEqual([403, 'mfa_enrolment_required']);
    expect([after.status, removed.status, removed.body.code]).toEqual([200, 409, 'mfa_is_required']);
    expect(recoveryCodes).toHaveLength(10);
  });
});

test('staff can remove the second factor of somebody else: sessions end, the password alone works, and it is on record', async () => {
  const [admin, support, user] = [await givenUser(world, { roles: ['admin'] }), await givenUser(world, { roles: ['support'] }), await givenUser(world)];
  await enrol(user);

  expect((await world.call('delete', `/admin/users/${user.id}/mfa`, { headers: support.headers })).status).toBe(403);
  expect((await challengeFor(user.email)).code).toBe('mfa_required');
  const reset = await world.call('delete', `/admin/users/${user.id}/mfa`, { headers: admin.headers });
  const again = await world.call('delete', `/admin/users/${user.id}/mfa`, { headers: admin.headers });

  expect([reset.status, again.status]).toEqual([200, 409]);
  expect((await world.call('get', '/auth/me', { headers: user.headers })).status).toBe(401);
  expect((await post('/auth/login', { email: user.email, password: PASSWORD })).status).toBe(200);
  const [entry, ...more] = await world.connection.collection('audit_entries').find({ action: 'user.mfa_reset', subject: `user:${user.id}` }).toArray();
  expect(more).toEqual([]);
  expect(entry).toMatchObject({ actor: { type: 'user', id: admin.id }, after: { mfaEnabledAt: null } });
});
