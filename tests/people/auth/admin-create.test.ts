import { spawn } from 'node:child_process';
import { openWorld, type World } from '../../support/world.js';
import { givenKeys } from '../../support/given.js';

let world: World;
beforeAll(async () => { world = await openWorld(); await givenKeys(world); });
afterEach(() => { expect(world.defects.splice(0)).toEqual([]); });
afterAll(() => world.close());

type Outcome = { code: number | null; out: string; errors: string };
function run(args: string[], { input = '', env = {} as Record<string, string> } = {}): Promise<Outcome> {
  const child = spawn(process.execPath, ['--import', 'tsx', 'scripts/admin-create.ts', ...args], {
    env: { PATH: process.env['PATH'], MONGODB_URI: world.config.mongo.uri, REDIS_URL: world.config.redis.url, JWT_SECRET: world.config.auth.jwtSecret, BCRYPT_COST: '4', ...env },
  });
  const [out, errors]: [string[], string[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  child.stdin.end(input);
  return new Promise((resolve) => { child.on('close', (code) => { resolve({ code, out: out.join(''), errors: errors.join('') }); }); });
}
const login = (email: string, password: string) => world.call('post', '/auth/login', { body: { email, password } });
const users = () => world.connection.collection('users').countDocuments();

test('makes an admin with a password of its own, who can then make others', async () => {
  const { code, out } = await run(['--email', 'Boss@Example.com', '--generate']);

  expect(code).toBe(0);
  const password = /Password:\s+(\S{24})\n/.exec(out)![1]!;
  const { accessToken, user } = (await login('boss@example.com', password)).body.data;
  expect(user.roles).toEqual(['admin']);
  expect((await world.call('get', '/admin/users', { headers: { authorization: `Bearer ${accessToken}` } })).status).toBe(200);
});

test('takes a password that is piped in and never shows it; the same address again changes nothing', async () => {
  const first = await run(['--email', 'second@example.com', '--first-name', 'Grace'], { input: 'velvet-toaster-88-harbour\n' });
  const before = await users();
  const again = await run(['--email', 'second@example.com'], { input: 'another-password-of-mine\n' });

  expect([first.code, again.code]).toEqual([0, 1]);
  expect(first.out + first.errors).not.toContain('velvet');
  expect(again.errors).toContain('has an account already and is an admin');
  expect(await users()).toBe(before);
  expect((await login('second@example.com', 'velvet-toaster-88-harbour')).status).toBe(200);
});

const refusals = [
  { _case: 'a guessable password', args: ['--email', 'third@example.com'], input: 'password123\n', says: 'among the first that are tried' },
  { _case: 'no password', args: ['--email', 'third@example.com'], input: '', says: 'at least 10 bytes' },
  { _case: 'no address', args: ['--generate'], input: '', says: '--email must name an e-mail address' },
  { _case: 'no database', args: ['--email', 'third@example.com', '--generate'], input: '', says: 'MONGODB_URI', env: { MONGODB_URI: '' } },
  { _case: 'no keys of the shop', args: ['--email', 'third@example.com', '--generate'], input: '', says: 'stored sealed', env: { JWT_SECRET: '' } },
];
test('refuses what cannot work, says what to do and makes nobody', async () => {
  const before = await users();

  const outcomes = await Promise.all(refusals.map(async ({ _case, args, input, says, env = {} }) => ({ _case, says, ...await run(args, { input, env }) })));

  for (const { _case, says, code, errors } of outcomes) {
    expect({ _case, code, errors }).toEqual({ _case, code: 1, errors: expect.stringContaining(says) });
    expect({ _case, errors }).toEqual({ _case, errors: expect.not.stringMatching(/\n\s+at /) });
  }
  expect(await users()).toBe(before);
});
