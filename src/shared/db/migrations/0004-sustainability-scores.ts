import type { Migration } from '../migrate.js';

/** Lists are sorted by the score. A product whose facts were entered before gets its own with its next change; until then it stands behind those that have one. */
export const sustainabilityScores: Migration = {
  name: '0004-sustainability-scores',
  async up({ connection, log }) {
    const { modifiedCount } = await connection.collection('products').updateMany({ sustainabilityScore: { $exists: false } }, { $set: { sustainabilityScore: -1, isOffset: false } });
    log(`products.sustainabilityScore filled in ${modifiedCount}`);
  },
};
