import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../../shared/db/retry.js';
import { ConcurrentChange } from '../../../shared/errors.js';
import type { Wallet } from './wallet.js';
import { walletModel } from './wallet.model.js';

export class WalletRepository {
  private readonly wallets;

  constructor(connection: Connection) {
    this.wallets = walletModel(connection);
  }

  async find(userId: string): Promise<Wallet> {
    const found = await this.wallets.findById(userId).lean();
    return found ? { userId, methods: found.methods, version: found.version } : { userId, methods: [], version: 0 };
  }

  /** Refuses to forget what was added since it was read. */
  async delete({ userId, version }: Wallet): Promise<void> {
    const { deletedCount } = await this.wallets.deleteOne({ _id: userId, version });
    if (deletedCount === 0) throw new ConcurrentChange('Your payment methods changed meanwhile.', {});
  }

  /** Refuses to overwrite a wallet that changed since it was read. */
  async save({ userId, methods, version }: Wallet): Promise<void> {
    const changed = () => new ConcurrentChange('Your payment methods changed meanwhile.', {});
    if (version === 0) {
      try {
        await this.wallets.insertMany([{ _id: userId, methods: [...methods], version: 1 }], { lean: true });
      } catch (error) {
        if (duplicateKeyOf(error) !== null) throw changed();
        throw error;
      }
      return;
    }
    const { matchedCount } = await this.wallets.updateOne({ _id: userId, version }, { $set: { methods: [...methods] }, $inc: { version: 1 } });
    if (matchedCount === 0) throw changed();
  }
}
