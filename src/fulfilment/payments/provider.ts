import type { Money } from '../../shared/money.js';
import type { Failure, Payment, ProviderPayment } from './payments.js';

export type AuthorizeRequest = Readonly<{
  payment: Payment;
  /** What stands for the customer's card at the provider. Passed on, never kept. A card that was saved is named by the payment itself. */
  token: string | undefined;
  /** Authorise and capture in one call, or only authorise. */
  capture: boolean;
  /** Where the provider sends the customer after a further step. */
  returnUrl?: string | undefined;
}>;
/** `key` makes a repeated request the same request. */
export type OperationRequest = Readonly<{ payment: Payment; amount: Money; key: string; reason?: string | undefined }>;

/** What is known after asking. Silence is never a no: only `refused` and a reported failure are. */
export type ProviderAnswer =
  | Readonly<{ kind: 'known'; payment: ProviderPayment }>
  /** The provider understood and will not do it; nothing happened. */
  | Readonly<{ kind: 'refused'; failure: Failure }>
  /** No payment under this reference or key. */
  | Readonly<{ kind: 'not_found' }>
  /** It may have happened or not: ask again. */
  | Readonly<{ kind: 'unknown'; cause: string; retryAfterMs?: number }>;

/**
 * One webhook can carry several events; `id` is the provider's own, the same at every delivery. Where it does not carry the
 * whole payment, `about` names what the provider is then asked for: old news cannot be mistaken for new ones that way.
 */
export type ProviderEvent = Readonly<{ id: string; type: string; payment: ProviderPayment } | { id: string; type: string; about: string }>;
export type WebhookHeaders = Readonly<Record<string, unknown>>;

/**
 * The port to a payment provider. Implementations translate a wire format and nothing else: they keep no state, decide no
 * order and throw only on defects. Every call may be repeated under its key.
 */
export type PaymentProvider = Readonly<{
  name: string;
  /** The first one is the default. */
  methods: readonly string[];
  needsToken(method: string): boolean;
  /** True when no other system is asked: its payments are settled by hand. */
  offline: boolean;
  authorize(request: AuthorizeRequest): Promise<ProviderAnswer>;
  capture(request: OperationRequest): Promise<ProviderAnswer>;
  void(request: OperationRequest): Promise<ProviderAnswer>;
  refund(request: OperationRequest): Promise<ProviderAnswer>;
  /** By reference, or by idempotency key when the answer that would have named one was lost. */
  lookUp(payment: Payment): Promise<ProviderAnswer>;
  /** Null when the signature is wrong or too old; throws WebhookMalformed when it is right and the body is not. */
  readWebhook?(headers: WebhookHeaders, body: Buffer, now: Date): Promise<ProviderEvent[] | null> | ProviderEvent[] | null;
  /** What an event is about, asked for. */
  lookUpAbout?(about: string): Promise<ProviderAnswer>;
  /** Payments changed since then, for the comparison of both ledgers; null when the provider is silent. */
  changedSince?(since: Date): Promise<readonly ListedPayment[] | null>;
  /** How long the provider's own lists may lag behind. */
  listsLagMs?: number;
  /** Keeps the customer's card at the provider. */
  saveMethod?(request: SaveMethodRequest): Promise<SavedMethodAnswer>;
  /** True also when the provider had forgotten it. */
  forgetMethod?(saved: SavedMethodReference): Promise<boolean>;
  /** Where the provider keeps customers as well as their cards. True also when it had forgotten this one. */
  forgetCustomer?(customer: string): Promise<boolean>;
}>;
/** What the books of both sides are compared by; totals may stand for single movements. */
export type ListedPayment = Pick<ProviderPayment, 'idempotencyKey' | 'orderId' | 'operations'> & Readonly<{ updatedAt: Date }>;

/** References only: the card itself stays with the provider. */
export type SavedMethodReference = Readonly<{ customer: string; method: string }>;
export type SaveMethodRequest = Readonly<{ token: string; userId: string; customer?: string | undefined; key: string }>;
export type SavedCard = SavedMethodReference & Readonly<{ brand: string; last4: string; expiryMonth: number; expiryYear: number }>;
export type SavedMethodAnswer = Readonly<{ kind: 'saved'; card: SavedCard }> | Extract<ProviderAnswer, { kind: 'refused' | 'unknown' }>;
