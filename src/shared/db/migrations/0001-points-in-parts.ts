import type { Migration } from '../migrate.js';

/** Points of an order are taken back in parts: the index that allowed one such row an order goes, its successor stands already. */
export const pointsInParts: Migration = {
  name: '0001-points-in-parts',
  async up({ connection, log }) {
    const ledger = connection.collection('points_ledger');
    const found = await ledger.indexes();
    if (!found.some(({ name }) => name === 'orderId_1_kind_1')) return;
    await ledger.dropIndex('orderId_1_kind_1');
    log('dropped points_ledger.orderId_1_kind_1');
  },
};
