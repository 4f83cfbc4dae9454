import { monitorEventLoopDelay } from 'node:perf_hooks';
import bcrypt from 'bcryptjs';
import { paddingFor, PasswordPool } from '../../../src/shared/crypto/password-pool.js';

const pool = (changes: Partial<{ concurrency: number; queue: number; cost: number }> = {}) => new PasswordPool({ concurrency: 2, queue: 50, cost: 4, ...changes });

test('what was hashed is recognised, anything else is not', async () => {
  const passwords = pool();
  const stored = await passwords.hash('a fine password');

  expect(stored).toMatch(/^bcrypt:\$2b\$04\$.{53}$/);
  expect(await bcrypt.compare('a fine password', stored.slice('bcrypt:'.length))).toBe(true);
  expect(await Promise.all([
    passwords.verify('a fine password', stored), passwords.verify('a fine passwore', stored), passwords.verify('', stored),
    passwords.verify('a fine password', null), passwords.verify('a fine password', stored.slice('bcrypt:'.length)),
  ])).toEqual([true, false, false, false, false]);
});

test('a password of more than 72 bytes is neither hashed nor taken for its beginning', async () => {
  const passwords = pool();
  const stored = await passwords.hash('x'.repeat(72));

  await expect(passwords.hash('x'.repeat(73))).rejects.toThrow('72 bytes');
  expect([await passwords.verify('x'.repeat(72), stored), await passwords.verify('x'.repeat(73), stored)]).toEqual([true, false]);
});

test('an accent typed in two ways is one password', async () => {
  const passwords = pool();

  expect(await passwords.verify('caf\u0065\u0301 noir', await passwords.hash('caf\u00e9 noir'))).toBe(true);
});

test('the work is the same whether there is a hash or not', async () => {
  const passwords = pool({ concurrency: 1, cost: 10 });
  const stored = await passwords.hash('a fine password');
  const time = async (hash: string | null) => {
    const begun = performance.now();
    await passwords.verify('a fine passwore', hash);
    return performance.now() - begun;
  };
  const median = (times: number[]) => times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!;

  const [known, unknown]: [number[], number[]] = [[], []];
  for (let i = 0; i < 9; i++) {
    known.push(await time(stored));
    unknown.push(await time(null));
  }

  // Without the dummy hash the ratio is a thousandth; anything near one will do on a busy machine.
  expect(median(unknown) / median(known)).toBeGreaterThan(0.2);
  expect(median(unknown) / median(known)).toBeLessThan(5);
});

test('beside an older, cheaper hash as much work is done for nothing as is missing, so that its age does not show', async () => {
  const stored = await pool({ cost: 4 }).hash('a fine password');
  const rounds = (hashes: readonly string[]) => hashes.reduce((so, hash) => so + 2 ** Number(hash.slice(4, 6)), 0);

  for (const cost of [4, 5, 8, 12]) {
    const hash = stored.slice('bcrypt:'.length);
    expect([cost, rounds([hash, ...paddingFor(hash, cost)])]).toEqual([cost, 2 ** cost]);
  }
  const today = pool({ cost: 6 });
  expect([await today.verify('a fine password', stored), await today.verify('a fine passwore', stored)]).toEqual([true, false]);
});

test('knows a hash of another cost or scheme', async () => {
  const stored = await pool().hash('a fine password');

  expect([pool().isOutdated(stored), pool({ cost: 5 }).isOutdated(stored), pool().isOutdated('scrypt:whatever')]).toEqual([false, true, true]);
});

test('the event loop goes on while passwords are hashed', async () => {
  const passwords = pool({ cost: 11 });
  const delay = monitorEventLoopDelay({ resolution: 5 });
  await passwords.hash('to start the threads');
  delay.enable();

  await Promise.all(Array.from({ length: 6 }, () => passwords.hash('a fine password')));

  delay.disable();
  // One hash of this cost takes over 100 ms; in the event loop six of them would be one pause of 600.
  expect(delay.percentile(50) / 1e6).toBeLessThan(60);
});

test('beyond the queue it refuses at once, with a time to come again, and goes on after that', async () => {
  const passwords = pool({ concurrency: 1, queue: 2, cost: 8 });

  const outcomes = await Promise.allSettled(Array.from({ length: 6 }, async () => passwords.hash('a fine password')));

  const refused = outcomes.filter((outcome): outcome is PromiseRejectedResult => outcome.status === 'rejected');
  expect(refused).toHaveLength(3);
  expect(refused[0]!.reason).toMatchObject({ status: 503, code: 'too_many_sign_ins', retryAfterSeconds: 2 });
  expect(await passwords.hash('another time')).toMatch(/^bcrypt:/);
});

test('an impossible hash in the database is an error of that look-up and of no other', async () => {
  const passwords = pool({ concurrency: 1 });

  const outcomes = await Promise.allSettled([passwords.verify('x', 'bcrypt:rubbish'), passwords.hash('a fine password')]);

  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled']);
  expect((outcomes[0] as PromiseFulfilledResult<boolean>).value).toBe(false);
});
