import type { Failure } from './ledger.js';
import type { Fault } from './faults.js';

/** What a card does: the outcome of the payment, and what goes wrong on the way. */
export type Behaviour = Readonly<{ outcome: 'captured' | 'failed' | 'requires_action' | 'pending'; failure?: Failure; fault?: Fault; settlesLater?: boolean }>;

const declined = (code: string, message: string): Behaviour => ({ outcome: 'failed', failure: { code, message } });

const TOKENS: Readonly<Record<string, Behaviour>> = {
  ok: { outcome: 'captured' },
  declined: declined('card_declined', 'The bank declined this card.'),
  insufficient_funds: declined('insufficient_funds', 'There is not enough money on this card.'),
  expired_card: declined('expired_card', 'This card has expired.'),
  requires_action: { outcome: 'requires_action' },
  pending: { outcome: 'pending', settlesLater: true },
  timeout: { outcome: 'captured', fault: { hang: 'after' } },
  hang_no_effect: { outcome: 'captured', fault: { hang: 'before' } },
  error_500: { outcome: 'captured', fault: { status: 500 } },
  error_after_effect: { outcome: 'captured', fault: { reset: 'after' } },
  duplicate_webhooks: { outcome: 'captured', fault: { duplicateWebhooks: 5 } },
  reordered_webhooks: { outcome: 'captured', fault: { reorderWebhooks: true } },
  late_failure_webhook: { outcome: 'captured', fault: { lateFailureWebhook: true } },
  wrong_amount_webhook: { outcome: 'pending', fault: { wrongAmountWebhooks: true } },
};

export const TOKEN_NAMES = [...Object.keys(TOKENS), 'slow:MS', 'any of them@CARD'];

/** `ok@visa-1` is the card `visa-1`, which behaves as `ok` does; without a name the card is nobody's in particular. */
export const cardOf = (token: string): { fingerprint: string } | undefined => {
  const [, name] = token.split('@');
  return name === undefined || name === '' ? undefined : { fingerprint: `card_${name}` };
};

export function behaviourOf(given: string): Behaviour | undefined {
  const token = given.split('@')[0]!;
  const slow = /^slow:(\d{1,6})$/.exec(token);
  if (slow) return { outcome: 'captured', fault: { delayMs: Number(slow[1]) } };
  return Object.hasOwn(TOKENS, token) ? TOKENS[token] : undefined;
}
