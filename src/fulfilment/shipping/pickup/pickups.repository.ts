import type { Connection } from 'mongoose';
import type { Actor } from '../../../shared/actor.js';
import type { Violation } from '../../../shared/invariant.js';
import type { Pickup } from './pickups.js';
import { pickupModel, type PickupRow } from './pickups.model.js';

export class PickupRepository {
  private readonly pickups;

  constructor(connection: Connection) {
    this.pickups = pickupModel(connection);
  }

  async insert({ orderId, ...pickup }: Pick<Pickup, 'orderId' | 'locationId' | 'codeHash' | 'createdAt'>): Promise<void> {
    await this.pickups.insertMany([{ ...pickup, _id: orderId, state: 'waiting', claimedAt: null, claimedBy: null, collectedAt: null }], { lean: true });
  }

  async find(orderId: string): Promise<Pickup | null> {
    const found = await this.pickups.findById(orderId).lean();
    return found && toPickup(found);
  }

  async findByCode(codeHash: string): Promise<Pickup | null> {
    const found = await this.pickups.findOne({ codeHash }).lean();
    return found && toPickup(found);
  }

  /** Of many who hold the code one gets the goods. */
  async claim(orderId: string, by: Actor, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.pickups.updateOne({ _id: orderId, state: 'waiting' }, { $set: { state: 'collecting', claimedAt: now, claimedBy: { type: by.type, id: by.id } } });
    return modifiedCount === 1;
  }

  /** The goods were not handed over after all: the code is good again. */
  async giveBack(orderId: string): Promise<void> {
    await this.pickups.updateOne({ _id: orderId, state: 'collecting' }, { $set: { state: 'waiting', claimedAt: null, claimedBy: null } });
  }

  /** False when it was before. */
  async finish(orderId: string, now: Date): Promise<boolean> {
    return (await this.pickups.updateOne({ _id: orderId, state: 'collecting' }, { $set: { state: 'collected', collectedAt: now } })).modifiedCount === 1;
  }

  async findClaimedBefore(before: Date, limit: number): Promise<Pickup[]> {
    const found = await this.pickups.find({ state: 'collecting', claimedAt: { $lte: before } }).sort({ claimedAt: 1 }).limit(limit).lean();
    return found.map(toPickup);
  }

  async findStuck(invariant: string, before: Date): Promise<Violation[]> {
    return (await this.findClaimedBefore(before, 100)).map(({ orderId }) => ({ invariant, subject: `order:${orderId}`, detail: 'its code was used, the goods were not handed over' }));
  }
}

const toPickup = ({ _id, ...row }: PickupRow): Pickup => ({ orderId: _id, ...row });
