import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { codeModel, type CodeRow } from './codes.model.js';
import type { CouponCode } from './promotions.js';
import { CodesTaken } from './promotions.errors.js';

export type CodeFilter = { used?: boolean | undefined; batch_id?: string | undefined };
const BATCH = 1_000;

export class CodeRepository {
  private readonly codes;

  constructor(connection: Connection) {
    this.codes = codeModel(connection);
  }

  /** All or none, inside a transaction. */
  async add(rows: readonly CouponCode[]): Promise<void> {
    try {
      for (let at = 0; at < rows.length; at += BATCH) {
        await this.codes.insertMany(rows.slice(at, at + BATCH).map((row) => ({ _id: new Types.ObjectId(), ...row })), { lean: true });
      }
    } catch (error) {
      if (duplicateKeyOf(error) === null) throw error;
      throw new CodesTaken();
    }
  }

  /** Those that exist, of all promotions. */
  async existing(codes: readonly string[]): Promise<string[]> {
    const found = await this.codes.find({ code: { $in: [...codes] } }, { code: 1 }).lean();
    return found.map(({ code }) => code);
  }

  async find(codes: readonly string[]): Promise<CouponCode[]> {
    return (await this.codes.find({ code: { $in: [...codes] } }).lean()).map(toCode);
  }

  /** Counts one use; false when it has none left. */
  async take(code: string): Promise<boolean> {
    const { modifiedCount } = await this.codes.updateOne({ code, $expr: { $lt: ['$uses', '$maxUses'] } }, { $inc: { uses: 1 } });
    return modifiedCount === 1;
  }

  async giveBack(code: string): Promise<void> {
    await this.codes.updateOne({ code }, { $inc: { uses: -1 } });
  }

  async deactivate(promotionId: string, code: string): Promise<CouponCode | null> {
    const found = await this.codes.findOneAndUpdate({ promotionId, code }, { $set: { active: false } }, { returnDocument: 'after' }).lean();
    return found && toCode(found);
  }

  async findPage(promotionId: string, { used, batch_id: batchId }: CodeFilter, query: PageQuery): Promise<Page<CouponCode>> {
    const filter = { promotionId, ...(used !== undefined && { uses: used ? { $gt: 0 } : 0 }), ...(batchId !== undefined && { batchId }) };
    const page = await findPage<CodeRow>(this.codes as never, { filter, query, fallbackSort: 'code' });
    return { ...page, items: page.items.map(toCode) };
  }

  /** In order, only as fast as they are taken. */
  async *walk(promotionId: string): AsyncGenerator<CouponCode> {
    for await (const row of this.codes.find({ promotionId }).sort({ code: 1, _id: 1 }).lean().cursor({ batchSize: BATCH })) yield toCode(row);
  }

  async count(promotionId: string): Promise<{ total: number; used: number }> {
    const [total, used] = await Promise.all([this.codes.countDocuments({ promotionId }), this.codes.countDocuments({ promotionId, uses: { $gt: 0 } })]);
    return { total, used };
  }
}

function toCode({ _id, ...row }: CodeRow): CouponCode {
  return row;
}
