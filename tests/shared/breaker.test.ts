import { BreakerOpen, createBreaker } from '../../src/shared/breaker.js';

function given() {
  const clock = { ms: 0 };
  const breaker = createBreaker({ name: 'carrier', failures: 3, openMs: 2_000, now: () => new Date(clock.ms) });
  const fail = () => breaker.run(() => Promise.reject(new Error('down'))).catch((error: Error) => error);
  const succeed = () => breaker.run(() => Promise.resolve('up')).catch((error: Error) => error);
  return { clock, breaker, fail, succeed };
}

test('opens after three failures in a row and then calls nobody', async () => {
  const { breaker, fail } = given();
  let calls = 0;

  await fail();
  await fail();
  expect(breaker.state()).toBe('closed');
  await fail();
  expect(breaker.state()).toBe('open');

  await expect(breaker.run(async () => { calls += 1; })).rejects.toThrow(BreakerOpen);
  expect(calls).toBe(0);
});

test('a success in between starts the count again', async () => {
  const { breaker, fail, succeed } = given();

  for (const step of [fail, fail, succeed, fail, fail]) await step();

  expect(breaker.state()).toBe('closed');
});

test('after its pause one call tries, while the others still do not wait', async () => {
  const { clock, breaker, fail } = given();
  await Promise.all([fail(), fail(), fail()]);
  clock.ms = 2_000;
  expect(breaker.state()).toBe('half_open');

  let answer: (value: string) => void = () => {};
  const trial = breaker.run(() => new Promise<string>((resolve) => { answer = resolve; }));
  await expect(breaker.run(() => Promise.resolve('second'))).rejects.toThrow(BreakerOpen);
  answer('up');

  expect(await trial).toBe('up');
  expect(breaker.state()).toBe('closed');
});

test('a trial that fails keeps it open for another pause', async () => {
  const { clock, fail, succeed } = given();
  await Promise.all([fail(), fail(), fail()]);

  clock.ms = 2_000;
  expect((await fail()).message).toBe('down');
  clock.ms = 3_999;
  expect(await succeed()).toBeInstanceOf(BreakerOpen);
  clock.ms = 4_000;
  expect(await succeed()).toBe('up');
});
