import { ConflictError, NotFoundError, RuleViolation, UnauthenticatedError } from '../../shared/errors.js';
import type { Money } from '../../shared/money.js';
import type { Failure } from './payments.js';

const at = (pointer: string, code: string, message: string) => [{ pointer: `#/body/${pointer}`, code, message }];

export class PaymentProviderUnknown extends RuleViolation {
  readonly code = 'payment_provider_unknown';
  constructor(allowed: readonly string[], pointer = 'payment/provider') {
    const sentence = allowed.length === 0 ? 'No payment provider here can do that.' : `Choose a payment provider of: ${allowed.join(', ')}.`;
    super(sentence, { allowed }, at(pointer, 'any_only', sentence));
  }
}

export class PaymentMethodUnknown extends RuleViolation {
  readonly code = 'payment_method_unknown';
  constructor(provider: string, allowed: readonly string[]) {
    const sentence = `Choose a payment method of: ${allowed.join(', ')}.`;
    super(sentence, { provider, allowed }, at('payment/method', 'any_only', sentence));
  }
}

export class PaymentTokenRequired extends RuleViolation {
  readonly code = 'payment_token_required';
  constructor(provider: string) {
    super('This provider needs the token that stands for the card.', { provider }, at('payment/token', 'any_required', 'the token is required'));
  }
}

/** The value is neither answered nor logged nor stored. */
export class CardNumberRefused extends RuleViolation {
  readonly code = 'card_number_refused';
  constructor(pointer = 'payment/token') {
    const sentence = 'Never send a card number here. Send the token that the provider gave you for it.';
    super(sentence, {}, at(pointer, 'card_number_refused', sentence));
  }
}

export class SavedMethodNotFound extends NotFoundError {
  readonly code = 'payment_method_not_found';
  constructor() { super('There is no such saved payment method.'); }
}

export class TooManyPaymentMethods extends ConflictError {
  readonly code = 'too_many_payment_methods';
  constructor(limit: number) { super(`Nobody keeps more than ${limit} payment methods. Remove one first.`, { limit }); }
}

/** The provider looked at the card and will not keep it. */
export class MethodNotSaved extends RuleViolation {
  readonly code = 'payment_method_refused';
  constructor({ code, message }: { code: string; message: string }) {
    super('The payment provider does not accept this payment method.', { reason: code }, at('token', code, message));
  }
}

export class PaymentNotFound extends NotFoundError {
  readonly code = 'payment_not_found';
  constructor() { super('There is no such payment.'); }
}

/** The order has a payment that may still bring money, or has brought it. */
export class PaymentInProgress extends ConflictError {
  readonly code = 'payment_in_progress';
  constructor(orderId: string) { super('This order has a payment under way. Wait for its outcome before you try another.', { orderId }); }
}

export class RefundExceedsCaptured extends ConflictError {
  readonly code = 'refund_exceeds_captured';
  constructor(requested: Money, left: Money) { super('That is more than is left to refund.', { requested, refundable: left }); }
}

export class CaptureExceedsAuthorized extends ConflictError {
  readonly code = 'capture_exceeds_authorized';
  constructor(requested: Money, left: Money) { super('That is more than is left to capture.', { requested, capturable: left }); }
}

/** The bank holds the money no longer; sending the goods now would be giving them away. */
export class AuthorizationExpired extends ConflictError {
  readonly code = 'authorization_expired';
  constructor(orderId: string, until: Date | undefined) {
    super('The bank holds the money for this order no longer. Take a new payment before anything is sent.', { orderId, ...(until && { authorizedUntil: until.toISOString() }) });
  }
}

/** Money is to be taken before the goods leave, and the provider has not said whether it was. */
export class CaptureUnanswered extends ConflictError {
  readonly code = 'payment_in_progress';
  constructor(orderId: string) { super('Money for this order is being taken and the payment provider has not answered yet. Try again in a minute; nothing was sent.', { orderId }); }
}

export class CaptureRefused extends ConflictError {
  readonly code = 'capture_refused';
  constructor(orderId: string, failure: Failure | undefined) {
    super('The payment provider did not give the money for this order, so nothing was sent. Take a new payment, or cancel the order.', { orderId, ...(failure && { reason: failure.code }) });
  }
}

export class NetTermsNotOffered extends RuleViolation {
  readonly code = 'net_terms_not_offered';
  constructor() { super('Paying later on net terms is for companies with an account here.', {}, at('payment/method', 'any_only', 'net terms are not offered to this customer')); }
}

export class WrongCurrency extends RuleViolation {
  readonly code = 'wrong_currency';
  constructor(given: string, expected: string) {
    super(`This payment is in ${expected}.`, { given, expected }, at('amount/currency', 'any_only', `must be ${expected}`));
  }
}

export class OrderNotRefundable extends NotFoundError {
  readonly code = 'order_not_found';
  constructor() { super('There is no such order.'); }
}

export class LineNotRefundable extends ConflictError {
  readonly code = 'line_not_refundable';
  constructor(itemId: string, units: number) { super('So many units of this line are not left to refund.', { itemId, refundableUnits: units }); }
}

export class ShippingNotRefundable extends ConflictError {
  readonly code = 'shipping_not_refundable';
  constructor(left: Money) { super('That is more than is left of the shipping price. Give the rest as goodwill.', { refundable: left }); }
}

export class ProviderNotFound extends NotFoundError {
  readonly code = 'payment_provider_not_found';
  constructor() { super('There is no such payment provider.'); }
}

export class WebhookNotSigned extends UnauthenticatedError {
  readonly code = 'webhook_signature_invalid';
  constructor() { super('The signature of this webhook is missing, wrong, or more than five minutes old.'); }
}

export class WebhookMalformed extends RuleViolation {
  readonly code = 'webhook_malformed';
  constructor() { super('This webhook is signed, but it cannot be read.'); }
}

/** The money is promised and stays so; approving the order takes it. */
export class CaptureOnHold extends ConflictError {
  readonly code = 'order_on_hold';
  constructor(orderId: string) { super('This order is being checked. Approving it captures the money; until then nobody does.', { orderId }); }
}
