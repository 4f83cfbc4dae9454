import { readFileSync } from 'node:fs';
// @ts-expect-error the example is plain JavaScript, as partners would copy it
import { signedHeaders as sign } from '../../../examples/signed-request.mjs';
import { givenKeys, givenUser, type GivenUser } from '../../support/given.js';
import { openNode } from '../../support/node.js';
import { openWorld, type World } from '../../support/world.js';

type Signing = { key: string; signingSecret: string; method: string; path: string; body?: string; now?: Date; nonce?: string };
const signedHeaders = sign as (of: Signing) => Record<string, string>;

let world: World;
let node: World;
let admin: GivenUser;
beforeAll(async () => {
  world = await openWorld();
  await givenKeys(world);
  admin = await givenUser(world, { roles: ['admin'] });
  node = await openNode(world);
});
afterEach(() => { world.clock.offsetMs = 0; expect([...world.defects.splice(0), ...node.defects.splice(0)]).toEqual([]); });
afterAll(async () => { await node.close(); await world.close(); });

type Issued = { id: string; key: string; appSecret?: string; signingSecret: string };
const givenSigner = (changes: object = {}) => world.container.apiKeys.issue({ name: 'partner', kind: 'secret', scopes: ['categories:write', 'catalog:read'], signing: 'required', ...changes }) as Promise<Issued>;
const PATH = '/api/v1/categories';
const bodyOf = (name: string) => JSON.stringify({ name });
const send = (headers: Record<string, string>, body: string, { at = world, path = PATH } = {}) => at.api.post(path).set({ 'content-type': 'application/json', ...headers }).send(body);
const count = () => world.connection.collection('categories').countDocuments();

test('a request that is signed needs no app secret, whatever it reads or writes', async () => {
  const signer = await givenSigner();
  const body = bodyOf('Signed');
  const query = `${PATH}?fields=name`;

  const written = await send(signedHeaders({ ...signer, method: 'POST', path: PATH, body }), body);
  const read = await world.api.get(query).set(signedHeaders({ ...signer, method: 'GET', path: query }));

  expect(signer.appSecret).toMatch(/^as_/);
  expect([written.status, read.status]).toEqual([201, 200]);
  expect((await send({ ...signedHeaders({ ...signer, method: 'POST', path: '/api/categories', body: bodyOf('Other') }) }, bodyOf('Other'), { path: '/api/categories' })).status).toBe(201);
});

test.each(['2027-03-28T00:59:59Z', '2027-10-31T00:59:59Z', '2028-02-29T23:59:59Z', '2038-01-19T03:14:07Z'])('at %s and the second after, signatures and sessions are good, and are over when their time is', async (moment) => {
  const signer = await givenSigner();
  const user = await givenUser(world);
  const second = new Date(moment).getTime() - Date.now();
  const signedAt = (offsetMs: number) => world.api.get(PATH).set(signedHeaders({ ...signer, method: 'GET', path: PATH, now: new Date(Date.now() + offsetMs) }));
  const login = async () => (await world.call('post', '/auth/login', { body: { email: user.email, password: user.password } }).expect(200)).body.data as { accessToken: string; refreshToken: string };
  const me = ({ accessToken }: { accessToken: string }) => world.call('get', '/auth/me', { headers: { authorization: `Bearer ${accessToken}` } });

  world.clock.offsetMs = second;
  const session = await login();
  const before = [(await signedAt(second)).status, (await me(session)).status];
  world.clock.offsetMs = second + 2000;
  const beyond = [(await signedAt(second)).status, (await signedAt(second + 2000)).status, (await me(session)).status];
  world.clock.offsetMs = second + 3_602_000;
  const over = [(await signedAt(second)).body.code, (await me(session)).status];
  const renewed = await world.call('post', '/auth/refresh', { body: { refreshToken: session.refreshToken } });

  expect({ before, beyond, over }).toEqual({ before: [200, 200], beyond: [200, 200, 200], over: ['signature_out_of_time', 401] });
  expect([renewed.status, (await me(renewed.body.data)).status]).toEqual([200, 200]);
});

describe('refuses and changes nothing:', () => {
  const at = (seconds: number) => new Date(Date.now() + seconds * 1000);
  const right = (signer: Issued, changes: Partial<Signing> = {}) => signedHeaders({ ...signer, method: 'POST', path: PATH, body: bodyOf('X'), ...changes });
  test.each([
    { _case: 'no signature', headers: ({ key, appSecret = '' }: Issued) => ({ 'x-api-key': key, 'x-app-secret': appSecret }), code: 'signature_required' },
    { _case: 'another secret', headers: (signer: Issued) => right({ ...signer, signingSecret: 'ss_wrong' }), code: 'invalid_signature' },
    { _case: 'the app secret as signing secret', headers: (signer: Issued) => right({ ...signer, signingSecret: signer.appSecret! }), code: 'invalid_signature' },
    { _case: 'another method', headers: (signer: Issued) => right(signer, { method: 'PUT' }), code: 'invalid_signature' },
    { _case: 'another path', headers: (signer: Issued) => right(signer, { path: '/api/v1/products' }), code: 'invalid_signature' },
    { _case: 'a query that was added', headers: (signer: Issued) => right(signer, { path: `${PATH}?x=1` }), code: 'invalid_signature' },
    { _case: 'another body under the signed hash', headers: (signer: Issued) => right(signer, { body: bodyOf('Y') }), code: 'invalid_signature' },
    { _case: 'the hash of this body in place of the signed one', headers: (signer: Issued) => ({ ...right(signer, { body: bodyOf('Y') }), 'x-content-sha256': right(signer)['x-content-sha256']! }), code: 'invalid_signature' },
    { _case: 'no hash of the body', headers: (signer: Issued) => { const { 'x-content-sha256': _hash, ...headers } = right(signer); return headers; }, code: 'invalid_signature' },
    { _case: 'a time that was changed', headers: (signer: Issued) => ({ ...right(signer), 'x-signature-timestamp': String(Math.floor(Date.now() / 1000) + 1) }), code: 'invalid_signature' },
    { _case: 'a nonce that was changed', headers: (signer: Issued) => ({ ...right(signer), 'x-signature-nonce': 'a'.repeat(32) }), code: 'invalid_signature' },
    { _case: 'a nonce that is too short to be one', headers: (signer: Issued) => right(signer, { nonce: 'short' }), code: 'invalid_signature' },
    { _case: 'a signature in capitals', headers: (signer: Issued) => { const headers = right(signer); return { ...headers, 'x-signature': headers['x-signature']!.toUpperCase() }; }, code: 'invalid_signature' },
    { _case: 'a time 301 s ago', headers: (signer: Issued) => right(signer, { now: at(-301) }), code: 'signature_out_of_time' },
    { _case: 'a time 302 s ahead', headers: (signer: Issued) => right(signer, { now: at(302) }), code: 'signature_out_of_time' },
    { _case: 'a key with another end', headers: (signer: Issued) => ({ ...right(signer), 'x-api-key': signer.key.slice(0, -1) + (signer.key.endsWith('a') ? 'b' : 'a') }), code: 'api_key_required' },
  ])('$_case', async ({ headers, code }) => {
    const signer = await givenSigner();
    const before = [await count(), await world.connection.collection('audit_entries').countDocuments()];

    const reply = await send(headers(signer) as Record<string, string>, bodyOf('X'));

    expect([reply.status, reply.body.code]).toEqual([401, code]);
    expect([await count(), await world.connection.collection('audit_entries').countDocuments()]).toEqual(before);
  });

  test('a signature of a key that may not sign', async () => {
    const plain = await world.container.apiKeys.issue({ name: 'plain', kind: 'secret', scopes: ['categories:write'] }) as Issued;

    expect(plain.signingSecret).toBeUndefined();
    expect((await send({ ...right({ ...plain, signingSecret: 'ss_x' }), 'x-app-secret': plain.appSecret! }, bodyOf('X'))).body.code).toBe('invalid_signature');
  });
});

test('inside the window both ways it is taken', async () => {
  const signer = await givenSigner();
  const statuses = await Promise.all([-298, 298].map(async (seconds) => {
    const body = bodyOf(`At ${seconds}`);
    return (await send(signedHeaders({ ...signer, method: 'POST', path: PATH, body, now: new Date(Date.now() + seconds * 1000) }), body)).status;
  }));
  expect(statuses).toEqual([201, 201]);
});

test('of twenty replays at once on two nodes exactly one passes, and none after Redis was emptied', async () => {
  const signer = await givenSigner();
  const body = bodyOf('Once');
  const headers = signedHeaders({ ...signer, method: 'POST', path: PATH, body });
  const before = await count();

  const replies = await Promise.all(Array.from({ length: 20 }, (_, i) => send(headers, body, { at: i % 2 === 0 ? world : node })));
  // FLUSHALL in the eyes of this shop: other tests share the server
  const names = await world.redis.client.keys(`${world.config.redis.keyPrefix}*`);
  if (names.length > 0) await world.redis.client.del(...names.map((name) => name.slice(world.config.redis.keyPrefix.length)), ...names);
  const again = await Promise.all([send(headers, body), send(headers, body, { at: node })]);

  expect(replies.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(401)]);
  expect([...replies.filter(({ status }) => status === 401), ...again].map(({ body: { code } }) => code)).toEqual(Array(21).fill('request_replayed'));
  expect(await count()).toBe(before + 1);
});

test('a nonce is kept for longer than its signature can be in time', async () => {
  const signer = await givenSigner();
  const body = bodyOf('Early');
  const headers = signedHeaders({ ...signer, method: 'POST', path: PATH, body, now: new Date(Date.now() + 299_000) });
  const began = Date.now();

  await send(headers, body);

  const [row] = await world.connection.collection<{ _id: string; expiresAt: Date }>('api_key_nonces').find({ _id: { $regex: headers['x-signature-nonce']! } }).toArray();
  expect(row!.expiresAt.getTime() - began).toBeGreaterThanOrEqual(600_000);
  world.clock.offsetMs = 597_000;
  expect((await send(headers, body)).body.code).toBe('request_replayed');
  world.clock.offsetMs = 602_000;
  expect((await send(headers, body)).body.code).toBe('signature_out_of_time');
});

test('where it is optional, the app secret works as well, but a signature that is there must be right', async () => {
  const signer = await givenSigner({ signing: 'optional' });
  const plain = { 'x-api-key': signer.key, 'x-app-secret': signer.appSecret! };
  const body = bodyOf('Optional');

  const unsigned = await send(plain, body);
  const signed = await send(signedHeaders({ ...signer, method: 'POST', path: PATH, body: bodyOf('Optional 2') }), bodyOf('Optional 2'));
  const wrong = await send({ ...plain, ...signedHeaders({ ...signer, signingSecret: 'ss_wrong', method: 'POST', path: PATH, body }) }, body);

  expect([unsigned.status, signed.status, wrong.status]).toEqual([201, 201, 401]);
});

test('a rotation gives a new signing secret; the old one signs until the overlap ends, and revoking ends both', async () => {
  const old = await givenSigner();
  const rotated = await world.call('post', `/admin/api-keys/${old.id}/rotation`, { body: { overlapSeconds: 100 }, headers: admin.headers });
  const fresh = rotated.body.data as Issued;
  const reads = (signer: Issued, now = new Date()) => world.api.get(PATH).set(signedHeaders({ ...signer, method: 'GET', path: PATH, now }));

  expect([rotated.status, fresh.signingSecret === old.signingSecret]).toEqual([200, false]);
  expect([(await reads(old)).status, (await reads(fresh)).status, (await reads({ ...old, key: fresh.key })).status]).toEqual([200, 200, 401]);
  world.clock.offsetMs = 101_000;
  expect([(await reads(old)).status, (await reads(fresh)).status]).toEqual([401, 200]);
  await world.call('delete', `/admin/api-keys/${old.id}`, { headers: admin.headers });
  expect((await reads(fresh)).status).toBe(401);
});

test('issuing shows the signing secret once and stores it nowhere; an app has nothing to sign with', async () => {
  const issued = await world.call('post', '/admin/api-keys', { headers: admin.headers, body: { name: 'P', kind: 'secret', scopes: ['orders:read'], signing: 'required' } });
  const app = await world.call('post', '/admin/api-keys', { headers: admin.headers, body: { name: 'P', kind: 'publishable', scopes: ['catalog:read'], signing: 'optional' } });
  const again = await world.call('get', `/admin/api-keys/${issued.body.data.id}`, { headers: admin.headers });

  expect(issued.body.data).toMatchObject({ signing: 'required', signingSecret: expect.stringMatching(/^ss_[\w-]{43}$/) });
  expect([app.status, app.body.code]).toEqual([400, 'signing_beyond_kind']);
  expect(again.body.data.signing).toBe('required');
  const stored = JSON.stringify([again.body, await world.connection.collection('api_keys').find().toArray(), await world.connection.collection('audit_entries').find().toArray()]);
  expect(stored).not.toContain(issued.body.data.signingSecret);
});

test('an upload that is signed is taken, and refused when a byte of it differs', async () => {
  const signer = await givenSigner({ scopes: ['import:write'] });
  const path = '/api/v1/products/import';
  const form = (text: string) => `--b\r\ncontent-disposition: form-data; name="file"; filename="p.csv"\r\ncontent-type: text/csv\r\n\r\n${text}\r\n--b--\r\n`;
  const post = (signedBody: string, body: string) => world.api.post(path).set({ ...signedHeaders({ ...signer, method: 'POST', path, body: signedBody }), 'content-type': 'multipart/form-data; boundary=b' }).send(body);

  const taken = await post(form('sku,name\nA,B\n'), form('sku,name\nA,B\n'));
  const altered = await post(form('sku,name\nA,B\n'), form('sku,name\nA,C\n'));

  expect(taken.status).not.toBe(401);
  expect([altered.status, altered.body.code]).toEqual([401, 'invalid_signature']);
});

test('the example in the documentation is right', () => {
  const page = readFileSync(new URL('../../../docs/signed-requests.md', import.meta.url), 'utf8');
  const headers = signedHeaders({ key: 'k', signingSecret: 'ss_example', method: 'GET', path: '/api/v1/orders?per_page=5', now: new Date(1_767_225_600_000), nonce: '0123456789abcdef' });

  expect(page).toContain(headers['x-signature']);
});
