/** One thing that somebody did or that happened to them. Never changed; it goes only when the person is erased. */
export type ActivityEntry = Readonly<{ id: string; userId: string; type: string; occurredAt: Date; data: Readonly<Record<string, string | number | boolean>> }>;

type RecordedEvent = Readonly<{ id: string; type: string; occurredAt: Date; data: Record<string, unknown> }>;

/** What belongs into a person's log, in the words of the events. */
export const RECORDED_EVENTS = [
  'user.registered', 'user.signed_in', 'user.signed_out', 'user.password_changed', 'user.refresh_token_reused', 'user.roles_changed',
  'user.disabled', 'user.enabled', 'user.email_verified', 'user.email_changed', 'user.mfa_enabled', 'user.mfa_disabled', 'user.recovery_code_used', 'user.identity_linked', 'user.identity_unlinked',
  'customer.updated', 'customer.address_added', 'customer.address_changed', 'customer.address_removed',
  'order.created', 'order.placed', 'order.shipped', 'order.delivered', 'order.completed', 'order.cancelled', 'order.expired',
] as const;

/** Null for events that concern nobody, such as a guest's order. Only plain values are kept, and no address. */
export function entryOf({ id, type, occurredAt, data: { userId, email: _email, before: _before, after: _after, ...facts } }: RecordedEvent): ActivityEntry | null {
  if (typeof userId !== 'string') return null;
  const plain = Object.entries(facts).filter((fact): fact is [string, string | number | boolean] => ['string', 'number', 'boolean'].includes(typeof fact[1]));
  return { id, userId, type, occurredAt, data: Object.fromEntries(plain) };
}
