import type { Actor } from '../../shared/actor.js';
import type { Address } from '../../shared/address.js';
import type { Money } from '../../shared/money.js';

export type Operation =
  | Readonly<{ op: 'add_line'; sku: string; quantity: number }>
  | Readonly<{ op: 'remove_line'; itemId: string }>
  | Readonly<{ op: 'change_quantity'; itemId: string; quantity: number }>
  | Readonly<{ op: 'change_address'; shippingAddress?: Address; billingAddress?: Address }>
  | Readonly<{ op: 'change_shipping_method'; code: string }>
  | Readonly<{ op: 'apply_discount'; amount?: Money; rateBps?: number; reason: string }>;

export const EDIT_STATES = ['previewed', 'confirmed'] as const;
export type EditState = (typeof EDIT_STATES)[number];

/** What an edit does to the money: exactly one of `additional` and `refund` is above zero, or none. */
export type MoneyPreview = Readonly<{ before: Money; after: Money; difference: Money; additional: Money; refund: Money }>;
export type OrderEdit = Readonly<{
  id: string; orderId: string;
  /** The order that the preview is about; confirming another one is refused. */
  orderVersion: number;
  state: EditState; operations: readonly Operation[]; reason: string; preview: MoneyPreview;
  /** The whole order after the edit, as it was previewed and as it will be. */
  result: Readonly<Record<string, unknown>>;
  createdBy: Actor; createdAt: Date; confirmedAt: Date | null;
}>;
