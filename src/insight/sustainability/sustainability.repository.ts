import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { footprintModel, type FootprintRow } from './sustainability.model.js';
import type { OrderFootprint, ReturnTransport } from './sustainability.js';

export type PeriodSum = Readonly<{ period: string; orders: number; production: number; packaging: number; transport: number; returns: number; total: number }>;

export class FootprintRepository {
  private readonly footprints;

  constructor(connection: Connection) {
    this.footprints = footprintModel(connection);
  }

  async find(orderId: string): Promise<OrderFootprint | null> {
    const found = await this.footprints.findById(orderId).lean();
    return found && toFootprint(found);
  }

  /** The first one stays: an event may come twice, and products change meanwhile. */
  async insert({ orderId, ...footprint }: OrderFootprint): Promise<void> {
    try {
      await this.footprints.insertMany([{ ...footprint, _id: orderId }], { lean: true });
    } catch (error) {
      if (duplicateKeyOf(error) === null) throw error;
    }
  }

  /** Returns and their grams stay. */
  async replace(orderId: string, { input, footprint }: Pick<OrderFootprint, 'input' | 'footprint'>): Promise<void> {
    await this.footprints.updateOne({ _id: orderId }, { $set: { input, footprint } });
  }

  /** Once per return, however often it is told. */
  async addReturn(orderId: string, transport: ReturnTransport): Promise<void> {
    await this.footprints.updateOne({ _id: orderId, 'returns.returnId': { $ne: transport.returnId } }, { $push: { returns: transport }, $inc: { returnGrams: transport.grams } });
  }

  /** By day or month, oldest first. */
  async sums(from: Date, to: Date, format: '%Y-%m-%d' | '%Y-%m'): Promise<PeriodSum[]> {
    const found = await this.footprints.aggregate<Omit<PeriodSum, 'period' | 'total'> & { _id: string; goods: number }>([
      { $match: { at: { $gte: from, $lt: to } } },
      { $group: {
        _id: { $dateToString: { date: '$at', format } }, orders: { $sum: 1 }, production: { $sum: '$footprint.production' }, packaging: { $sum: '$footprint.packaging' },
        transport: { $sum: '$footprint.transport' }, goods: { $sum: '$footprint.total' }, returns: { $sum: '$returnGrams' },
      } },
      { $sort: { _id: 1 } },
    ]);
    return found.map(({ _id, goods, ...sums }) => ({ period: _id, ...sums, total: goods + sums.returns }));
  }
}

const toFootprint = ({ _id, ...row }: FootprintRow): OrderFootprint => ({ orderId: _id, ...row });
