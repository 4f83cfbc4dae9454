import type { Migration } from '../migrate.js';

/** Slugs of categories are kept for ever: those that there are get their rows, and what was written since stays. */
export const categorySlugs: Migration = {
  name: '0010-category-slugs',
  async up({ connection, log }) {
    await connection.collection('categories').aggregate([
      { $project: { _id: '$slug', categoryId: '$_id' } }, { $merge: { into: 'category_slugs', whenMatched: 'keepExisting', whenNotMatched: 'insert' } },
    ]).toArray();
    log('category_slugs filled');
  },
};
