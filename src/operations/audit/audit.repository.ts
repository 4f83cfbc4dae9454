import { mongo, type Connection, type Types } from 'mongoose';
import { sealRow, vaultOf } from '../../shared/db/personal.js';
import { findPage } from '../../shared/db/page.js';
import type { Page, PageQuery } from '../../shared/http/pagination.js';
import type { AuditFilter, AuditRecord } from './audit.js';
import { GENESIS, chainOf, linkAfter, type Chained, type Content, type Head } from './audit-chain.js';
import { AUDIT_PERSONAL, auditModel, headModel, type AuditRow, type HeadRow } from './audit.model.js';

type Stored = AuditRow & { _id: Types.ObjectId };
export type ReadEntry = Chained<Content> & { id: string };
/** `about` says whose key seals what was before and after. */
export type NewEntry = Content & Readonly<{ about?: string }>;
export type AuditHead = HeadRow;

export class AuditRepository {
  private readonly entries;
  private readonly heads;

  constructor(private readonly connection: Connection) {
    this.entries = auditModel(connection);
    this.heads = headModel(connection);
  }

  /**
   * Inside the transaction of the change. Three round trips however many entries there are: heads, heads moved on where
   * nobody else did, entries. Who meets another change of the same chain is repeated by the transaction.
   */
  async append(entries: readonly NewEntry[]): Promise<void> {
    const sealed = [];
    for (const entry of entries) sealed.push(entry.about === undefined ? entry : await this.seal(entry));
    await this.entries.insertMany(await this.link(sealed), { lean: true });
  }

  /** Inside a transaction. Entries of versions that knew no chain take their place in it, oldest first; answers how many. */
  async adopt(limit: number): Promise<number> {
    const found = (await this.entries.find({ chain: null }).sort({ _id: 1 }).limit(limit).lean()) as Stored[];
    if (found.length === 0) return 0;
    const linked = await this.link(found);
    await this.entries.bulkWrite(linked.map(({ _id, chain, sequence, prev, hash }) => ({ updateOne: { filter: { _id, chain: null }, update: { $set: { chain, sequence, prev, hash } } } })));
    return found.length;
  }

  /** Before it is linked: the chain is over what is stored. */
  private async seal(entry: NewEntry): Promise<Content> {
    const { about: _about, ...row } = await sealRow(vaultOf(this.connection), { ...entry }, { collection: 'audit_entries', options: AUDIT_PERSONAL }) as unknown as NewEntry;
    return row;
  }

  private async link<Entry extends Content>(entries: readonly Entry[]): Promise<Array<Chained<Entry>>> {
    const before = await this.headsOf([...new Set(entries.map(({ subject }) => chainOf(subject)))]);
    const ends = new Map(before);
    const rows = entries.map((entry) => {
      const chain = chainOf(entry.subject);
      const row = linkAfter(ends.get(chain)!, chain, entry);
      ends.set(chain, { sequence: row.sequence, hash: row.hash });
      return row;
    });
    const { matchedCount } = await this.heads.bulkWrite([...ends].map(([chain, end]) => (
      { updateOne: { filter: { _id: chain, hash: before.get(chain)!.hash }, update: { $set: end } } })));
    if (matchedCount < ends.size) throw lostChain();
    return rows;
  }

  /** The ends of these chains; who meets one that has none makes it, outside, and begins again to see it. */
  private async headsOf(chains: readonly number[]): Promise<Map<number, Head>> {
    const found = await this.heads.find({ _id: { $in: chains } }).lean();
    const heads = new Map(found.map(({ _id, sequence, hash }) => [_id, { sequence, hash }]));
    const missing = chains.filter((chain) => !heads.has(chain));
    if (missing.length === 0) return heads;
    // Natively, so that it is no part of the transaction: two that insert the same would fail each other for good.
    await this.heads.collection.bulkWrite(missing.map((chain) => (
      { updateOne: { filter: { _id: chain as never }, update: { $setOnInsert: { sequence: 0, hash: GENESIS } }, upsert: true } })), { ordered: false });
    throw lostChain();
  }

  async allHeads(): Promise<HeadRow[]> {
    return this.heads.find().sort({ _id: 1 }).lean();
  }

  /** One chain from after `from` to `until`, in order. */
  async *walk(chain: number, from: number, until: number): AsyncGenerator<ReadEntry> {
    // Natively: as it is stored, sealed where it is sealed.
    const rows = this.entries.collection.find({ chain, sequence: { $gt: from, $lte: until } }).sort({ sequence: 1 }).batchSize(1000);
    for await (const row of rows) {
      const { _id, ...entry } = row as unknown as Stored;
      yield { id: _id.toHexString(), ...entry };
    }
  }

  async findUnchained(): Promise<{ id: string; subject: string; at: Date } | null> {
    const found = await this.entries.findOne({ chain: null }, { subject: 1, at: 1 }).lean();
    return found && { id: found._id.toHexString(), subject: found.subject, at: found.at };
  }

  /** Heads that do not say what the last entry says. */
  async findLooseHeads(): Promise<number[]> {
    const found = await this.heads.aggregate<{ _id: number }>([
      { $match: { sequence: { $gt: 0 } } },
      { $lookup: { from: 'audit_entries', let: { chain: '$_id', sequence: '$sequence' }, as: 'last', pipeline: [
        { $match: { $expr: { $and: [{ $eq: ['$chain', '$$chain'] }, { $eq: ['$sequence', '$$sequence'] }] } } }, { $project: { hash: 1 } }] } },
      { $match: { $expr: { $and: [{ $ne: ['$sequence', '$floor.sequence'] }, { $ne: ['$hash', { $first: '$last.hash' }] }] } } },
    ]);
    return found.map(({ _id }) => _id);
  }

  async list({ action, subject, actor, from, until }: AuditFilter, query: PageQuery): Promise<Page<AuditRecord>> {
    const at = { ...(from && { $gte: from }), ...(until && { $lte: until }) };
    const page = await findPage(this.entries, {
      query, fallbackSort: '-at', projection: { chain: 0, sequence: 0, prev: 0, hash: 0 },
      filter: {
        ...(action !== undefined && { action }), ...(subject !== undefined && { subject }),
        ...(actor && { 'actor.type': actor.type, ...(actor.id !== undefined && { 'actor.id': actor.id }) }),
        ...(Object.keys(at).length > 0 && { at }),
      },
    });
    return { ...page, items: page.items.map((row) => toRecord(row as unknown as Stored)) };
  }
}

const toRecord = ({ _id, ...row }: Stored): AuditRecord => ({ id: _id.toHexString(), ...row });

/** Says to the driver what a write conflict says: begin the transaction again. */
function lostChain(): Error {
  const error = new mongo.MongoServerError({ message: 'Another change was audited at the same moment', code: 112 });
  error.addErrorLabel('TransientTransactionError');
  return error;
}
