import { Types, type Connection } from 'mongoose';
import { findPage } from '../../shared/db/page.js';
import type { Actor } from '../../shared/actor.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import { priceHistoryModel } from './price-history.model.js';
import type { PriceChange, PriceRecord } from './pricing.js';

/** `variantId` and `productId` as hex. */
export type RecordedChange = PriceChange & Readonly<{ sku: string; variantId: string; productId: string; at: Date; actor: Actor }>;

export class PriceHistoryRepository {
  private readonly rows;

  constructor(connection: Connection) {
    this.rows = priceHistoryModel(connection);
  }

  /** Call inside the transaction that changes the prices. */
  async append(changes: readonly RecordedChange[]): Promise<void> {
    if (changes.length === 0) return;
    const rows = changes.map((change) => ({ ...change, variantId: new Types.ObjectId(change.variantId), productId: new Types.ObjectId(change.productId) }));
    // Lean: hydrating and validating what we built ourselves would cost an import more than the write does.
    await this.rows.insertMany(rows, { lean: true });
  }

  async page(variantId: string, query: PageQuery): Promise<Page<RecordedChange & { id: string }>> {
    const page = await findPage(this.rows, { filter: { variantId }, query, fallbackSort: '-at' });
    return { ...page, items: page.items.map(({ _id, variantId: variant, productId, ...row }) => ({ id: _id.toHexString(), ...row, variantId: variant.toHexString(), productId: productId.toHexString() })) };
  }

  /** What rules moved last, by `variantId currency channel`; what they let go of is missing. */
  async movedLast(variantIds: readonly string[]): Promise<Map<string, number>> {
    const found = await this.rows.aggregate<{ _id: { variantId: Types.ObjectId; currency: string; channel?: string | null }; after: number | null }>([
      { $match: { kind: 'moved', variantId: { $in: variantIds.map((id) => new Types.ObjectId(id)) } } }, { $sort: { variantId: 1, currency: 1, channel: 1, at: -1, _id: -1 } },
      { $group: { _id: { variantId: '$variantId', currency: '$currency', channel: '$channel' }, after: { $first: '$after' } } },
    ]);
    return new Map(found.flatMap(({ _id: { variantId, currency, channel }, after }) => (after === null ? [] : [[`${variantId.toHexString()} ${currency} ${channel ?? ''}`, after] as const])));
  }

  /** By variant, oldest first, everything that decides what a passer-by pays. */
  async timelines(variantIds: readonly string[], currencies: readonly string[]): Promise<Map<string, PriceRecord[]>> {
    const found = await this.rows.find({ variantId: { $in: variantIds as string[] }, currency: { $in: currencies as string[] }, kind: { $in: ['base', 'sale', 'moved'] } }, { _id: 0, variantId: 1, currency: 1, kind: 1, channel: 1, before: 1, after: 1, at: 1 })
      .sort({ at: 1, _id: 1 }).lean();
    const timelines = new Map<string, PriceRecord[]>();
    for (const { variantId, ...record } of found) {
      const known = timelines.get(variantId.toHexString());
      if (known) known.push(record);
      else timelines.set(variantId.toHexString(), [record]);
    }
    return timelines;
  }
}
