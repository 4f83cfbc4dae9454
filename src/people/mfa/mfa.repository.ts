import type { Connection } from 'mongoose';
import { duplicateKeyOf } from '../../shared/db/retry.js';
import { TRIES_PER_CHALLENGE, type Challenge, type Factor } from './mfa.js';
import { MfaAlreadyEnrolled } from './mfa.errors.js';
import { challengeModel, factorModel, type ChallengeRow, type FactorRow } from './mfa.model.js';

const confirmed = (userId: string) => ({ _id: userId, confirmedAt: { $ne: null } });

export class FactorRepository {
  private readonly factors;

  constructor(connection: Connection) {
    this.factors = factorModel(connection);
  }

  async find(userId: string): Promise<Factor | null> {
    const found = await this.factors.findOne({ _id: userId }).lean();
    return found && toFactor(found);
  }

  /** A secret that waits to be confirmed; another that waited is forgotten. */
  async begin(userId: string, sealedSecret: string, now: Date): Promise<void> {
    try {
      await this.factors.updateOne({ _id: userId, confirmedAt: null }, { $set: { sealedSecret, lastStep: 0, recovery: [], createdAt: now } }, { upsert: true });
    } catch (error) {
      if (duplicateKeyOf(error) !== null) throw new MfaAlreadyEnrolled();
      throw error;
    }
  }

  /** False when it was confirmed, or begun anew, meanwhile. */
  async confirm({ userId, sealedSecret }: Factor, lastStep: number, hashes: readonly string[], now: Date): Promise<boolean> {
    const { modifiedCount } = await this.factors.updateOne({ _id: userId, sealedSecret, confirmedAt: null }, { $set: { confirmedAt: now, lastStep, recovery: unused(hashes) } });
    return modifiedCount === 1;
  }

  /** Takes the code of these 30 seconds, unless it or a later one was taken: of any number at once, one. */
  async takeStep(userId: string, step: number): Promise<boolean> {
    const { modifiedCount } = await this.factors.updateOne({ ...confirmed(userId), lastStep: { $lt: step } }, { $set: { lastStep: step } });
    return modifiedCount === 1;
  }

  /** What is left after this code was used up, or null when there is no such unused code: of any number at once, one gets it. */
  async takeRecoveryCode(userId: string, hash: string, now: Date): Promise<Factor | null> {
    const taken = await this.factors.findOneAndUpdate(
      { ...confirmed(userId), recovery: { $elemMatch: { hash, usedAt: null } } }, { $set: { 'recovery.$.usedAt': now } }, { returnDocument: 'after' },
    ).lean();
    return taken && toFactor(taken);
  }

  async replaceRecoveryCodes(userId: string, hashes: readonly string[]): Promise<boolean> {
    const { matchedCount } = await this.factors.updateOne(confirmed(userId), { $set: { recovery: unused(hashes) } });
    return matchedCount === 1;
  }

  /** With whatever waits to be confirmed. */
  async erase(userId: string): Promise<number> {
    return (await this.factors.deleteOne({ _id: userId })).deletedCount;
  }

  async remove(userId: string): Promise<boolean> {
    const { deletedCount } = await this.factors.deleteOne(confirmed(userId));
    return deletedCount === 1;
  }
}

export class ChallengeRepository {
  private readonly challenges;

  constructor(connection: Connection) {
    this.challenges = challengeModel(connection);
  }

  async add(challenge: Omit<ChallengeRow, '_id' | 'tries' | 'usedAt'>): Promise<void> {
    await this.challenges.insertMany([{ ...challenge, tries: 0, usedAt: null }], { lean: true });
  }

  /** Counts a try before it is looked at; null when the challenge is over. */
  async take(tokenHash: string, now: Date): Promise<Challenge | null> {
    const taken = await this.challenges.findOneAndUpdate(
      { tokenHash, usedAt: null, expiresAt: { $gt: now }, tries: { $lt: TRIES_PER_CHALLENGE } }, { $inc: { tries: 1 } },
    ).lean();
    if (!taken) return null;
    const { _id, userId, credentialsVersion, via, actingAs } = taken;
    return { id: _id.toHexString(), userId, credentialsVersion, via, ...(actingAs !== undefined && { actingAs }) };
  }

  /** It opens one session. */
  async use(id: string, now: Date): Promise<boolean> {
    const { modifiedCount } = await this.challenges.updateOne({ _id: id, usedAt: null }, { $set: { usedAt: now } });
    return modifiedCount === 1;
  }
}

const unused = (hashes: readonly string[]) => hashes.map((hash) => ({ hash, usedAt: null }));
const toFactor = ({ _id, createdAt: _createdAt, ...factor }: FactorRow): Factor => ({ ...factor, userId: _id });
