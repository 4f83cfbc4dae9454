import { Types, type Connection } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Wishlist } from './wishlists.js';
import { wishlistModel, type WishlistRow } from './wishlists.model.js';

type Stored = WishlistRow & { _id: Types.ObjectId };

/** As the indexes of tokens ask for it, which hold nothing but text. */
const text = (hash: string) => ({ $eq: hash, $type: 'string' as const });

export class WishlistRepository {
  private readonly lists;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.lists = wishlistModel(connection);
    this.personalData = ownedRows(this.lists, { name: 'wishlists', erase: 'remove', hide: ['shareTokenHash', 'guestTokenHash'] });
  }

  /** Another request made the default list at the same moment: ConcurrentChange. */
  async insert(list: Omit<Wishlist, 'id' | 'version'>): Promise<Wishlist> {
    const row: Stored = { ...list, _id: new Types.ObjectId(), version: 1 };
    return orLostRace(async () => {
      await this.lists.insertMany([row], { lean: true });
      return toWishlist(row);
    }, 'Another list was made at the same moment.');
  }

  async findAll(userId: string): Promise<Wishlist[]> {
    return (await this.lists.find({ userId }).sort({ createdAt: 1, _id: 1 }).lean<Stored[]>()).map(toWishlist);
  }

  async find(userId: string, id: string): Promise<Wishlist | null> {
    const found = await this.lists.findOne({ _id: new Types.ObjectId(id), userId }).lean<Stored>();
    return found && toWishlist(found);
  }

  async findDefault(userId: string): Promise<Wishlist | null> {
    const found = await this.lists.findOne({ userId, isDefault: true }).lean<Stored>();
    return found && toWishlist(found);
  }

  async findOfGuest(guestTokenHash: string): Promise<Wishlist | null> {
    const found = await this.lists.findOne({ guestTokenHash: text(guestTokenHash) }).lean<Stored>();
    return found && toWishlist(found);
  }

  async findShared(shareTokenHash: string): Promise<Wishlist | null> {
    const found = await this.lists.findOne({ shareTokenHash: text(shareTokenHash) }).lean<Stored>();
    return found && toWishlist(found);
  }

  /** Refuses when the list has changed since it was read. */
  async save(list: Wishlist, changes: Partial<Omit<Wishlist, 'id' | 'userId' | 'version'>>): Promise<Wishlist> {
    const { matchedCount } = await this.lists.updateOne({ _id: new Types.ObjectId(list.id), userId: list.userId, version: list.version }, { $set: changes as Partial<WishlistRow>, $inc: { version: 1 } });
    if (matchedCount === 0) throw new ConcurrentChange('The wishlist changed meanwhile. Read it again.', { wishlistId: list.id });
    return { ...list, ...changes, version: list.version + 1 };
  }

  /** Refuses when the list has changed since it was read: what it held then is what its watches lose. */
  async delete({ id, version }: Wishlist): Promise<void> {
    const { deletedCount } = await this.lists.deleteOne({ _id: new Types.ObjectId(id), version });
    if (deletedCount === 0) throw new ConcurrentChange('The wishlist changed meanwhile. Read it again.', { wishlistId: id });
  }
}

const toWishlist = ({ _id, ...row }: Stored): Wishlist => ({ ...row, id: _id.toHexString() });
