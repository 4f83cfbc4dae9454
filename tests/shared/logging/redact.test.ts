import { redact, redactText } from '../../../src/shared/logging/redact.js';
import { soon } from '../../support/soon.js';

const KEY = 'pk_live_a1b2c3d4_Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0Fe';
const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiI2NGYwIn0.c2lnbmF0dXJl-x_y';

test.each([
  ['Bearer abc.def-ghi', '[redacted]'], [`key ${KEY} refused`, 'key [redacted] refused'], ['sk_demo_12345678_abcdef', '[redacted]'], [`token ${JWT}.`, 'token [redacted].'],
  ['card 4242 4242 4242 4242 declined', 'card [redacted] declined'], ['4111-1111-1111-1111', '[redacted]'], ['378282246310005', '[redacted]'],
  ['mongodb://shop:hunter2@db:27017/kontor', 'mongodb://[redacted]@db:27017/kontor'], ['redis://:hunter2@cache:6379', 'redis://[redacted]@cache:6379'],
])('%s -> %s', (text, expected) => {
  expect(redactText(text)).toBe(expected);
});

test.each([
  'order KO-7F3K-92AB of 64f0c0ffee64f0c0ffee64f0', '6afd1c3e-1234-4123-8123-123456789012', '00000000-1111-4222-8333-444444444444', '2026-11-21T08:39:00.123Z', 'a price of 199900 EUR',
  'https://shop.example/products?page=2', 'evt_0mhf3x2k10000a1b2c3d4e5', '203.0.113.255:65535',
])('%s is left as it is', (text) => {
  expect(redactText(text)).toBe(text);
});

test('a secret is replaced by the name of its field, at any depth, in errors and lists', () => {
  const error = Object.assign(new Error(`could not use ${KEY}`), { name: 'KeyError' });
  const info = redact({
    message: 'hello', password: 'hunter2', headers: { Authorization: 'Basic abc', cookie: 'a=b', 'x-app-secret': 's' }, list: [{ refreshToken: 'r', name: 'n' }],
    nested: { a: { b: { card: { number: '4242' }, cvc: 123, ok: 1 } } }, error, at: new Date(0), count: 3, nothing: null,
  });

  expect(info).toEqual({
    message: 'hello', password: '[redacted]', headers: { Authorization: '[redacted]', cookie: '[redacted]', 'x-app-secret': '[redacted]' }, list: [{ refreshToken: '[redacted]', name: 'n' }],
    nested: { a: { b: { card: '[redacted]', cvc: '[redacted]', ok: 1 } } }, error: { name: 'KeyError', message: 'could not use [redacted]', stack: expect.not.stringContaining(KEY) },
    at: new Date(0), count: 3, nothing: null,
  });
});

test('what is too deep is cut, what points at itself does not hang, and it is quick on anything', () => {
  const loop: Record<string, unknown> = {};
  loop['self'] = loop;

  expect(JSON.stringify(redact({ loop }))).toContain('[deep]');
  const begun = performance.now();
  redactText('1 '.repeat(50_000));
  redactText('-1'.repeat(50_000));
  redactText('eyJ'.repeat(30_000));
  redactText(`Bearer ${'.'.repeat(100_000)}`);
  redactText('://:'.repeat(30_000));
  expect(performance.now() - begun).toBeLessThan(soon(500));
});
