import { MAX_QUANTITY_PER_LINE, quantityFault } from '../../shared/quantity-rule.js';
import { QuantityLimitExceeded, QuantityNotPermitted, TooManyLines } from './cart.errors.js';
import { MAX_LINES, type LineItem } from './cart.js';
import type { Offers } from './cart.service.js';

/** What a cart can hold at most, and in which quantities the line that changes can be ordered. */
export function refuseOverfull(lineItems: readonly LineItem[], sku: string, offers: Offers): void {
  if (lineItems.some((line) => line.sku === sku && line.quantity > MAX_QUANTITY_PER_LINE)) throw new QuantityLimitExceeded(sku);
  const quantity = lineItems.find((line) => line.sku === sku)?.quantity;
  const rule = offers.get(sku)?.quantityRule;
  const fault = quantity === undefined ? null : quantityFault(quantity, rule, MAX_QUANTITY_PER_LINE);
  if (fault) throw new QuantityNotPermitted(sku, quantity!, fault, rule!);
  if (lineItems.length > MAX_LINES) throw new TooManyLines();
}
