import { setTimeout as pause } from 'node:timers/promises';
import { Recent } from '../../src/shared/cache/recent.js';
import { newToken, randomText, sameText, sha256 } from '../../src/shared/crypto/tokens.js';
import fc from 'fast-check';
import { createFailpoint } from '../../src/shared/failpoint.js';
import { largestPermitted, permitsNothing, quantityFault, type QuantityRule } from '../../src/shared/quantity-rule.js';

describe('the memory for what every request asks', () => {
  test('askers at the same time share one look-up; after its time it is asked again', async () => {
    const recent = new Recent<number>({ ttlMs: 80, max: 10 });
    let loads = 0;
    const load = async () => { await pause(10); return ++loads; };

    expect(await Promise.all(Array.from({ length: 50 }, () => recent.get('k', load)))).toEqual(Array(50).fill(1));
    expect(await recent.get('k', load)).toBe(1);
    await pause(90);
    expect(await recent.get('k', load)).toBe(2);
    recent.forget('k');
    expect(await recent.get('k', load)).toBe(3);
  });

  test('a failure is not remembered', async () => {
    const recent = new Recent<string>({ ttlMs: 1000, max: 10 });

    await expect(recent.get('k', async () => { throw new Error('away'); })).rejects.toThrow('away');
    expect(await recent.get('k', async () => 'back')).toBe('back');
  });

  test('it is bounded: strangers cannot fill the memory with guesses', async () => {
    const recent = new Recent<number>({ ttlMs: 60_000, max: 100 });
    let loads = 0;
    for (let n = 0; n < 1000; n++) await recent.get(`guess-${n}`, async () => ++loads);

    await recent.get('guess-999', async () => ++loads);
    await recent.get('guess-0', async () => ++loads);
    expect(loads).toBe(1001);
  });
});

test('a failpoint acts only at its own name, and not at all when nothing is armed', async () => {
  const armed = createFailpoint('checkout.before_commit:throw, other.step:sleep:60');

  await expect(Promise.resolve(armed('checkout.before_commit'))).rejects.toThrow('failpoint checkout.before_commit');
  await armed('unnamed.step');
  const begun = Date.now();
  await armed('other.step');
  expect(Date.now() - begun).toBeGreaterThanOrEqual(50);
  expect(createFailpoint('')('checkout.before_commit')).toBeUndefined();
});

test('tokens are random, long, fit a header, and are compared whole', () => {
  const tokens = new Set(Array.from({ length: 1000 }, newToken));
  expect(tokens.size).toBe(1000);
  for (const token of tokens) expect(token).toMatch(/^[\w-]{32}$/);
  expect(randomText(2000, 'abc')).toMatch(/^[abc]{2000}$/);
  expect([sameText('a', 'a'), sameText('a', 'b'), sameText('a', 'ab'), sameText('', ''), sameText('ü', 'u')]).toEqual([true, false, false, true, false]);
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a quantity is permitted exactly where counting through all of them says so, and the nearest ones are offered', () => {
  const part = fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined });
  fc.assert(fc.property(fc.record({ minimum: part, maximum: part, step: part }), fc.integer({ min: 1, max: 80 }), fc.integer({ min: 1, max: 70 }), (parts, quantity, most) => {
    const rule = Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as QuantityRule;
    const permitted = Array.from({ length: most }, (_, at) => at + 1).filter((one) => one % (rule.step ?? 1) === 0 && one >= (rule.minimum ?? 1) && one <= (rule.maximum ?? most));

    expect(quantityFault(quantity, rule, most) === null).toBe(permitted.includes(quantity));
    expect(largestPermitted(rule, most)).toBe(permitted.at(-1) ?? 0);
    expect(permitsNothing(rule, most)).toBe(permitted.length === 0);
    const near = [permitted.filter((one) => one < quantity).at(-1), permitted.find((one) => one > quantity)].filter((one) => one !== undefined);
    if (!permitted.includes(quantity)) expect(quantityFault(quantity, rule, most)!.permitted).toEqual(near);
  }));
});
