import type { mongo } from 'mongoose';
import { footprintOf, isOffset, scoreOf, type Sustainability } from '../../sustainability.js';
import type { Migration } from '../migrate.js';

const STEP = 500;
type Row = { _id: mongo.ObjectId; sustainability: Sustainability; version: number; sustainabilityScore?: number; isOffset?: boolean };

/**
 * Products whose facts were entered before there were scores get theirs, and their variants the footprint that carts read. The version guards what
 * is changed meanwhile, which gets both by that change.
 */
export const scoresOfOldProducts: Migration = {
  name: '0009-scores-of-old-products',
  async up({ connection, log }) {
    const products = connection.collection<Row>('products');
    const variants = connection.collection('variants');
    let filled = 0;
    const known = products.find({ sustainability: { $type: 'object' } }, { projection: { sustainability: 1, version: 1, sustainabilityScore: 1, isOffset: 1 } }).batchSize(STEP);
    for await (const { _id, sustainability, version, ...stored } of known) {
      const derived = { sustainabilityScore: scoreOf(sustainability), isOffset: isOffset(sustainability) };
      const footprint = footprintOf(sustainability);
      if (footprint) await variants.updateMany({ productId: _id, footprint: { $exists: false } }, { $set: { footprint } });
      if (stored.sustainabilityScore === derived.sustainabilityScore && stored.isOffset === derived.isOffset) continue;
      filled += (await products.updateOne({ _id, version }, { $set: { ...derived, updatedAt: new Date() } })).modifiedCount;
    }
    log(`products.sustainabilityScore computed for ${filled}`);
  },
};
