import { signWebhook, verifyWebhook, webhookHeaders, webhookSecret } from '../../src/shared/crypto/standard-webhooks.js';
import { vectors } from '../support/vectors.js';

type Vector = { secret: string; id: string; timestamp: number; body: string; signature: string };
const given = vectors<Vector[]>('standard_webhooks');
const at = (seconds: number) => new Date(seconds * 1000);

given.describe('published vectors', () => {
  test('are signed and verified exactly, and every changed byte is refused', () => {
    for (const { secret, id, timestamp, body, signature } of given.data) {
      const headers = { 'webhook-id': id, 'webhook-timestamp': String(timestamp), 'webhook-signature': signature };
      expect(signWebhook(secret, { id, timestamp, body })).toBe(signature);
      expect(verifyWebhook([secret], headers, Buffer.from(body), at(timestamp))).toBe(id);
      expect(verifyWebhook([secret], headers, Buffer.from(`${body} `), at(timestamp))).toBeNull();
      expect(verifyWebhook([secret], { ...headers, 'webhook-id': `${id}x` }, Buffer.from(body), at(timestamp))).toBeNull();
      expect(verifyWebhook([webhookSecret('another')], headers, Buffer.from(body), at(timestamp))).toBeNull();
    }
  });
});

const SECRET = webhookSecret('a text that both sides know');
const body = Buffer.from('{"n":1}');
const headers = webhookHeaders(SECRET, { id: 'msg_1', timestamp: 1_700_000_000, body });

test.each([
  { _case: 'exactly five minutes old', now: 1_700_000_300, expected: 'msg_1' },
  { _case: 'a second older', now: 1_700_000_301, expected: null },
  { _case: 'five minutes ahead', now: 1_699_999_700, expected: 'msg_1' },
  { _case: 'a second further ahead', now: 1_699_999_699, expected: null },
])('a webhook that is $_case', ({ now, expected }) => {
  expect(verifyWebhook([SECRET], headers, body, at(now))).toBe(expected);
});

test.each([
  { _case: 'no id', change: { 'webhook-id': undefined } }, { _case: 'no timestamp', change: { 'webhook-timestamp': undefined } },
  { _case: 'no signature', change: { 'webhook-signature': undefined } }, { _case: 'a header sent twice', change: { 'webhook-id': ['msg_1', 'msg_2'] } },
  { _case: 'a timestamp that is no number', change: { 'webhook-timestamp': '1.7e9' } }, { _case: 'another version of signature', change: { 'webhook-signature': headers['webhook-signature']!.replace('v1,', 'v2,') } },
  { _case: 'half a signature', change: { 'webhook-signature': headers['webhook-signature']!.slice(0, 20) } },
])('$_case is refused', ({ change }) => {
  expect(verifyWebhook([SECRET], { ...headers, ...change }, body, at(1_700_000_000))).toBeNull();
});

test('either of two secrets is enough while they are changed', () => {
  expect(verifyWebhook([webhookSecret('new'), SECRET], headers, body, at(1_700_000_000))).toBe('msg_1');
});
