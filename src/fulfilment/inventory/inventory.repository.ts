import type { Connection, Types } from 'mongoose';
import { orLostRace } from '../../shared/db/retry.js';
import { findPage } from '../../shared/db/page.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { levelModel, movementModel, receiptModel, stockItemModel, type LevelRow, type MovementRow, type ReceiptRow } from './inventory.model.js';
import { byKey, type Level, type LevelKey } from './inventory.js';

export type Movement = MovementRow & { id: string };
export type Receipt = Omit<ReceiptRow, '_id'> & { receiptId: string };
export type StockItem = { sku: string; productId: string };
export type LevelUpdate = LevelKey & {
  onHandDelta: number; reservedDelta: number; backorderedDelta?: number; preorderDelta?: number; lowSince?: Date | null; announce?: boolean;
  reorderSince?: Date | null; reorder?: boolean; threshold?: number | null;
};
/** Crossings that nobody was told of yet. */
export type Mark = 'lowUnannounced' | 'reorderUnannounced';
/** The driver's first batch is 101 rows; a batch of an import would be asked for twice. */
const WHOLE = 2_000;
type LevelFilter = { sku?: string | undefined; warehouseId?: string | undefined; low?: boolean | undefined };
type MovementFilter = { sku?: string | undefined; warehouseId?: string | undefined; type?: string | undefined; causeId?: string | undefined };

export class InventoryRepository {
  private readonly items;
  private readonly levels;
  private readonly movements;
  private readonly receipts;

  constructor(connection: Connection) {
    this.items = stockItemModel(connection);
    this.levels = levelModel(connection);
    this.movements = movementModel(connection);
    this.receipts = receiptModel(connection);
  }

  async findItems(skus: readonly string[]): Promise<StockItem[]> {
    const found = await this.items.find({ _id: { $in: skus } }).batchSize(WHOLE).lean();
    return found.map(({ _id, productId }) => ({ sku: _id, productId }));
  }

  /** In the order of the SKUs, for walks over all of them. */
  async findItemsAfter(sku: string, limit: number): Promise<StockItem[]> {
    const found = await this.items.find({ _id: { $gt: sku } }).sort({ _id: 1 }).limit(limit).batchSize(WHOLE).lean();
    return found.map(({ _id, productId }) => ({ sku: _id, productId }));
  }

  async addItems(items: readonly StockItem[]): Promise<void> {
    await this.insertOnce(() => this.items.insertMany(items.map(({ sku, productId }) => ({ _id: sku, productId })), { lean: true }));
  }

  async findLevels(skus: readonly string[], warehouseIds?: readonly string[]): Promise<Level[]> {
    const found = await this.levels.find({ sku: { $in: skus }, ...(warehouseIds && { warehouseId: { $in: warehouseIds } }) }, { _id: 0, lowUnannounced: 0, reorderUnannounced: 0 }).batchSize(WHOLE).lean();
    return found as Level[];
  }

  async addLevels(levels: readonly Level[]): Promise<void> {
    await this.insertOnce(() => this.levels.insertMany(levels, { lean: true }));
  }

  /** All of them or a refusal: each update demands that the level stays sound. One round trip. */
  async updateLevels(updates: readonly LevelUpdate[]): Promise<void> {
    const sorted = [...updates].sort(byKey);
    const { matchedCount } = await this.levels.bulkWrite(sorted.map((update) => ({ updateOne: { filter: staysSound(update), update: changeOf(update) } })));
    if (matchedCount !== sorted.length) throw new ConcurrentChange('The stock changed meanwhile.', { skus: sorted.map(({ sku }) => sku) });
  }

  async addMovements(movements: readonly MovementRow[]): Promise<void> {
    await this.movements.insertMany(movements, { lean: true });
  }

  /** Follows the warehouse. The version rises, so that what was derived from the level is derived again. */
  async setActive(warehouseId: string, skus: readonly string[], active: boolean): Promise<void> {
    await this.levels.updateMany({ warehouseId, sku: { $in: skus }, active: !active }, { $set: { active }, $inc: { version: 1 } });
  }

  /** A step of a walk over a warehouse's levels that are (not) active. */
  async findByActive(warehouseId: string, active: boolean, afterSku: string, limit: number): Promise<StockItem[]> {
    const found = await this.levels.find({ warehouseId, sku: { $gt: afterSku }, active }, { sku: 1, productId: 1 }).sort({ sku: 1 }).limit(limit).batchSize(WHOLE).lean();
    return found.map(({ sku, productId }) => ({ sku, productId }));
  }

  async sumOf(warehouseId: string): Promise<{ onHand: number; reserved: number }> {
    const [sum] = await this.levels.aggregate<{ onHand: number; reserved: number }>([
      { $match: { warehouseId } }, { $group: { _id: null, onHand: { $sum: '$onHand' }, reserved: { $sum: '$reserved' } } }, { $project: { _id: 0 } },
    ]);
    return sum ?? { onHand: 0, reserved: 0 };
  }

  /** Of these SKUs the ones that are owed to somebody. */
  async findOwed(skus: readonly string[]): Promise<string[]> {
    return this.levels.distinct('sku', { sku: { $in: skus }, backordered: { $gt: 0 } });
  }

  /** SKUs that are owed and lie somewhere all the same: what a process that died left unfilled. */
  async findFillable(limit: number): Promise<string[]> {
    const there = { $match: { active: true, $expr: { $gt: ['$onHand', '$reserved'] } } };
    const found = await this.levels.aggregate<{ _id: string }>([
      { $match: { backordered: { $gt: 0 } } }, { $group: { _id: '$sku' } },
      { $lookup: { from: 'stock_levels', localField: '_id', foreignField: 'sku', pipeline: [there, { $limit: 1 }, { $project: { _id: 1 } }], as: 'there' } },
      { $match: { 'there.0': { $exists: true } } }, { $project: { _id: 1 } }, { $limit: limit },
    ]);
    return found.map(({ _id }) => _id);
  }

  /** Policies of a level, if it is still as it was read. */
  async setPolicy(level: Level, { set, unset }: { set: Partial<LevelRow>; unset: readonly string[] }): Promise<Level> {
    const updated = await this.levels.findOneAndUpdate({ sku: level.sku, warehouseId: level.warehouseId, version: level.version },
      { $set: set, ...(unset.length > 0 && { $unset: Object.fromEntries(unset.map((name) => [name, 1 as const])) }), $inc: { version: 1 } },
      { returnDocument: 'after', projection: { _id: 0, lowUnannounced: 0, reorderUnannounced: 0 } }).lean();
    if (!updated) throw new ConcurrentChange('The stock changed meanwhile.', { sku: level.sku });
    return updated as Level;
  }

  /** True for the one caller that may tell of it. */
  async claimMark({ sku, warehouseId }: LevelKey, mark: Mark): Promise<boolean> {
    const { modifiedCount } = await this.levels.updateOne({ sku, warehouseId, [mark]: true }, { $unset: { [mark]: 1 } });
    return modifiedCount === 1;
  }

  async findMarked(mark: Mark, limit: number): Promise<LevelKey[]> {
    return this.levels.find({ [mark]: true }, { _id: 0, sku: 1, warehouseId: 1 }).limit(limit).lean<LevelKey[]>();
  }

  findLevelPage({ sku, warehouseId, low }: LevelFilter, query: PageQuery): Promise<Page<LevelRow & { _id: Types.ObjectId }>> {
    const filter = { ...(sku !== undefined && { sku }), ...(warehouseId !== undefined && { warehouseId }), ...(low === true && { lowSince: { $exists: true } }) };
    const isLowAlone = Object.keys(filter).join() === 'lowSince';
    return findPage(this.levels, { filter, query, fallbackSort: 'sku', ...(isLowAlone && { hint: { total: 'low' } }) });
  }

  async findMovementPage({ sku, warehouseId, type, causeId }: MovementFilter, query: PageQuery): Promise<Page<Movement>> {
    const filter = {
      ...(sku !== undefined && { sku }), ...(warehouseId !== undefined && { warehouseId }), ...(type !== undefined && { type }),
      ...(causeId !== undefined && { 'cause.id': causeId }),
    };
    const page = await findPage(this.movements, { filter, query, fallbackSort: '-id', paths: { id: '_id' } });
    return { ...page, items: page.items.map(({ _id, ...row }) => ({ id: _id.toHexString(), ...row })) };
  }

  async findReceipt(receiptId: string): Promise<Receipt | null> {
    const found = await this.receipts.findById(receiptId).lean();
    if (!found) return null;
    const { _id, ...row } = found;
    return { receiptId: _id, ...row };
  }

  async addReceipt({ receiptId, ...row }: Receipt): Promise<void> {
    await this.insertOnce(() => this.receipts.insertMany([{ _id: receiptId, ...row }], { lean: true }));
  }

  /** What was inserted meanwhile by another is found when the work is done again. */
  private async insertOnce(insert: () => Promise<unknown>): Promise<void> {
    await orLostRace(insert, 'The same stock was created meanwhile.');
  }
}

function staysSound({ sku, warehouseId, onHandDelta, reservedDelta, backorderedDelta = 0, preorderDelta = 0 }: LevelUpdate) {
  const onHand = { $add: ['$onHand', onHandDelta] };
  const reserved = { $add: ['$reserved', reservedDelta] };
  return { sku, warehouseId, $expr: { $and: [{ $gte: [reserved, 0] }, { $lte: [reserved, onHand] }, ...staysWithinPolicy(backorderedDelta, preorderDelta)] } };
}

/** No more is owed than the policy of the level allows at the moment of the write. */
function staysWithinPolicy(backorderedDelta: number, preorderDelta: number): object[] {
  const backordered = { $add: [{ $ifNull: ['$backordered', 0] }, backorderedDelta] };
  if (backorderedDelta < 0) return [{ $gte: [backordered, 0] }];
  if (preorderDelta > 0) return [{ $lte: [{ $add: ['$preorder.taken', preorderDelta] }, '$preorder.cap'] }];
  return backorderedDelta > 0 ? [{ $lte: [backordered, { $ifNull: ['$backorder.ceiling', 0] }] }] : [];
}

function changeOf({ onHandDelta, reservedDelta, backorderedDelta, preorderDelta, lowSince, announce, reorderSince, reorder, threshold }: LevelUpdate) {
  const set = {
    ...(lowSince && { lowSince }), ...(announce && { lowUnannounced: true }),
    ...(reorderSince && { reorderSince }), ...(reorder && { reorderUnannounced: true }), ...(threshold !== undefined && threshold !== null && { threshold }),
  };
  const unset = { ...(lowSince === null && { lowSince: 1 as const }), ...(reorderSince === null && { reorderSince: 1 as const }), ...(threshold === null && { threshold: 1 as const }) };
  return {
    $inc: {
      onHand: onHandDelta, reserved: reservedDelta, version: 1, ...(onHandDelta !== 0 && { moves: 1 }),
      ...(backorderedDelta !== undefined && { backordered: backorderedDelta }), ...(preorderDelta !== undefined && { 'preorder.taken': preorderDelta }),
    },
    ...(Object.keys(set).length > 0 && { $set: set }), ...(Object.keys(unset).length > 0 && { $unset: unset }),
  };
}
