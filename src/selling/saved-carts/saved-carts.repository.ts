import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import type { PersonalData } from '../../shared/personal-data.js';
import { SavedCartNameTaken } from './saved-carts.errors.js';
import type { SavedCart } from './saved-carts.js';
import { savedCartModel, type SavedCartRow } from './saved-carts.model.js';

export class SavedCartRepository {
  private readonly carts;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.carts = savedCartModel(connection);
    this.personalData = ownedRows(this.carts, { name: 'savedCarts', erase: 'remove' });
  }

  async insert(cart: Omit<SavedCart, 'id'>): Promise<SavedCart> {
    const row: SavedCartRow = { ...cart, _id: new Types.ObjectId() };
    try {
      await this.carts.insertMany([row], { lean: true });
      return toSaved(row);
    } catch (error) {
      if (duplicateKeyOf(error)) throw new SavedCartNameTaken();
      throw error;
    }
  }

  /** By name: nobody has more than fit on one page. */
  async ofUser(userId: string): Promise<SavedCart[]> {
    return (await this.carts.find({ userId }).lean<SavedCartRow[]>()).map(toSaved).sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async find(userId: string, id: string): Promise<SavedCart | null> {
    const found = await this.carts.findOne({ _id: new Types.ObjectId(id), userId }).lean<SavedCartRow>();
    return found && toSaved(found);
  }

  async delete(userId: string, id: string): Promise<boolean> {
    return (await this.carts.deleteOne({ _id: new Types.ObjectId(id), userId })).deletedCount === 1;
  }
}

const toSaved = ({ _id, ...row }: SavedCartRow): SavedCart => ({ id: _id.toHexString(), ...row });
