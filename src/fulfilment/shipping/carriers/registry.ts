import { createEasyPost, easyPostWebhook } from './easypost.js';
import { createShippo, shippoWebhook } from './shippo.js';
import { standardWebhook } from './standard-webhook.js';
import type { Carrier, ReadWebhook } from './carrier.js';

type Account = Readonly<{ apiKey: string; url: string; webhookSecret: string }>;
/** An account without a key is not used, a webhook without a secret not believed. */
export type CarrierConfig = Readonly<{ timeoutMs: number; senderName: string; webhookSecret: string; easypost: Account; shippo: Account }>;

/** Buying is not a shopper waiting at the till: it may take longer than a price. */
const BUY_TIMEOUT_MS = 20_000;

export function carriersOf({ timeoutMs, easypost, shippo }: CarrierConfig): ReadonlyMap<string, Carrier> {
  const account = ({ apiKey, url }: Account) => ({ apiKey, url, timeoutMs, buyTimeoutMs: BUY_TIMEOUT_MS });
  const known = [...(easypost.apiKey ? [createEasyPost(account(easypost))] : []), ...(shippo.apiKey ? [createShippo(account(shippo))] : [])];
  // Begun now, so that the first shopper does not wait; what cannot be loaded is told by the first call.
  for (const carrier of known) carrier.ready().catch(() => {});
  return new Map(known.map((carrier) => [carrier.name, carrier]));
}

export function webhooksOf({ webhookSecret, easypost, shippo }: CarrierConfig): ReadonlyMap<string, ReadWebhook> {
  return new Map([
    ...(webhookSecret ? [['standard', standardWebhook(webhookSecret)] as const] : []),
    ...(easypost.webhookSecret ? [['easypost', easyPostWebhook(easypost.webhookSecret)] as const] : []),
    ...(shippo.webhookSecret ? [['shippo', shippoWebhook(shippo.webhookSecret)] as const] : []),
  ]);
}
