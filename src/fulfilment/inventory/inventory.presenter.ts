import { availableIn, type Level } from './inventory.js';
import type { Receipt, StockItem } from './inventory.repository.js';
import type { Availability } from './inventory.service.js';

export function presentLevel({ sku, productId, warehouseId, active, onHand, reserved, threshold, lowSince, version, ...more }: Level) {
  return {
    sku, productId, warehouseId, active, onHand, reserved, available: availableIn({ onHand, reserved }), version,
    ...(threshold !== undefined && { threshold }), ...(lowSince && { lowSince }), ...(more.backordered && { backordered: more.backordered }),
    ...(more.backorder && { backorder: more.backorder }), ...(more.preorder && { preorder: more.preorder }),
    ...(more.reorder && { reorder: more.reorder }), ...(more.reorderSince && { reorderSince: more.reorderSince }),
  };
}

export function presentSummary({ item, levels, availability }: { item: StockItem; levels: readonly Level[]; availability: Availability }) {
  return {
    ...item,
    onHand: levels.reduce((all, { onHand }) => all + onHand, 0), reserved: levels.reduce((all, { reserved }) => all + reserved, 0), backordered: levels.reduce((all, { backordered = 0 }) => all + backordered, 0),
    available: availability.available, inStock: availability.available > 0, ...(availability.backorderable && { backorderable: availability.backorderable }), version: availability.version, levels: levels.map(presentLevel),
  };
}

export const presentReceipt = ({ receiptId, warehouseId, purchaseOrderId, lines, createdAt }: Receipt) =>
  ({ receiptId, warehouseId, ...(purchaseOrderId !== undefined && { purchaseOrderId }), lines, createdAt });
