import { randomBytes } from 'node:crypto';
import type { Connection } from 'mongoose';
import { later, type Clock } from '../clock.js';
import { blindMark, decrypt, encrypt, newKey, readSealed, writeSealed, type MasterKeys } from '../crypto/sealing.js';
import { ConflictError } from '../errors.js';
import { fold } from '../fold.js';
import { dataKeyModel, type DataKeyRow } from './data-keys.model.js';
import { SealingState } from './sealing-state.js';

/** How long a key is believed to stand; a shredded one opens nothing on other nodes after this. */
export const BELIEVED_MS = 300_000;
const MAX_KEPT = 50_000;
/** Keys for those who have no account are made in advance, so that an order of a guest waits for none. */
const POOL_SIZE = 128;
const POOL_LOW = 48;

type Opened = { current: number; keys: Map<number, Buffer>; until: number };
export type DataKey = Readonly<{ owner: string; v: number; key: Buffer }>;
type VaultDeps = { connection: Connection; masters: MasterKeys; indexKey: Buffer; now: Clock };

/** Who is erased while a request of theirs is under way. */
export class OwnerErased extends ConflictError {
  readonly code = 'account_erased';
  constructor() { super('This account was erased: nothing can be stored for it any more.'); }
}

/**
 * Envelope encryption: every owner has a data key, kept wrapped by a master key that is not in the database. To shred an
 * owner's key is to erase what it sealed everywhere, also in backups, which leave `data_keys` out.
 */
export class Vault {
  /** What is not sealed yet, while an older version may still run. */
  readonly sealing: SealingState;
  private readonly rows;
  private readonly opened = new Map<string, Opened | null>();
  private readonly pool: DataKey[] = [];
  private filling: Promise<void> | null = null;

  constructor(private readonly deps: VaultDeps) {
    this.rows = dataKeyModel(deps.connection);
    this.sealing = new SealingState(deps.connection);
  }

  /** For look-ups by equality: of the folded text, under a key of its own. */
  mark(text: string): string {
    return blindMark(this.deps.indexKey, fold(text));
  }

  /** A hash of a text, under a key once no version runs that knows the hash itself. */
  async keyed(path: string, hash: string): Promise<string> {
    return (await this.sealing.waiting()).has(path) ? hash : this.mark(hash);
  }

  /** The key that seals for this owner now; made when there is none. */
  async keyOf(owner: string): Promise<DataKey> {
    let held = this.held(owner);
    if (held === undefined) {
      await this.load([owner]);
      held = this.held(owner);
    }
    if (held === undefined) held = await this.create(owner);
    if (held === null) throw new OwnerErased();
    return { owner, v: held.current, key: held.keys.get(held.current)! };
  }

  /** A key that nobody has used: for one document of somebody without an account. */
  async freshKey(): Promise<DataKey> {
    const ready = this.pool.pop();
    if (this.pool.length < POOL_LOW) {
      this.filling ??= this.fill().finally(() => { this.filling = null; });
      // Whoever waits hears of a failure; whoever was served does not care.
      this.filling.catch(() => {});
    }
    if (ready) return ready;
    await this.filling;
    return this.freshKey();
  }

  /** A key for everything of one kind and time, such as `cart.2026-11`. */
  ringKey(ring: string): Promise<DataKey> {
    return this.keyOf(`r.${ring}`);
  }

  seal(text: string, { owner, v, key }: DataKey, context: string): string {
    return writeSealed({ owner, v, body: encrypt(key, text, context) });
  }

  /** Gets the keys of all these texts in one round trip, or none when they are held. */
  async prepare(sealed: readonly string[]): Promise<void> {
    const missing = [...new Set(sealed.map((text) => readSealed(text).owner))].filter((owner) => this.held(owner) === undefined);
    if (missing.length === 0) return;
    await this.load(missing);
    // What has no row was shredded before its row could be kept, or never existed: nobody can open it.
    for (const owner of missing) if (this.held(owner) === undefined) this.keep(owner, null);
  }

  /** Null when its key was shredded. Throws when the text was changed or stood in another place. Call `prepare` before. */
  open(sealed: string, context: string): string | null {
    const { owner, v, body } = readSealed(sealed);
    const key = this.opened.get(owner)?.keys.get(v);
    return key ? decrypt(key, body, context).toString('utf8') : null;
  }

  isErased(sealed: string): boolean {
    return this.opened.get(readSealed(sealed).owner) === null;
  }

  isCurrent(sealed: string): boolean {
    const { owner, v } = readSealed(sealed);
    const held = this.opened.get(owner);
    // What nobody can open any more is left as it is.
    return held === null || held?.current === v;
  }

  /** What these keys sealed is gone, here at once and on other nodes when they ask again. */
  async shred(owners: readonly string[]): Promise<number> {
    if (owners.length === 0) return 0;
    const at = await this.list(owners);
    const { modifiedCount } = await this.rows.collection.updateMany({ _id: { $in: [...owners] as never }, shreddedAt: { $exists: false } }, { $set: { versions: [], shreddedAt: at } });
    for (const owner of owners) this.keep(owner, null);
    return modifiedCount;
  }

  /** For addresses, of accounts and of guests: a restore finds by their marks what was kept before. */
  async noteErased(of: 'account' | 'guest', marks: readonly string[]): Promise<void> {
    if (marks.length === 0) return;
    const ids = marks.map((mark) => `${of === 'guest' ? 'g' : 'm'}.${mark}`);
    const at = await this.list(ids);
    await this.rows.collection.bulkWrite(ids.map((_id) => ({ updateOne: { filter: { _id: _id as never }, update: { $setOnInsert: { current: 1, versions: [], createdAt: at, shreddedAt: at } }, upsert: true } })), { ordered: false });
  }

  /** For a restore beside an older copy of the keys: written first, so that no erasure is missing there. */
  private async list(erased: readonly string[]): Promise<Date> {
    const at = this.deps.now();
    await this.deps.connection.collection<{ _id: string }>('erasures').bulkWrite(erased.map((_id) => ({ updateOne: { filter: { _id }, update: { $setOnInsert: { at } }, upsert: true } })), { ordered: false });
    return at;
  }

  /**
   * One batch of a rotation: rewraps with the current master key, and adds a version unless `since` has one already. Keys of
   * single documents and of audit entries, which are never written again, are rewrapped only.
   * Answers the last id, or null at the end.
   */
  async rotateBatch(after: string | null, { renew, since, limit }: { renew: boolean; since: Date; limit: number }): Promise<{ last: string | null; rotated: number }> {
    const { masters } = this.deps;
    const rows = await this.rows.find({ shreddedAt: null, ...(after !== null && { _id: { $gt: after } }) }).sort({ _id: 1 }).limit(limit).lean();
    let rotated = 0;
    for (const row of rows) {
      const versions = row.versions.map(({ v, kid, wrapped }) => (kid === masters.current ? { v, kid, wrapped } : this.wrap(row._id, v, this.unwrap(row._id, { v, kid, wrapped }))));
      const isDue = renew && /^[ur]\./.test(row._id) && row.createdAt < since && row.versions.every(({ v }) => v < stampOf(since));
      const current = isDue ? stampOf(since) : row.current;
      if (isDue) versions.push(this.wrap(row._id, current, newKey()));
      if (!isDue && row.versions.every(({ kid }) => kid === masters.current)) continue;
      const { modifiedCount } = await this.rows.updateOne({ _id: row._id, current: row.current, shreddedAt: null }, { $set: { versions, current } });
      rotated += modifiedCount;
      this.opened.delete(row._id);
    }
    return { last: rows.at(-1)?._id ?? null, rotated };
  }

  /** Keys of rings whose time is over, such as `r.cart.2026-01` before `r.cart.2026-05`. */
  async shredRings(ring: string, before: string): Promise<number> {
    const due = await this.rows.find({ _id: { $gte: `r.${ring}.`, $lt: `r.${ring}.${before}` }, shreddedAt: null }, { _id: 1 }).lean();
    return this.shred(due.map(({ _id }) => _id));
  }

  /** After everything was sealed again: versions that nothing is sealed with any more. */
  async dropOldVersions(since: Date): Promise<number> {
    const { modifiedCount } = await this.rows.updateMany({ current: stampOf(since) }, { $pull: { versions: { v: { $lt: stampOf(since) } } } });
    this.opened.clear();
    return modifiedCount;
  }

  async countWrappedByOld(): Promise<number> {
    return this.rows.countDocuments({ 'versions.kid': { $exists: true, $ne: this.deps.masters.current } });
  }

  forgetKeys(): void {
    this.opened.clear();
    this.sealing.forget();
  }

  private held(owner: string): Opened | null | undefined {
    const held = this.opened.get(owner);
    if (held && held.until < Date.now()) {
      this.opened.delete(owner);
      return undefined;
    }
    return held;
  }

  private keep(owner: string, held: Opened | null): void {
    if (this.opened.size >= MAX_KEPT) this.opened.delete(this.opened.keys().next().value!);
    this.opened.set(owner, held);
  }

  /** Natively: a key is no part of whatever transaction is going on around it. */
  private async load(owners: readonly string[]): Promise<void> {
    const found = await this.rows.collection.find({ _id: { $in: [...owners] as never } }).toArray() as unknown as DataKeyRow[];
    for (const row of found) this.keep(row._id, this.openRow(row));
  }

  private openRow(row: DataKeyRow): Opened | null {
    if (row.shreddedAt !== undefined || row.versions.length === 0) return null;
    return { current: row.current, keys: new Map(row.versions.map((version) => [version.v, this.unwrap(row._id, version)])), until: later(new Date(), BELIEVED_MS).getTime() };
  }

  private async create(owner: string): Promise<Opened | null> {
    const row = { current: 1, versions: [this.wrap(owner, 1, newKey())], createdAt: this.deps.now() };
    await this.rows.collection.updateOne({ _id: owner as never }, { $setOnInsert: row }, { upsert: true }).catch(ifTaken);
    // Another node may have made it first: what is stored counts.
    await this.load([owner]);
    return this.held(owner) ?? null;
  }

  private async fill(): Promise<void> {
    const made = Array.from({ length: POOL_SIZE }, () => ({ owner: `p.${randomBytes(12).toString('hex')}`, v: 1, key: newKey() }));
    const createdAt = this.deps.now();
    await this.rows.collection.insertMany(made.map(({ owner, v, key }) => ({ _id: owner as never, current: v, versions: [this.wrap(owner, v, key)], createdAt })));
    const until = later(new Date(), BELIEVED_MS).getTime();
    for (const one of made) this.keep(one.owner, { current: 1, keys: new Map([[1, one.key]]), until });
    this.pool.push(...made);
  }

  private wrap(owner: string, v: number, key: Buffer) {
    const { current, keys } = this.deps.masters;
    return { v, kid: current, wrapped: encrypt(keys.get(current)!, key, `data_keys|${owner}|${v}`) };
  }

  private unwrap(owner: string, { v, kid, wrapped }: { v: number; kid: string; wrapped: string }): Buffer {
    const master = this.deps.masters.keys.get(kid);
    if (!master) throw new Error(`The master key ${kid} that wraps the data key of ${owner} is not configured; add it to DATA_MASTER_KEYS`);
    return decrypt(master, wrapped, `data_keys|${owner}|${v}`);
  }
}

/** Versions grow with the time of the rotation that made them. */
const stampOf = (since: Date): number => Math.floor(since.getTime() / 1000);

const ifTaken = (error: { code?: number }): void => { if (error.code !== 11_000) throw error; };
