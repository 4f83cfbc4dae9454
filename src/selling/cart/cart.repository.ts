import { Types, type Connection, type QueryFilter } from 'mongoose';
import { ownedRows } from '../../shared/db/owned-rows.js';
import { orLostRace } from '../../shared/db/retry.js';
import { ConcurrentChange } from '../../shared/errors.js';
import type { PersonalData } from '../../shared/personal-data.js';
import type { Violation } from '../../shared/invariant.js';
import { detailsOf, type Cart, type CartDetails, type CartOwner } from './cart.js';
import { cartModel, type CartRow } from './cart.model.js';

type NewCart = Pick<Cart, 'currency' | 'lineItems' | 'userId' | 'tokenHash' | 'told'> & CartDetails;

export class CartRepository {
  private readonly carts;

  readonly personalData: PersonalData;

  constructor(connection: Connection) {
    this.carts = cartModel(connection);
    this.personalData = ownedRows(this.carts, { name: 'carts', erase: 'remove', hide: ['tokenHash'] });
  }

  /** Another request of the same owner opened one at the same moment: ConcurrentChange. */
  async create(cart: NewCart, expiresAt: Date): Promise<Cart> {
    return orLostRace(async () => {
      const now = new Date();
      const { userId, tokenHash, currency, lineItems } = cart;
      const row = { userId, tokenHash, currency, lineItems: [...lineItems], ...detailsOf(cart), ...toldIn(cart), _id: new Types.ObjectId(), state: 'active', version: 1, expiresAt, createdAt: now, updatedAt: now } as CartRow;
      // Everything in it was validated on its way here, so there is nothing to cast.
      await this.carts.insertMany([row], { lean: true });
      return toCart(row);
    }, 'Another cart was opened at the same moment.');
  }

  async findActive(owner: CartOwner): Promise<Cart | null> {
    const found = await this.carts.findOne({ ...owner, state: 'active' }).lean();
    return found && toCart(found);
  }

  /** The cart an owner had last, whatever became of it. */
  async findLatest(owner: CartOwner): Promise<Cart | null> {
    const found = await this.carts.findOne({ ...owner } as QueryFilter<CartRow>).sort({ _id: -1 }).lean();
    return found && toCart(found);
  }

  async findById(id: string): Promise<Cart | null> {
    const found = await this.carts.findOne({ _id: new Types.ObjectId(id) }).lean();
    return found && toCart(found);
  }

  /** Refuses to overwrite a cart that changed, or ended, since it was read. */
  async save(cart: Cart, expiresAt: Date): Promise<Cart> {
    const { id, userId, version, currency, lineItems, state } = cart;
    const { matchedCount } = await this.carts.updateOne({ _id: new Types.ObjectId(id), userId, version, state: 'active' }, {
      $set: { currency, lineItems: [...lineItems], state, expiresAt, ...detailsOf(cart), ...toldIn(cart) },
      $inc: { version: 1 },
      ...(cart.told === undefined && { $unset: { told: 1 } }),
    });
    if (matchedCount === 0) throw new ConcurrentChange('The cart changed meanwhile. Read it again and repeat your change.', { cartId: id });
    return { ...cart, version: version + 1 };
  }

  /** What it was told to cost, when no change of it could take that along. Nothing that anybody decides by changed, so neither does its version. */
  async remember({ id, version, told }: Cart): Promise<void> {
    await this.carts.updateOne({ _id: new Types.ObjectId(id), version, state: 'active' }, { $set: { told } });
  }

  /** For the auditor: what the unique indexes make impossible, asked all the same. */
  async findDoubleOwners(): Promise<Violation[]> {
    const doubled = await this.carts.aggregate<{ _id: string; n: number }>([
      { $match: { state: 'active' } },
      { $group: { _id: { $ifNull: ['$userId', '$tokenHash'] }, n: { $sum: 1 } } },
      { $match: { n: { $gt: 1 } } },
    ]);
    return doubled.map(({ _id, n }) => ({ invariant: 'one active cart per owner', subject: `owner:${_id}`, detail: `${n} active carts` }));
  }
}

function toCart(row: Omit<CartRow, 'createdAt' | 'updatedAt' | 'expiresAt'>): Cart {
  const { _id, state, userId, tokenHash, currency, lineItems, version } = row;
  return { id: _id.toString(), state, userId, tokenHash, currency, lineItems, version, ...detailsOf(row), ...toldIn(row) };
}

const toldIn = ({ told }: Pick<Cart, 'told'>): Pick<Cart, 'told'> => (told ? { told } : {});
