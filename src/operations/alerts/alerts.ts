import type { Actor } from '../../shared/actor.js';

export const ALERT_KINDS = ['stock_low', 'reorder_unsourced', 'payment_overdue', 'payment_mismatch', 'payment_disputed'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];
export const ALERT_STATES = ['open', 'acknowledged'] as const;
export type AlertState = (typeof ALERT_STATES)[number];

export type Alert = Readonly<{
  id: string; kind: AlertKind;
  /** `sku:LAMP` or `order:…`. */
  subject: string;
  /** What was true when it happened: amounts in minor units, `due` and `disputedAmount` in the currency of the payment. */
  facts: Readonly<Record<string, string | number>>;
  state: AlertState; at: Date; acknowledgedAt?: Date; acknowledgedBy?: Actor; note?: string;
}>;
export type NewAlert = Pick<Alert, 'kind' | 'subject' | 'facts' | 'at'> & Readonly<{ eventId: string }>;

const KIND_OF: Readonly<Record<string, AlertKind>> = {
  'stock.low': 'stock_low', 'reorder.unsourced': 'reorder_unsourced', 'payment.overdue': 'payment_overdue', 'payment.mismatch': 'payment_mismatch', 'payment.disputed': 'payment_disputed',
};
/** An event, as far as an alert tells it. */
type Happened = Readonly<{ id: string; type: string; aggregateId: string; data: Readonly<Record<string, unknown>>; occurredAt: Date }>;
export const ALERTED_EVENTS = Object.keys(KIND_OF);

/** Taken over from the event; nothing of a person is among them. */
const FACTS = ['sku', 'productId', 'warehouseId', 'available', 'threshold', 'quantity', 'orderId', 'paymentId', 'provider', 'currency', 'due', 'dueAt', 'disputedAmount', 'detail'];

export function alertOf({ id, type, aggregateId, data, occurredAt }: Happened): NewAlert {
  const facts = Object.fromEntries(FACTS.flatMap((name): Array<[string, string | number]> => {
    const value = data[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value]] : [];
  }));
  const kind = KIND_OF[type]!;
  return { eventId: id, kind, subject: `${kind.startsWith('payment_') ? 'order' : 'sku'}:${aggregateId}`, facts, at: occurredAt };
}

export const told = (facts: Alert['facts']): string => Object.entries(facts).map(([name, value]) => `${name}: ${value}`).join(', ');
