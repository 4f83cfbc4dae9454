import { Types, type Connection } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import { fileModel, grantModel, licenceKeyModel, type GrantRow, type LicenceKeyRow } from './digital.model.js';
import type { Grant, StoredFile } from './digital.js';

export type SealedKey = Readonly<{ id: string; sku: string; cipher: string; mark: string }>;
/** Orders that want a key of one SKU choose among so many, so that they rarely want the same. */
const CHOICE = 32;

export class DigitalRepository {
  private readonly keys;
  private readonly files;
  private readonly grants;

  constructor(connection: Connection) {
    this.keys = licenceKeyModel(connection);
    this.files = fileModel(connection);
    this.grants = grantModel(connection);
  }

  newId(): string {
    return new Types.ObjectId().toHexString();
  }

  async findMarks(sku: string, marks: readonly string[]): Promise<Set<string>> {
    const found = await this.keys.find({ sku, mark: { $in: marks } }, { mark: 1 }).lean();
    return new Set(found.map(({ mark }) => mark));
  }

  async addKeys(keys: readonly SealedKey[], now: Date): Promise<void> {
    await orLostRace(() => this.keys.insertMany(keys.map(({ id, ...key }) => ({ ...key, _id: new Types.ObjectId(id), state: 'free' as const, importedAt: now })), { lean: true }), 'Some of these keys were imported meanwhile.');
  }

  /** Inside a transaction: two orders that choose the same key collide, and one of them chooses again. */
  async issue(sku: string, quantity: number, { orderId, itemId, now }: { orderId: string; itemId: string; now: Date }): Promise<number> {
    const free = await this.keys.find({ sku, state: 'free' }, { _id: 1 }).sort({ _id: 1 }).limit(quantity + CHOICE).lean();
    const start = free.length > quantity ? Math.floor(Math.random() * (free.length - quantity + 1)) : 0;
    const chosen = free.slice(start, start + quantity).map(({ _id }) => _id);
    const { modifiedCount } = await this.keys.updateMany({ _id: { $in: chosen }, state: 'free' }, { $set: { state: 'issued', orderId, itemId, issuedAt: now } });
    return modifiedCount;
  }

  /** The last that were issued for this line; a key that somebody has seen is never free again. Answers how many. */
  async revoke({ orderId, itemId, quantity, now }: { orderId: string; itemId: string; quantity: number; now: Date }): Promise<number> {
    const found = await this.keys.find({ orderId, state: 'issued', itemId }, { _id: 1 }).sort({ _id: -1 }).limit(quantity).lean();
    const { modifiedCount } = await this.keys.updateMany({ _id: { $in: found.map(({ _id }) => _id) }, state: 'issued' }, { $set: { state: 'revoked', revokedAt: now } });
    return modifiedCount;
  }

  /** So many uses fewer; a link of which none is left ends. */
  async lessUses(orderId: string, itemId: string, uses: number): Promise<boolean> {
    const { modifiedCount } = await this.grants.updateOne({ orderId, itemId }, [{ $set: { max: { $max: [0, { $subtract: ['$max', uses] }] } } }], { updatePipeline: true });
    return modifiedCount === 1;
  }

  async findIssued(orderId: string): Promise<Array<SealedKey & { itemId: string }>> {
    const found = await this.keys.find({ orderId, state: 'issued' }).sort({ _id: 1 }).lean<LicenceKeyRow[]>();
    return found.map(({ _id, sku, cipher, mark, itemId }) => ({ id: _id.toHexString(), sku, cipher, mark, itemId: itemId! }));
  }

  async countKeys(sku: string): Promise<{ free: number; issued: number }> {
    const [free, issued] = [await this.keys.countDocuments({ sku, state: 'free' }), await this.keys.countDocuments({ sku, state: 'issued' })];
    return { free, issued };
  }

  async saveFile({ sku, ...file }: StoredFile, now: Date): Promise<void> {
    await this.files.updateOne({ _id: sku }, { $set: { ...file, updatedAt: now } }, { upsert: true });
  }

  async findFile(sku: string): Promise<StoredFile | null> {
    const found = await this.files.findById(sku).lean<{ name: string; contentType: string; bytes: { buffer: Uint8Array } } | null>();
    return found && { sku, name: found.name, contentType: found.contentType, bytes: Buffer.from(found.bytes.buffer) };
  }

  async findFileNames(skus: readonly string[]): Promise<Map<string, string>> {
    const found = await this.files.find({ _id: { $in: skus } }, { name: 1 }).lean();
    return new Map(found.map(({ _id, name }) => [_id, name]));
  }

  async addGrants(grants: ReadonlyArray<Omit<Grant, 'id'>>): Promise<void> {
    await this.grants.insertMany(grants, { lean: true });
  }

  async findGrants(orderId: string): Promise<Grant[]> {
    const found = await this.grants.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toGrant);
  }

  async removeGrants(orderIds: readonly string[]): Promise<number> {
    return (await this.grants.deleteMany({ orderId: { $in: orderIds } })).deletedCount;
  }

  async grantsOf(orderIds: readonly string[]): Promise<Grant[]> {
    const found = await this.grants.find({ orderId: { $in: orderIds } }).sort({ _id: 1 }).lean();
    return found.map(toGrant);
  }

  async findGrant(id: string): Promise<Grant | null> {
    const found = await this.grants.findById(id).lean();
    return found && toGrant(found);
  }

  /** One use of a link; false when none is left. Of many at once exactly so many are let through. */
  async use(id: string, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.grants.updateOne({ _id: id, expiresAt: { $gt: now }, $expr: { $lt: ['$used', '$max'] } }, { $inc: { used: 1 } });
    return modifiedCount === 1;
  }

  /** For the auditor, who looks at both modules at one moment: SKUs whose pool has another number of free keys than the stock says is there. */
  async findUnlikeStock(): Promise<Array<{ _id: string; keys: number }>> {
    const stock = [
      { $match: { code: 'DIGITAL' } }, { $project: { warehouse: { $toString: '$_id' } } },
      { $lookup: { from: 'stock_levels', localField: 'warehouse', foreignField: 'warehouseId', as: 'level' } }, { $unwind: '$level' },
      { $project: { _id: 0, sku: '$level.sku', keys: { $multiply: [-1, '$level.onHand'] } } },
    ];
    return this.keys.aggregate([
      { $match: { state: 'free' } }, { $project: { _id: 0, sku: 1, keys: { $literal: 1 } } }, { $unionWith: { coll: 'warehouses', pipeline: stock } },
      { $group: { _id: '$sku', keys: { $sum: '$keys' } } }, { $match: { keys: { $ne: 0 } } }, { $limit: 100 },
    ] as never).option({ readConcern: { level: 'snapshot' }, allowDiskUse: true });
  }
}

function toGrant({ _id, ...row }: GrantRow): Grant {
  return { id: _id.toHexString(), ...row };
}
