import { Refusal, type Ledger, type SimPayment } from './ledger.js';
import { behaviourOf, TOKEN_NAMES, type Behaviour } from './tokens.js';

/** How this card, or the saved one that it names, behaves. */
export function knownBehaviour(ledger: Ledger, token: string): Behaviour {
  const behaviour = behaviourOf(ledger.tokenOf(token));
  if (!behaviour) throw new Refusal(400, 'token_unknown', `Unknown token. Known ones: ${TOKEN_NAMES.join(', ')}.`);
  return behaviour;
}

export function settleLater(ledger: Ledger, payment: SimPayment, { settlesLater }: Behaviour, afterMs: number): void {
  if (settlesLater) setTimeout(() => { if (payment.status === 'pending') ledger.authorize(payment); }, afterMs).unref();
}

export function begin(ledger: Ledger, payment: SimPayment, { outcome, failure, fault }: Behaviour, origin: string): void {
  if (outcome === 'captured') ledger.authorize(payment, fault?.reorderWebhooks);
  if (outcome === 'failed' && failure) ledger.fail(payment, failure);
  if (outcome === 'requires_action') ledger.requireAction(payment, `${origin}/v1/payments/${payment.id}/authenticate`);
  if (outcome === 'pending' && fault) ledger.tell('payment.pending', payment);
}
