import { Types, type Connection } from 'mongoose';
import { ConcurrentChange } from '../../shared/errors.js';
import { exchangeModel, type ExchangeRow } from './cases.model.js';
import type { Exchange } from './exchanges.js';

export class ExchangeRepository {
  private readonly exchanges;

  constructor(connection: Connection) {
    this.exchanges = exchangeModel(connection);
  }

  async insert({ id, ...exchange }: Exchange): Promise<void> {
    await this.exchanges.insertMany([{ ...exchange, _id: new Types.ObjectId(id) } as ExchangeRow], { lean: true });
  }

  async find(id: string): Promise<Exchange | null> {
    const found = await this.exchanges.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toExchange(found);
  }

  async findByOrder(orderId: string): Promise<Exchange[]> {
    const found = await this.exchanges.find({ orderId }).sort({ _id: 1 }).lean();
    return found.map(toExchange);
  }

  async save(before: Exchange, change: Partial<Pick<Exchange, 'state'>>, now: Date): Promise<Exchange> {
    const fields = { ...change, updatedAt: now };
    const { matchedCount } = await this.exchanges.updateOne({ _id: new Types.ObjectId(before.id), version: before.version }, { $set: fields, $inc: { version: 1 } });
    if (matchedCount === 0) throw new ConcurrentChange('The exchange changed meanwhile. Read it again.', { exchangeId: before.id });
    return { ...before, ...fields, version: before.version + 1 };
  }
}

function toExchange({ _id, ...row }: ExchangeRow): Exchange {
  return { id: _id.toHexString(), ...row };
}
