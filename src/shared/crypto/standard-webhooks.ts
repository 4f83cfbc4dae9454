import { createHmac } from 'node:crypto';
import { sameText } from './tokens.js';

/** https://www.standardwebhooks.com: how webhooks are signed, both those that we receive and those that we send. */
const PREFIX = 'whsec_';
const TOLERANCE_SECONDS = 300;

export type SignedWebhook = Readonly<{ id: string; timestamp: number; body: string | Buffer }>;

/** A secret in the form that the standard writes it, from any text that both sides know. */
export const webhookSecret = (text: string): string => PREFIX + createHmac('sha256', text).update('standard-webhooks').digest('base64');

const keyOf = (secret: string): Buffer => Buffer.from(secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret, 'base64');

/** `v1,<base64>`; `timestamp` is in seconds. */
export function signWebhook(secret: string, { id, timestamp, body }: SignedWebhook): string {
  return `v1,${createHmac('sha256', keyOf(secret)).update(`${id}.${timestamp}.`).update(body).digest('base64')}`;
}

export const webhookHeaders = (secret: string, webhook: SignedWebhook): Record<string, string> => ({
  'webhook-id': webhook.id, 'webhook-timestamp': String(webhook.timestamp), 'webhook-signature': signWebhook(secret, webhook),
});

type Headers = Readonly<Record<string, unknown>>;

/**
 * The id of a webhook that was signed with one of the secrets within five minutes of now, else null. While a secret is
 * rotated a sender signs with both and sends both signatures, separated by a space.
 */
export function verifyWebhook(secrets: readonly string[], headers: Headers, body: Buffer, now: Date): string | null {
  const { 'webhook-id': id, 'webhook-timestamp': stamp, 'webhook-signature': signatures } = headers;
  if (typeof id !== 'string' || typeof stamp !== 'string' || typeof signatures !== 'string') return null;
  if (!/^[\x21-\x7e]{1,256}$/.test(id) || !/^\d{1,12}$/.test(stamp)) return null;
  const timestamp = Number(stamp);
  if (Math.abs(now.getTime() / 1000 - timestamp) > TOLERANCE_SECONDS) return null;
  const expected = secrets.map((secret) => signWebhook(secret, { id, timestamp, body }));
  const given = signatures.split(' ').slice(0, 10);
  return given.some((one) => expected.some((right) => sameText(one, right))) ? id : null;
}
