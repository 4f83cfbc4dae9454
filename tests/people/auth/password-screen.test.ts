import { createHash, randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PasswordScreen } from '../../../src/people/auth/password-screen.js';
import { PasswordPool } from '../../../src/shared/crypto/password-pool.js';
import type { SecurityEvent } from '../../../src/shared/security-event.js';
import { givenKeys, givenUser, newEmail, PASSWORD } from '../../support/given.js';
import { vectors } from '../../support/vectors.js';
import { openWorld } from '../../support/world.js';


const LEAKED = 'tulip-garden-94-anchor';
const config = { shopName: 'Kontor', passwordListFile: '', breachRangeUrl: '', breachTimeoutMs: 200 };
const problemOf = (error: unknown) => (error as { facts?: { problem?: string } }).facts?.problem;
const events: SecurityEvent[] = [];
const screen = (changes: Partial<typeof config> = {}) => new PasswordScreen({ config: { ...config, ...changes }, now: () => new Date(), securityEvent: (event) => { events.push(event); } });
const verdict = (judge: PasswordScreen, password: string, email = 'ada@example.com') => judge.refuseWeak(password, email).then(() => null, problemOf);
beforeEach(() => { events.splice(0); });

const common = vectors<string[]>('common_passwords_10k');
common.describe('the list of the operator', () => {
  test('refuses every one of the 10,000 most used, in any spelling, and takes others', async () => {
    const file = join(tmpdir(), `passwords-${randomBytes(4).toString('hex')}`);
    writeFileSync(file, `${common.data.join('\n')}\n${LEAKED}\n`);
    const judge = screen({ passwordListFile: file });
    rmSync(file);

    const long = common.data.filter((password) => Buffer.byteLength(password) >= 10);
    expect(long.length).toBeGreaterThan(50);
    for (const password of [...long, LEAKED, LEAKED.toUpperCase()]) expect(await verdict(judge, password)).not.toBeNull();
    expect(await verdict(judge, LEAKED)).toBe('breached');
    expect(await verdict(judge, PASSWORD)).toBeNull();
  });
});

test('a list that is not there stops the process at its start', () => {
  expect(() => screen({ passwordListFile: '/nowhere/at-all.txt' })).toThrow('ENOENT');
});

test.each([
  { password: 'Kontor-2026!', email: 'ada@example.com', problem: 'too_common' },
  { password: 'mykontorshop1', email: 'ada@example.com', problem: 'too_common' },
  { password: 'Ada.Lovelace!1', email: 'ada.lovelace@example.com', problem: 'same_as_email' },
  { password: 'kontor-walnut-39-fjord', email: 'ada@example.com', problem: null },
])('$password of $email: $problem', async ({ password, email, problem }) => {
  expect(await verdict(screen(), password, email)).toBe(problem);
});

describe('a service that knows what leaked', () => {
  const asked: Array<{ url: string; padding: unknown }> = [];
  const state = { answer: 'lines' as 'lines' | 'nothing' | '500' };
  const hash = createHash('sha1').update(LEAKED).digest('hex').toUpperCase();
  const server = createServer((req, res) => {
    asked.push({ url: req.url!, padding: req.headers['add-padding'] });
    if (state.answer === 'nothing') return;
    if (state.answer === '500') { res.writeHead(500).end(); return; }
    const padding = createHash('sha1').update(PASSWORD).digest('hex').toUpperCase();
    res.end(`0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n${hash.slice(5)}:17\r\n${padding.slice(5)}:0\r\n`);
  });
  let url: string;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/range`;
  });
  afterAll(() => { server.close(); server.closeAllConnections(); });

  test('hears five letters of the hash and nothing else; padding counts for nothing', async () => {
    const judge = screen({ breachRangeUrl: url });

    expect(await verdict(judge, LEAKED)).toBe('breached');
    expect(await verdict(judge, PASSWORD)).toBeNull();

    expect(asked[0]).toEqual({ url: `/range/${hash.slice(0, 5)}`, padding: 'true' });
    expect(JSON.stringify(asked)).not.toContain(hash.slice(5));
  });

  test.each(['nothing', '500'] as const)('that answers %s stops nobody, is not asked for a while after three failures, and it is on record', async (answer) => {
    state.answer = answer;
    const judge = screen({ breachRangeUrl: url });
    const before = asked.length;

    for (let i = 0; i < 5; i++) expect(await verdict(judge, LEAKED)).toBeNull();

    expect(asked.length - before).toBe(3);
    expect(events.map(({ kind }) => kind)).toEqual(Array(5).fill('breach_check_unavailable'));
  });
});

/** How often the pool is asked to do that, by anybody. */
function counted(name: 'verify' | 'hash') {
  const original = Object.getOwnPropertyDescriptor(PasswordPool.prototype, name)!;
  const work = original.value as (...given: unknown[]) => unknown;
  const count = { calls: 0, restore: () => { Object.defineProperty(PasswordPool.prototype, name, original); } };
  Object.defineProperty(PasswordPool.prototype, name, { ...original, value(this: PasswordPool, ...given: unknown[]) {
    count.calls += 1;
    return work.apply(this, given);
  } });
  return count;
}

test('an unknown address costs the same hashing as a wrong password, and the answers are one', async () => {
  const world = await openWorld({ env: { SIGN_IN_FAILURES_PER_ADDRESS: '1000' } });
  await givenKeys(world);
  const { email } = await givenUser(world);
  const [verify, hash] = [counted('verify'), counted('hash')];
  const attempt = async (address: string) => {
    const before = [verify.calls, hash.calls];
    const { status, body: { requestId: _id, ...body } } = await world.call('post', '/auth/login', { body: { email: address, password: 'not the right one' } });
    return { status, body, hashes: [verify.calls - before[0]!, hash.calls - before[1]!] };
  };

  const [known, unknown] = [await attempt(email), await attempt(newEmail())];
  [verify, hash].forEach(({ restore }) => { restore(); });

  expect(unknown).toEqual(known);
  expect(known).toMatchObject({ status: 401, hashes: [1, 0] });
  const many = [];
  for (let i = 0; i < 3; i++) many.push(await world.call('post', '/auth/register', { body: { email, password: PASSWORD, firstName: 'Eve', lastName: 'Curious' } }));
  expect(many.map(({ status }) => status)).toEqual([409, 409, 409]);
  expect(world.defects).toEqual([]);
  await world.close();
});
