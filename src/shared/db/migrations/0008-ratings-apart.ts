import type { Migration } from '../migrate.js';

/**
 * What a product showed was either what an import said or what its reviews came to; now both are kept, and it shows them together. Where both had
 * been there, the first review had replaced what was imported, and the next import brings it back.
 */
export const ratingsApart: Migration = {
  name: '0008-ratings-apart',
  async up({ connection, log }) {
    const products = connection.collection('products');
    const counted = connection.collection('reviews').aggregate([{ $match: { status: 'published', productId: { $exists: true } } }, { $group: { _id: '$productId', sum: { $sum: '$rating' }, count: { $sum: 1 } } }]);
    let own = 0;
    for await (const { _id, sum, count } of counted) own += (await products.updateOne({ _id, ownRating: { $exists: false } }, { $set: { ownRating: { sum, count } } })).modifiedCount;
    log(`products.ownRating filled in ${own}`);
    const imported = await products.updateMany(
      { ownRating: { $exists: false }, importedRating: { $exists: false }, $or: [{ 'rating.count': { $gt: 0 } }, { 'rating.average': { $gt: 0 } }] }, [{ $set: { importedRating: '$rating' } }],
    );
    log(`products.importedRating filled in ${imported.modifiedCount}`);
  },
};
