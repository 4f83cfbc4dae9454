import type { Migration } from '../migrate.js';

/** Lists are filtered by what a passer-by pays. Until somebody has looked that is what was entered. */
export const shownPrices: Migration = {
  name: '0003-shown-prices',
  async up({ connection, log }) {
    const { modifiedCount } = await connection.collection('products').updateMany({ shownRange: { $exists: false } }, [{ $set: { shownRange: '$priceRange' } }]);
    log(`products.shownRange filled in ${modifiedCount}`);
  },
};
